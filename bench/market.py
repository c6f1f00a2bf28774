"""The market simulator: how each rule of asking serves shoppers and experts, in one table.

    python -m bench.market [--questions-per-day N] [--experts N] [--days N] [--seed N] [--worlds N]
        [--scenario NAME ... | all]

The product's own rules (experts.rules), score (experts.scoring) and clock (experts.cascade) are
called, not copied. All policies meet the same people, questions and luck. Figures come from assumed
parameters (bench/market_world.py): ratios between rows carry over to life, absolute values do not.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.market_orders import Policy, best_rating, by_score, evenly, longest_idle
from bench.market_run import Outcome, Run
from bench.market_world import SCENARIOS, Town, build
from experts.cascade import CascadePolicy
from experts.scoring import Weights

ONE_BY_ONE = CascadePolicy.bounded(offer_seconds=30, max_open=1)
RANDOM = Policy("random-even (ibbü)", evenly, ONE_BY_ONE)
UNLEFT = Weights.bounded(holdout_share=0.0)
OURS = Policy("ours", by_score(UNLEFT), CascadePolicy())
HELD_OUT = Policy("ours, 5 % of questions by lot", by_score(), CascadePolicy())
FASTEST = Policy("omniscient, fastest", None, ONE_BY_ONE)
BEST = Policy("omniscient, best quality", None, ONE_BY_ONE, prefers_quality=True)
POLICIES = (
    RANDOM,
    Policy("longest idle", longest_idle, ONE_BY_ONE),
    Policy("best rating (Bayesian)", best_rating, ONE_BY_ONE),
    Policy("random-even, our clock", evenly, CascadePolicy()),
    OURS,
    HELD_OUT,
    FASTEST,
    BEST,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table; waits in seconds, the others shares or ratios."""

    median: float
    p95: float
    under_minute: float
    live: float
    quality: float
    gini: float
    offers: float
    newcomers: float


def gini(values: Iterable[float]) -> float:
    """Return the Gini coefficient: 0 when all are equal, towards 1 when one has everything."""
    ordered = sorted(values)
    total, count = sum(ordered), len(ordered)
    if total == 0:
        return 0.0
    weighted = sum(place * value for place, value in enumerate(ordered, 1))
    return 2 * weighted / (count * total) - (count + 1) / count


