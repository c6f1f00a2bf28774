"""Availability: the expert's own switch, capacity, hours and pauses, and what they make of him now."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import hours, pool
from experts.errors import ProfileIncomplete
from experts.events import AvailabilityChanged
from experts.models import Expert
from marketplace.core.events import publish

MOST_AT_ONCE = 10
IGNORED = "ignored"
"""Why an expert is paused who let offers run out unanswered."""

_DUE = text("""
    SELECT person_id FROM expert WHERE duty_due_at <= :now
     ORDER BY duty_due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")


class Availability(StrEnum):
    """What an expert is now, the first that applies."""

    OFF = "off"
    PAUSED = "paused"
    OFF_HOURS = "off_hours"
    ABSENT = "absent"
    BUSY = "busy"
    FREE = "free"


def of(expert: Expert, now: datetime) -> Availability:
    """What the expert is now."""
    if not expert.switched_on:
        return Availability.OFF
    if expert.paused_because is not None:
        return Availability.PAUSED
    if expert.on_duty_until is None or expert.on_duty_until <= now:
        return Availability.OFF_HOURS
    if expert.lease_until is None or expert.lease_until <= now:
        return Availability.ABSENT
    return Availability.BUSY if expert.live >= expert.capacity else Availability.FREE


def switch(session: Session, expert: Expert, *, on: bool, capacity: int | None = None, now: datetime) -> None:
    """Switch on or off; `capacity` is how many conversations at once. Switching on ends a pause.

    Raises `ProfileIncomplete`.
    """
    if capacity is not None and not 1 <= capacity <= MOST_AT_ONCE:
        raise ProfileIncomplete("Choose between 1 and 10 conversations at once.", field="capacity")
    session.refresh(expert, with_for_update={"key_share": True})
    if on and (not expert.switched_on or expert.paused_because is not None):
        expert.ignored, expert.paused_because = 0, None
    expert.switched_on = on
    if capacity is not None:
        expert.capacity = capacity
    _settle(session, expert, now)


def resume(session: Session, expert: Expert, now: datetime) -> None:
    """One tap after a pause for ignored offers: there again."""
    session.refresh(expert, with_for_update={"key_share": True})
    expert.ignored, expert.paused_because = 0, None
    _settle(session, expert, now)


def note_ignored(session: Session, expert: Expert, now: datetime, *, pause_after: int = 2) -> bool:
    """An offer ran out unanswered; whether the expert is paused by it."""
    session.refresh(expert, with_for_update={"key_share": True})
    expert.ignored += 1
    if expert.ignored >= pause_after and expert.paused_because is None:
        expert.paused_because = IGNORED
    _settle(session, expert, now)
    return expert.paused_because is not None


def review(session: Session, expert: Expert, *, now: datetime) -> None:
    """Draw the consequences of changed hours, exceptions or time zone."""
    session.refresh(expert, with_for_update={"key_share": True})
    expert.on_duty_until, expert.duty_due_at = hours.duty(session, expert, now)
    _settle(session, expert, now)


def duty_due(session: Session, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Look again at the hours of those for whom they change now; whom that was."""
    due = list(session.scalars(_DUE, {"now": now, "limit": limit}))
    ended = []
    for person_id in due:
        expert = session.get_one(Expert, person_id, populate_existing=True)
        was_on = expert.on_duty_until is not None
        until, expert.duty_due_at = hours.duty(session, expert, now)
        if until is not None or not was_on:
            expert.on_duty_until = until
        else:
            ended.append(expert)
    # The stretch online of somebody whose hours ended is closed at the time they ended, which is still known here.
    pool.refresh_many(session, due, now=now)
    for expert in ended:
        expert.on_duty_until = None
    session.flush()
    for person_id in due:
        publish(session, AvailabilityChanged(person_id))
    return due


def _settle(session: Session, expert: Expert, now: datetime) -> None:
    session.flush()
    pool.refresh(session, expert.person_id, now=now)
    publish(session, AvailabilityChanged(expert.person_id))
