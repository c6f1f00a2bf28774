"""The question's clock: each stage at its edge, and that every question comes to an end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experts.cascade import (
    AgentsMode,
    Audience,
    CascadePolicy,
    OpenOffer,
    Progress,
    QuestionClock,
    Step,
    StepKind,
    live_until,
    next_step,
)

START = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
POLICY = CascadePolicy(offer_seconds=45, first_hedge=12, second_hedge=24, max_open=3)
NEW = QuestionClock(asked_at=START)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def offer(made: float, life: float = 45) -> OpenOffer:
    return OpenOffer(at(made), at(made + life))


def test_a_new_question_is_offered_at_once() -> None:
    assert next_step(POLICY, NEW, START) == Step(StepKind.OFFER, at(45), Audience.LIVE)


def test_without_candidates_it_waits_for_the_end_of_the_live_window() -> None:
    step = next_step(POLICY, replace(NEW, candidates=False), START)
    assert step == Step(StepKind.WAIT, at(180))


def test_a_second_expert_is_asked_exactly_at_the_first_hedge() -> None:
    clock = replace(NEW, open_offers=(offer(0),))
    assert next_step(POLICY, clock, at(11.9)) == Step(StepKind.WAIT, at(12))
    assert next_step(POLICY, clock, at(12)).kind is StepKind.OFFER


def test_a_third_is_asked_at_the_second_hedge_and_never_a_fourth() -> None:
    clock = replace(NEW, open_offers=(offer(0), offer(12)))
    assert next_step(POLICY, clock, at(23.9)) == Step(StepKind.WAIT, at(24))
    assert next_step(POLICY, clock, at(24)).kind is StepKind.OFFER
    full = replace(clock, open_offers=(*clock.open_offers, offer(24)))
    assert next_step(POLICY, full, at(30)) == Step(StepKind.WAIT, at(45))


def test_without_hedging_one_expert_is_asked_after_another() -> None:
    single = CascadePolicy.bounded(max_open=1)
    assert not single.hedging
    clock = replace(NEW, open_offers=(offer(0),))
    assert next_step(single, clock, at(44)) == Step(StepKind.WAIT, at(45))
    assert next_step(single, clock, at(45)).kind is StepKind.LAPSE


def test_the_category_widens_once_when_it_can() -> None:
    clock = replace(NEW, candidates=False, can_widen=True)
    assert next_step(POLICY, clock, at(29)) == Step(StepKind.WAIT, at(30))
    assert next_step(POLICY, clock, at(30)).kind is StepKind.WIDEN
    assert next_step(POLICY, replace(clock, widened=True), at(30)).kind is StepKind.WAIT


def test_open_offers_keep_their_own_time_past_the_live_window() -> None:
    clock = replace(NEW, open_offers=(offer(170),))
    assert next_step(POLICY, clock, at(180)) == Step(StepKind.WAIT, at(215))
    assert next_step(POLICY, replace(clock, open_offers=()), at(180)).kind is StepKind.GO_LATER


def test_a_shopper_who_leaves_shortens_the_live_window_but_never_lengthens_it() -> None:
    assert live_until(POLICY, replace(NEW, shopper_left_at=at(20))) == at(50)
    assert live_until(POLICY, replace(NEW, shopper_left_at=at(170))) == at(180)


def test_for_later_the_best_comes_first_then_the_best_few_then_all() -> None:
    later = replace(NEW, progress=Progress.LATER, later_since=at(180))
    first = next_step(POLICY, later, at(180))
    assert first == Step(StepKind.OFFER, at(780), Audience.EXCLUSIVE)
    held = replace(later, later_offers=1, open_offers=(offer(180, 600),))
    assert next_step(POLICY, held, at(779)) == Step(StepKind.WAIT, at(780))
    after = replace(held, open_offers=())
    shortlisted = next_step(POLICY, after, at(780))
    assert shortlisted == Step(StepKind.OFFER, at(2580), Audience.SHORTLIST)
    assert next_step(POLICY, after, at(2580)).kind is StepKind.OPEN_TO_ALL


def test_a_refusal_by_the_best_ends_his_exclusive_time() -> None:
    refused = replace(NEW, progress=Progress.LATER, later_since=at(180), later_offers=1)
    assert next_step(POLICY, refused, at(200)).audience is Audience.SHORTLIST


def test_the_shortlist_is_no_longer_than_the_policy_says() -> None:
    offers = tuple(offer(800, 1780) for _ in range(POLICY.shortlist_size))
    clock = replace(
        NEW,
        progress=Progress.LATER,
        later_since=at(180),
        later_offers=6,
        open_offers=offers,
    )
    assert next_step(POLICY, clock, at(900)) == Step(StepKind.WAIT, at(2580))


def test_an_open_question_expires_at_its_age() -> None:
    clock = replace(NEW, progress=Progress.OPEN_TO_ALL)
    end = POLICY.expires_after
    assert next_step(POLICY, clock, at(end - 1)) == Step(StepKind.WAIT, at(end))
    assert next_step(POLICY, clock, at(end)).kind is StepKind.EXPIRE


@pytest.mark.parametrize("name", list(CascadePolicy.bounds()))
def test_every_setting_is_bounded_on_both_sides(name: str) -> None:
    least, greatest = CascadePolicy.bounds()[name]
    for value in (least - 1, greatest + 1):
        with pytest.raises(ValueError, match=name):
            CascadePolicy.bounded(**{name: value})


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="second_hedge"):
        CascadePolicy.bounded(first_hedge=60, second_hedge=30)
    with pytest.raises(ValueError, match="whole number"):
        CascadePolicy.bounded(max_open=1.5)
    with pytest.raises(ValueError, match="unknown setting haste"):
        CascadePolicy.bounded(haste=1)


def _apply(step: Step, clock: QuestionClock, now: datetime) -> QuestionClock:
    """Write down in the clock what a dispatcher does for a step."""
    if step.kind is StepKind.LAPSE:
        left = tuple(one for one in clock.open_offers if one.expires_at > now)
        return replace(clock, open_offers=left)
    if step.kind is StepKind.OFFER:
        assert step.until is not None
        made = OpenOffer(now, step.until, agent=step.agent)
        later = clock.later_offers + (clock.progress is Progress.LATER and not step.agent)
        return replace(clock, open_offers=(*clock.open_offers, made), later_offers=later)
    if step.kind is StepKind.WIDEN:
        return replace(clock, widened=True)
    if step.kind is StepKind.GO_LATER:
        return replace(clock, progress=Progress.LATER, later_since=now)
    if step.kind is StepKind.OPEN_TO_ALL:
        return replace(clock, progress=Progress.OPEN_TO_ALL)
    return replace(clock, progress=Progress.EXPIRED)


policies = st.builds(
    CascadePolicy,
    offer_seconds=st.floats(10, 120),
    first_hedge=st.floats(3, 60),
    second_hedge=st.floats(60, 120),
    max_open=st.integers(1, 5),
    widen_after=st.floats(0, 600),
    live_window=st.floats(30, 900),
    expires_after=st.floats(3_600, 86_400),
    agents=st.sampled_from(AgentsMode),
    agents_seconds=st.floats(5, 600),
)
events = st.lists(
    st.tuples(st.sampled_from(["decline", "leave", "crowd", "desert", "agents come", "agents go"]), st.floats(0, 400)),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(policy=policies, happenings=events, can_widen=st.booleans())
def test_a_question_always_reaches_its_end(
    policy: CascadePolicy, happenings: list[tuple[str, float]], can_widen: bool
) -> None:
    clock = replace(NEW, can_widen=can_widen)
    now, todo = START, list(happenings)
    for _ in range(100_000):
        live = clock.progress is Progress.LIVE
        assert len(clock.open_offers) <= (policy.max_open if live else 2 + 6 + policy.max_open)
        assert policy.agents is not AgentsMode.NONE or not clock.offers_to(agent=True)
        step = next_step(policy, clock, now)
        if step.kind is StepKind.DONE:
            break
        if step.kind is not StepKind.WAIT:
            clock = _apply(step, clock, now)
            continue
        assert step.until is not None
        assert step.until > now
        name, delay = todo.pop() if todo else ("", float("inf"))
        wake = step.until
        if now + timedelta(seconds=min(delay, 1e7)) >= wake:
            now = wake
            continue
        now += timedelta(seconds=delay)
        if name == "decline" and clock.open_offers:
            clock = replace(clock, open_offers=clock.open_offers[1:])
        elif name == "leave":
            clock = replace(clock, shopper_left_at=now)
        elif name.startswith("agents"):
            clock = replace(clock, agents=name == "agents come")
        else:
            clock = replace(clock, candidates=name == "crowd")
    assert clock.progress is Progress.EXPIRED
    assert now >= at(policy.live_window) or clock.shopper_left_at is not None