def measure(outcome: Outcome) -> Figures:
    """Turn one run into a row."""
    waits = sorted(outcome.waits)
    worked = [desk for desk in outcome.desks if desk.online_measured > 0]
    answers, hours = len(waits), sum(desk.online_measured for desk in worked)
    new = [desk for desk in worked if desk.person.new]
    new_answers = sum(desk.answers_measured for desk in new) / answers
    new_hours = sum(desk.online_measured for desk in new) / hours
    return Figures(
        median=waits[answers // 2],
        p95=waits[int(answers * 0.95)],
        under_minute=sum(wait < 60 for wait in waits) / outcome.questions,
        live=sum(wait <= 180 for wait in waits) / outcome.questions,
        quality=fmean(outcome.qualities),
        gini=gini(desk.answers_measured / desk.online_measured for desk in worked),
        offers=outcome.offers / answers,
        newcomers=new_answers / new_hours if new_hours else 1.0,
    )


def average(rows: Sequence[Figures]) -> Figures:
    """Return the mean row of several worlds."""
    names = Figures.__slots__
    return Figures(**{name: fmean(getattr(row, name) for row in rows) for name in names})


def simulate(policies: Sequence[Policy], towns: Sequence[Town]) -> tuple[dict[str, Figures], list[dict[str, Figures]]]:
    """Run every policy in every town; return the mean rows and each town's own."""
    each: list[dict[str, Figures]] = []
    for town in towns:
        world = build(town)
        each.append({policy.name: measure(Run(world, policy).go()) for policy in policies})
    mean = {policy.name: average([rows[policy.name] for rows in each]) for policy in policies}
    return mean, each


BUSY_PER_EXPERT = 15
"""Questions a day for each expert above which the market counts as busy: its bounds differ."""


def targets(rows: dict[str, Figures], *, busy: bool) -> list[tuple[str, float, str, bool]]:
    """Return each target as (what, measured, wanted, met), ratios between rows of one run."""
    median_most, p95_most = (1.7, 1.12) if busy else (1.9, 1.3)
    ours, even = rows[OURS.name], rows[RANDOM.name]
    fast, best = rows[FASTEST.name], rows[BEST.name]
    under = ours.under_minute / max(fast.under_minute, best.under_minute)
    gap = (ours.quality - even.quality) / (best.quality - even.quality)
    median, p95 = ours.median / fast.median, ours.p95 / fast.p95
    spread, offers = ours.gini / even.gini, ours.offers / even.offers
    return [
        ("share under 60 s / omniscient", under, ">= 0.98", under >= 0.98),
        ("median wait / omniscient fastest", median, f"<= {median_most:.2f}", median <= median_most),
        ("p95 wait / omniscient fastest", p95, f"<= {p95_most:.2f}", p95 <= p95_most),
        ("quality gap closed", gap, ">= 0.50", gap >= 0.5),
        ("income Gini / random-even", spread, "<= 0.80", spread <= 0.8),
        ("new experts' share", ours.newcomers, "0.95-1.10", 0.95 <= ours.newcomers <= 1.1),
        ("offers an answer / random-even", offers, "<= 1.20", offers <= 1.2),
    ]


def beaten(rows: dict[str, Figures]) -> list[tuple[str, list[str]]]:
    """Return, for every rule without foresight, the figures in which ours is not ahead."""
    ours = rows[OURS.name]
    found: list[tuple[str, list[str]]] = []
    for policy in POLICIES:
        if policy.order is None or policy in (OURS, HELD_OUT):
            continue
        row = rows[policy.name]
        checks = {
            "median": ours.median < row.median,
            "p95": ours.p95 < row.p95,
            "answered": ours.live > row.live,
            "quality": ours.quality > row.quality,
            "spread": ours.gini < row.gini,
        }
        found.append((policy.name, [name for name, ahead in checks.items() if not ahead]))
    return found


def report(rows: dict[str, Figures], *, busy: bool) -> str:
    """Return the table, the targets and the comparison rule by rule, as Markdown."""
    lines = [
        "| policy | median s | p95 s | < 60 s | live | quality | income Gini | offers/answer | new experts' share |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in rows.items():
        lines.append(
            f"| {name} | {row.median:.1f} | {row.p95:.1f} | {row.under_minute:.3f} "
            f"| {row.live:.3f} | {row.quality:.3f} | {row.gini:.3f} | {row.offers:.2f} "
            f"| {row.newcomers:.2f} |"
        )
    lines += ["", "| target | measured | wanted | |", "| --- | --- | --- | --- |"]
    for what, value, wanted, met in targets(rows, busy=busy):
        lines.append(f"| {what} | {value:.2f} | {wanted} | {'met' if met else 'NOT MET'} |")
    lines.append("")
    for name, behind in beaten(rows):
        verdict = f"ahead except on {', '.join(behind)}" if behind else "ahead on all five"
        lines.append(f"- ours against {name}: {verdict}")
    return "\n".join(lines)


def robustness(towns: Sequence[Town]) -> str:
    """Return a short table: ours between chance and foresight in each town's scenario."""
    lines = [
        "| scenario | < 60 s / omniscient (random-even) | p95 s (random-even) | quality gap closed "
        "| income Gini / random-even | offers / random-even | new experts' share |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for town in towns:
        rows, _ = simulate((RANDOM, OURS, FASTEST, BEST), [town])
        ours, even, best = rows[OURS.name], rows[RANDOM.name], rows[BEST.name]
        bound = max(rows[FASTEST.name].under_minute, best.under_minute)
        gap = (ours.quality - even.quality) / (best.quality - even.quality)
        lines.append(
            f"| {SCENARIOS[town.scenario]} | {ours.under_minute / bound:.3f} ({even.under_minute / bound:.3f}) "
            f"| {ours.p95:.0f} ({even.p95:.0f}) | {gap:.2f} | {ours.gini / even.gini:.2f} "
            f"| {ours.offers / even.offers:.2f} | {ours.newcomers:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Parse the options, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--questions-per-day", type=int, nargs="+", default=[2000, 4000])
    parser.add_argument("--experts", type=int, default=200)
    parser.add_argument("--days", type=int, default=6, help="measured days, after one of warm-up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=2)
    parser.add_argument("--scenario", nargs="+", choices=[*SCENARIOS, "all"], help="a short table of such days instead")
    chosen = parser.parse_args()
    if chosen.scenario:
        names = SCENARIOS if "all" in chosen.scenario else chosen.scenario
        for questions in chosen.questions_per_day:
            print(f"\n{questions} questions a day, {chosen.experts} experts\n")
            towns = [Town(chosen.experts, questions, chosen.days, chosen.seed, name) for name in names]
            print(robustness(towns), flush=True)
        return
    for questions in chosen.questions_per_day:
        towns = [Town(chosen.experts, questions, chosen.days, chosen.seed + world) for world in range(chosen.worlds)]
        rows, _ = simulate(POLICIES, towns)
        print(f"\n{questions} questions a day, {chosen.experts} experts, {chosen.worlds} worlds\n")
        busy = questions > BUSY_PER_EXPERT * chosen.experts
        print(report(rows, busy=busy), flush=True)


if __name__ == "__main__":
    main()
