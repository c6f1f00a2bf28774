"""Hours of work: wall-clock weeks, exceptions, clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts import availability, hours
from experts.errors import HoursInvalid
from experts.hours import Plan, duty_of
from experts.models import WeeklyHours
from tests.factories.experts import make_expert

WEEKDAYS = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (14 * 60, 18 * 60)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_inside_a_shift_the_duty_ends_with_it() -> None:
    plan = Plan("Europe/Paris", WEEKDAYS, {})
    assert duty_of(plan, at("2026-11-18 14:00")) == (at("2026-11-18 17:00"), at("2026-11-18 17:00"))


def test_between_shifts_the_next_one_is_awaited_even_over_the_weekend() -> None:
    plan = Plan("Europe/Paris", WEEKDAYS, {})
    assert duty_of(plan, at("2026-11-18 11:30")) == (None, at("2026-11-18 13:00"))
    assert duty_of(plan, at("2026-11-20 17:00")) == (None, at("2026-11-23 08:00"))


def test_the_edges_belong_to_the_beginning() -> None:
    plan = Plan("Europe/Paris", WEEKDAYS, {})
    assert duty_of(plan, at("2026-11-18 08:00"))[0] == at("2026-11-18 11:00")
    assert duty_of(plan, at("2026-11-18 11:00"))[0] is None


def test_without_hours_one_is_always_on_duty() -> None:
    now = at("2026-11-18 03:00")
    assert duty_of(Plan("Asia/Tokyo", {}, {}), now) == (now + timedelta(days=8), now + timedelta(days=8))


def test_a_day_off_counts_with_and_without_weekly_hours() -> None:
    off = {date(2026, 11, 18): ()}
    for week in ({}, WEEKDAYS):
        until, look_again = duty_of(Plan("Europe/Paris", week, off), at("2026-11-18 14:00"))
        assert until is None
        assert look_again == at("2026-11-18 23:00") if not week else at("2026-11-19 08:00")


def test_an_exception_replaces_the_hours_of_its_day() -> None:
    plan = Plan("Europe/Paris", WEEKDAYS, {date(2026, 11, 21): ((600, 660),)})
    assert duty_of(plan, at("2026-11-20 18:00"))[1] == at("2026-11-21 09:00")
    assert duty_of(plan, at("2026-11-21 09:30"))[0] == at("2026-11-21 10:00")


def test_a_night_that_was_split_at_midnight_is_one_stretch() -> None:
    plan = Plan("Europe/Paris", {2: ((1200, 1440),), 3: ((0, 120),)}, {})
    assert duty_of(plan, at("2026-11-18 22:00"))[0] == at("2026-11-19 01:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-03-27 09:00", "2027-03-27 17:00"),  # Saturday, winter time
        ("2027-03-28 09:00", "2027-03-28 16:00"),  # Sunday after the clocks went forward
        ("2026-10-24 09:00", "2026-10-24 16:00"),
        ("2026-10-25 09:00", "2026-10-25 17:00"),  # and back
    ],
)
def test_a_shift_follows_the_wall_clock_over_a_change(now: str, until: str) -> None:
    plan = Plan("Europe/Paris", dict.fromkeys(range(7), ((540, 1080),)), {})
    assert duty_of(plan, at(now))[0] == at(until)


def test_an_hour_that_comes_twice_is_worked_twice_and_one_that_is_skipped_not_at_all() -> None:
    back = Plan("Europe/Paris", {6: ((120, 180),)}, {})
    assert duty_of(back, at("2026-10-25 00:30"))[0] == at("2026-10-25 02:00")
    skipped = Plan("Europe/Paris", {6: ((125, 150),)}, {})
    for minute in range(0, 120, 5):
        until, _ = duty_of(skipped, at("2027-03-28 00:00") + timedelta(minutes=minute))
        assert until is None or until - at("2027-03-28 01:00") <= timedelta(minutes=30)


def test_clock_changes_ahead_are_told() -> None:
    assert hours.clock_changes("Europe/Paris", at("2026-10-01 12:00")) == [(date(2026, 10, 25), -60)]
    assert hours.clock_changes("Asia/Tokyo", at("2026-10-01 12:00")) == []


@pytest.mark.parametrize("rows", [[(7, 0, 60)], [(0, 60, 60)], [(0, 1380, 1500)], [(0, 60, 180), (0, 120, 240)]])
def test_impossible_weeks_are_refused(session: Session, rows: list[tuple[int, int, int]]) -> None:
    with pytest.raises(HoursInvalid):
        hours.set_week(session, make_expert(session), rows)


def test_a_stored_week_replaces_the_one_before_and_decides(session: Session, now: datetime) -> None:
    expert = make_expert(session)
    hours.set_week(session, expert, [(2, 540, 1080)])
    hours.set_week(session, expert, [(2, 900, 960), (2, 960, 990)])
    assert session.scalar(select(func.count()).select_from(WeeklyHours)) == 2
    availability.review(session, expert, now=now)
    assert expert.on_duty_until == now + timedelta(minutes=90)


def test_a_new_exception_for_a_day_takes_the_place_of_the_old_one(session: Session, now: datetime) -> None:
    expert = make_expert(session)
    hours.add_exception(session, expert, on_date=now.date(), span=None, now=now)
    assert hours.duty(session, expert, now)[0] is None
    hours.add_exception(session, expert, on_date=now.date(), span=(0, 1440), now=now)
    assert hours.duty(session, expert, now)[0] is not None
    hours.remove_exception(session, expert, on_date=now.date())
    assert hours.plan_of(session, expert).exceptions == {}
    with pytest.raises(HoursInvalid):
        hours.add_exception(session, expert, on_date=date(2020, 1, 1), span=None, now=now)
