"""What a rehearsal tells of a run: waits, answered share, load and fairness, as plain numbers."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from experts.rehearsal_run import Outcome, online_seconds
from experts.rehearsal_world import Past

STEPS = (15, 30, 60, 120)
"""Seconds that part the classes of the chart of waits; whatever took longer is the last class."""
LEAST_HOURS = 0.5
"""Online hours below which somebody says nothing of fairness."""


def summary(past: Past, outcome: Outcome) -> dict[str, Any]:
    """Everything that the page shows of one run; waits are seconds, incomes minor units, Ginis 0 (even) to 1."""
    waits = sorted(each.wait for each in outcome.played if each.wait is not None)
    people: list[dict[str, Any]] = [
        {
            "id": str(seat.player.key), "name": seat.player.name,
             "agent": seat.player.agent, "offers": seat.offers, "answers": seat.answers,
            "hours": round(online_seconds(seat.player, 0.0, past.seconds) / 3_600, 2),
            "income": sum(minor for at, minor in seat.paid if at >= 0.0),
        }
        for seat in outcome.seats
    ]  # fmt: skip
    fair = [one for one in people if not one["agent"] and one["hours"] >= LEAST_HOURS]
    return {
        "questions": len(outcome.played), "answered": len(waits), "offers": outcome.offers,
        "median": quantile(waits, 0.5), "p95": quantile(waits, 0.95), "minute": sum(wait <= 60 for wait in waits),
        "by_agents": sum(each.by_agent for each in outcome.played), "classes": classes(waits),
        "ends": {end: sum(each.end == end for each in outcome.played) for end in ("later", "closed", "queue_full")},
        "gini_offers": gini([one["offers"] / one["hours"] for one in fair]),
        "gini_income": gini([one["income"] / one["hours"] for one in fair]),
        "people": [one for one in people if one["hours"] > 0 or one["offers"]],
    }  # fmt: skip


def people_beside(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everybody of the changed run with his answers under the present policy as `before`, longest online first."""
    before = {one["id"]: one["answers"] for one in result["before"]["people"]}
    found = [{**one, "before": before.get(one["id"], 0)} for one in result["after"]["people"]]
    return sorted(found, key=lambda one: -one["hours"])


def classes(waits: Sequence[float]) -> list[int]:
    """How many waits fall into each class of `STEPS`."""
    edges = pairwise((-1.0, *STEPS, math.inf))
    return [sum(low < wait <= high for wait in waits) for low, high in edges]


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the ordered values lie, or none for no values."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 1)


def gini(values: Sequence[float]) -> float | None:
    """How unevenly the values are spread: 0 for all equal, towards 1 for all with one; none for fewer than two."""
    total = sum(values)
    if len(values) < 2 or total <= 0:
        return None
    weighted = sum(number * value for number, value in enumerate(sorted(values), 1))
    return round(2 * weighted / (len(values) * total) - (len(values) + 1) / len(values), 3)
