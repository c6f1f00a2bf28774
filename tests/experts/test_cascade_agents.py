"""Agents of the brand before, beside and after its experts, in the one engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from experts.cascade import (
    AgentsMode,
    Audience,
    CascadePolicy,
    OpenOffer,
    Progress,
    QuestionClock,
    Step,
    StepKind,
    next_step,
)

START = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
BOTH = QuestionClock(asked_at=START, agents=True)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def policy(agents: AgentsMode, **more: float) -> CascadePolicy:
    return replace(CascadePolicy.bounded(agents_seconds=60, **more), agents=agents)


def offer(made: float, *, agent: bool) -> OpenOffer:
    return OpenOffer(at(made), at(made + 45), agent=agent)


def test_without_agents_in_the_policy_a_free_agent_is_never_asked() -> None:
    clock = replace(BOTH, candidates=False)
    assert next_step(policy(AgentsMode.NONE), clock, START) == Step(StepKind.WAIT, at(180))


def test_agents_before_have_the_question_to_themselves_then_experts_follow() -> None:
    first = next_step(policy(AgentsMode.BEFORE), BOTH, START)
    assert first == Step(StepKind.OFFER, at(45), Audience.LIVE, agent=True)
    asked = replace(BOTH, agents=False, open_offers=(offer(0, agent=True),))
    waiting = replace(asked, open_offers=(offer(30, agent=True),))
    assert next_step(policy(AgentsMode.BEFORE), waiting, at(59)) == Step(StepKind.WAIT, at(60))
    then = next_step(policy(AgentsMode.BEFORE), waiting, at(60))
    assert (then.kind, then.agent) == (StepKind.OFFER, False)


def test_nobody_waits_for_agents_who_are_not_there() -> None:
    alone = replace(BOTH, agents=False)
    step = next_step(policy(AgentsMode.BEFORE), alone, START)
    assert (step.kind, step.agent) == (StepKind.OFFER, False)


def test_agents_after_are_asked_once_the_experts_have_had_their_time() -> None:
    clock = replace(BOTH, candidates=True, open_offers=(offer(50, agent=False),))
    assert next_step(policy(AgentsMode.AFTER), clock, at(59)) == Step(StepKind.WAIT, at(60))
    step = next_step(policy(AgentsMode.AFTER), clock, at(60))
    assert (step.kind, step.agent) == (StepKind.OFFER, True)


def test_agents_after_are_asked_at_once_when_no_expert_is_left() -> None:
    step = next_step(policy(AgentsMode.AFTER), replace(BOTH, candidates=False), START)
    assert (step.kind, step.agent) == (StepKind.OFFER, True)


def test_beside_an_expert_and_an_agent_are_asked_in_the_same_moment() -> None:
    first = next_step(policy(AgentsMode.BESIDE), BOTH, START)
    assert (first.kind, first.agent) == (StepKind.OFFER, False)
    clock = replace(BOTH, open_offers=(offer(0, agent=False),))
    second = next_step(policy(AgentsMode.BESIDE), clock, START)
    assert (second.kind, second.agent) == (StepKind.OFFER, True)
    both = replace(clock, open_offers=(*clock.open_offers, offer(0, agent=True)))
    assert next_step(policy(AgentsMode.BESIDE), both, START) == Step(StepKind.WAIT, at(CascadePolicy().first_hedge))


def test_offers_open_to_agents_count_for_the_most_at_a_time() -> None:
    clock = replace(BOTH, open_offers=(offer(0, agent=False),))
    assert next_step(policy(AgentsMode.BESIDE, max_open=1), clock, at(20)) == Step(StepKind.WAIT, at(45))


@pytest.mark.parametrize(("mode", "asks"), [(AgentsMode.BEFORE, True), (AgentsMode.AFTER, False)])
def test_a_question_for_later_goes_to_an_agent_in_his_turn(mode: AgentsMode, asks: bool) -> None:
    later = replace(BOTH, progress=Progress.LATER, later_since=at(180))
    assert next_step(policy(mode), later, at(180)).agent is asks
    gone = replace(later, later_offers=1)
    assert next_step(policy(mode), gone, at(180 + 601)).agent is True
