"""A rehearsal's event loop: real answers first, habits for the rest, every question ends in every mode."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experts.admission import CLOSED, FULL
from experts.cascade import AgentsMode
from experts.policy import DEFAULT, RoutingPolicy, parse
from experts.rehearsal_result import classes, gini, people_beside, quantile, summary
from experts.rehearsal_run import LATER, Outcome, Run
from experts.rehearsal_world import Answer, Asked, Past, Player, Reaction, reaction

SINCE = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
"""Monday, nine o’clock in Paris."""
HOUR = 3_600.0


def player(number: int, *, agent: bool = False, **more: object) -> Player:
    plain = Player(
        key=UUID(int=number), name=f"P{number}", agent=agent, capacity=1, languages=frozenset({"fr"}),
        categories=frozenset() if agent else frozenset({"shoes"}), online=((0.0, HOUR),), accepts=1.0, declines=0.0,
        delays=(10.0,), fee=400,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def question(number: int, at: float = 0.0, **answers: Answer) -> Asked:
    known = {UUID(int=int(name[1:])): answer for name, answer in answers.items()}
    return Asked(UUID(int=1_000 + number), at, "fr", "shoes", frozenset(), known, talk=300.0)


def past(players: list[Player], questions: list[Asked]) -> Past:
    return Past(SINCE, HOUR, "Europe/Paris", players, questions)


def play(players: list[Player], questions: list[Asked], policy: RoutingPolicy = DEFAULT) -> Outcome:
    return Run(past(players, questions), policy).go()


def test_who_was_really_asked_answers_as_he_did() -> None:
    outcome = play([player(1)], [question(1, p1=Answer(Reaction.ACCEPT, 33.0))])
    assert [(one.end, one.wait) for one in outcome.played] == [("answered", 33.0)]
    refused = play([player(1)], [question(1, p1=Answer(Reaction.DECLINE, 5.0))])
    assert [one.end for one in refused.played] == [LATER]


def test_habits_answer_for_the_rest_with_the_same_luck_each_time() -> None:
    unsure = player(1, accepts=0.5, declines=0.2, delays=(3.0, 9.0, 40.0))
    drawn = [reaction(question(number), unsure) for number in range(400)]
    assert drawn == [reaction(question(number), unsure) for number in range(400)]
    shares = [sum(one.reaction is kind for one in drawn) / 400 for kind in Reaction]
    assert shares == pytest.approx([0.5, 0.2, 0.3], abs=0.08)


def test_a_second_person_is_asked_after_the_policy_s_own_silence() -> None:
    silent = player(1, accepts=0.0)
    questions = [question(1, p1=Answer(Reaction.NOTHING, 0.0), p2=Answer(Reaction.ACCEPT, 10.0))]
    first = parse({"first_hedge": 3, "fairness": 0, "idle": 0})
    patient = parse({"max_open": 1, "fairness": 0, "idle": 0})
    waits = [
        play([silent, player(2, accepted=0.0, offered=30.0)], questions, way).played[0].wait for way in (first, patient)
    ]
    assert waits[0] is not None
    assert waits[1] is not None
    assert waits[0] < waits[1] == 55.0


def test_nobody_is_asked_offline_or_above_his_capacity() -> None:
    gone = play([player(1, online=((1_000.0, HOUR),))], [question(1)])
    assert [one.end for one in gone.played] == [LATER]
    busy = play([player(1)], [question(1), question(2, 60.0)])
    assert [one.end for one in busy.played] == ["answered", LATER]
    elsewhere = play([player(1, busy=((0.0, 100.0),))], [question(1)])
    assert elsewhere.played[0].wait == 110.0


def test_hours_and_the_waiting_line_turn_questions_away() -> None:
    shut = parse({"week": [[1, 0, 60]]})
    assert [one.end for one in play([player(1)], [question(1)], shut).played] == [CLOSED]
    short = parse({"most_waiting": 1})
    ends = [one.end for one in play([], [question(1), question(2, 1.0)], short).played]
    assert ends == [FULL, LATER]


@pytest.mark.parametrize(("mode", "by_agent"), [("before", True), ("after", False), ("none", False)])
def test_agents_answer_in_their_turn(mode: str, by_agent: bool) -> None:
    outcome = play([player(1), player(2, agent=True)], [question(1)], parse({"agents": mode}))
    assert [one.by_agent for one in outcome.played] == [by_agent]
    alone = play([player(2, agent=True)], [question(1)], parse({"agents": mode}))
    assert [one.end for one in alone.played] == [LATER if mode == "none" else "answered"]


@settings(max_examples=40, deadline=None)
@given(
    mode=st.sampled_from(AgentsMode), times=st.lists(st.floats(0, HOUR), min_size=1, max_size=15),
    habits=st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(1, 3)), max_size=6),
)  # fmt: skip
def test_each_question_ends_once_in_every_mode_and_nobody_is_overloaded(
    mode: AgentsMode, times: list[float], habits: list[tuple[float, bool, int]]
) -> None:
    players = [
        player(number, agent=agent, accepts=share, declines=(1 - share) / 2, capacity=capacity)
        for number, (share, agent, capacity) in enumerate(habits, 1)
    ]
    run = Run(past(players, [question(n, at) for n, at in enumerate(sorted(times))]), parse({"agents": mode.value}))
    outcome = run.go()
    assert len(outcome.played) == len(times)
    assert all(seat.open_offers == 0 and 0 <= seat.busy <= seat.player.capacity for seat in outcome.seats)
    assert mode is not AgentsMode.NONE or not any(one.by_agent for one in outcome.played)


def test_the_figures_of_a_run_add_up() -> None:
    period = past([player(1, capacity=3), player(2, online=())], [question(n, n * 100.0) for n in range(3)])
    told = summary(period, Run(period, DEFAULT).go())
    assert (told["questions"], told["answered"], told["minute"], told["median"]) == (3, 3, 3, 10.0)
    assert sum(told["classes"]) == 3
    assert [(one["name"], one["answers"], one["income"]) for one in told["people"]] == [("P1", 3, 1_200.0)]
    assert people_beside({"before": told, "after": told})[0]["before"] == 3


def test_spread_and_quantiles_are_those_of_the_textbook() -> None:
    assert gini([1, 1, 1, 1]) == 0
    assert gini([0, 0, 0, 1]) == 0.75
    assert gini([5]) is gini([0, 0]) is None
    assert quantile([], 0.5) is None
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert classes([0, 15, 16, 60, 61, 500]) == [2, 1, 1, 1, 1]
