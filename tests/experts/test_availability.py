"""The switch, pauses, hours and presence decide together whether somebody is free."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import availability, hours, presence
from experts.availability import Availability
from experts.errors import ProfileIncomplete
from experts.models import Expert, OnlineSpan, PoolRow
from tests.factories.brands import make_brand, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free


@pytest.fixture
def expert(session: Session) -> Expert:
    found = make_expert(session)
    make_enrolment(session, make_mission(session, make_brand(session)), expert=found)
    return found


def is_free(session: Session) -> bool:
    return session.scalar(select(PoolRow.person_id).limit(1)) is not None


def test_each_state_is_named_by_the_first_thing_that_is_missing(
    session: Session, expert: Expert, now: datetime
) -> None:
    assert availability.of(expert, now) is Availability.OFF
    availability.switch(session, expert, on=True, now=now)
    assert availability.of(expert, now) is Availability.ABSENT
    presence.renew(session, expert.person_id, now=now)
    session.refresh(expert)
    assert availability.of(expert, now) is Availability.FREE
    expert.live = 1
    assert availability.of(expert, now) is Availability.BUSY
    expert.on_duty_until = now
    assert availability.of(expert, now) is Availability.OFF_HOURS
    expert.paused_because = "ignored"
    assert availability.of(expert, now) is Availability.PAUSED


def test_two_ignored_offers_pause_and_one_tap_resumes(session: Session, expert: Expert, now: datetime) -> None:
    make_free(session, expert)
    assert availability.note_ignored(session, expert, now) is False
    assert is_free(session)
    assert availability.note_ignored(session, expert, now) is True
    assert not is_free(session)
    availability.resume(session, expert, now)
    assert (expert.ignored, expert.paused_because) == (0, None)
    assert is_free(session)


def test_switching_on_again_ends_a_pause_too(session: Session, expert: Expert, now: datetime) -> None:
    make_free(session, expert)
    for _ in range(2):
        availability.note_ignored(session, expert, now)
    availability.switch(session, expert, on=True, now=now)
    assert is_free(session)


def test_capacity_is_bounded_and_raising_it_frees(session: Session, expert: Expert, now: datetime) -> None:
    make_free(session, expert)
    expert.live = 1
    session.flush()
    availability.switch(session, expert, on=True, now=now)
    assert not is_free(session)
    availability.switch(session, expert, on=True, capacity=2, now=now)
    assert is_free(session)
    with pytest.raises(ProfileIncomplete):
        availability.switch(session, expert, on=True, capacity=11, now=now)


def test_the_shift_ends_by_itself_and_the_time_online_ends_with_it(
    session: Session, expert: Expert, now: datetime
) -> None:
    hours.set_week(session, expert, [(2, 840, 930)])  # Wednesday 14:00 to 15:30 in Paris; it is 15:00 there
    availability.review(session, expert, now=now)
    make_free(session, expert)
    presence.renew(session, expert.person_id, now=now + timedelta(minutes=29, seconds=55))
    late = now + timedelta(minutes=30, seconds=3)
    assert availability.duty_due(session, late) == [expert.person_id]
    assert availability.duty_due(session, late) == []
    assert not is_free(session)
    assert session.scalar(select(OnlineSpan.ended_at)) == now + timedelta(minutes=30)
    next_week = now + timedelta(days=7, minutes=-60)
    assert availability.duty_due(session, next_week) == [expert.person_id]
    presence.renew(session, expert.person_id, now=next_week)
    assert is_free(session)


def test_a_fresh_lease_is_not_written_again(session: Session, expert: Expert, now: datetime) -> None:
    make_free(session, expert)
    assert presence.renew(session, expert.person_id, now=now + timedelta(seconds=5)) is False
    session.refresh(expert)
    assert expert.lease_until == now + presence.LEASE
    assert presence.renew(session, expert.person_id, now=now + timedelta(seconds=20)) is False
    session.refresh(expert)
    assert expert.lease_until == now + timedelta(seconds=20) + presence.LEASE


def test_leaving_on_purpose_ends_the_lease_at_once(session: Session, expert: Expert, now: datetime) -> None:
    make_free(session, expert)
    presence.leave(session, expert.person_id, now=now + timedelta(seconds=3))
    assert not is_free(session)
    assert session.scalar(select(OnlineSpan.ended_at)) == now + timedelta(seconds=3)
