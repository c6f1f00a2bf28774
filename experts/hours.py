"""Hours of work: a week in the person's own time zone, dated exceptions, and what they say of an instant.

Somebody without weekly hours is on duty whenever he switches himself on; exceptions hold for him too. Clock changes
follow the wall clock: a shift that begins at 9 begins at 9 in summer and in winter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from experts.errors import HoursInvalid
from experts.models import Expert, HoursException, WeeklyHours
from marketplace.accounts.models import Person

MINUTES = 24 * 60
HORIZON_DAYS = 8
"""How far ahead a change is looked for; whatever lies beyond is looked at again then."""
MOST_ROWS = 42
MOST_EXCEPTIONS = 100

Span = tuple[int, int]
"""Minutes since local midnight: start, and end (at most 1440)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides when somebody works. Exceptions: day -> spans, empty for a day off."""

    zone: str
    week: Mapping[int, Sequence[Span]]
    exceptions: Mapping[date, Sequence[Span]]

    def spans(self, day: date) -> Sequence[Span]:
        """The hours on one local day."""
        if day in self.exceptions:
            return self.exceptions[day]
        if not self.week:
            return ((0, MINUTES),)
        return self.week.get(day.weekday(), ())


def duty_of(plan: Plan, now: datetime) -> tuple[datetime | None, datetime]:
    """(end of the present hours or none, when to look again), both UTC. Hours that touch are one."""
    zone = ZoneInfo(plan.zone)
    today = now.astimezone(zone).date()
    horizon = now + timedelta(days=HORIZON_DAYS)
    joined: list[tuple[datetime, datetime]] = []
    for offset in range(-1, HORIZON_DAYS + 1):
        day = today + timedelta(days=offset)
        for starts, ends in sorted(plan.spans(day)):
            start, end = _instant(zone, day, starts), _instant(zone, day, ends, late=True)
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            elif start < end:
                joined.append((start, end))
    for start, end in joined:
        if start <= now < end:
            until = min(end, horizon)
            return until, until
        if now < start:
            return None, min(start, horizon)
    return None, horizon


def _instant(zone: ZoneInfo, day: date, minute: int, *, late: bool = False) -> datetime:
    """The UTC instant of a local minute; of a minute that comes twice, the first, or with `late` the second."""
    wall = datetime.combine(day + timedelta(days=minute // MINUTES), time(minute % MINUTES // 60, minute % 60))
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return max(first, second) if late else first


def plan_of(session: Session, expert: Expert, *, today: date | None = None) -> Plan:
    """The stored hours; exceptions from the day before `today` on."""
    week: dict[int, list[Span]] = {}
    for row in session.scalars(select(WeeklyHours).where(WeeklyHours.person_id == expert.person_id)):
        week.setdefault(row.weekday, []).append((row.starts, row.ends))
    wanted = select(HoursException).where(HoursException.person_id == expert.person_id)
    if today is not None:
        wanted = wanted.where(HoursException.on_date >= today - timedelta(days=2))
    exceptions: dict[date, list[Span]] = {}
    for found in session.scalars(wanted):
        spans = exceptions.setdefault(found.on_date, [])
        if found.starts is not None and found.ends is not None:
            spans.append((found.starts, found.ends))
    zone = session.scalars(select(Person.time_zone).where(Person.id == expert.person_id)).one()
    return Plan(zone, week, exceptions)


def duty(session: Session, expert: Expert, now: datetime) -> tuple[datetime | None, datetime]:
    """(end of the present hours or none when off duty, when to look again)."""
    return duty_of(plan_of(session, expert, today=now.date()), now)


def set_week(session: Session, expert: Expert, rows: Iterable[tuple[int, int, int]]) -> None:
    """Replace the week: (weekday with 0 for Monday, start, end) in minutes. Raises `HoursInvalid`.

    The caller then lets `availability.review` draw the consequences.
    """
    wanted = sorted(set(rows))
    if len(wanted) > MOST_ROWS:
        raise HoursInvalid("At most six shifts a day.")
    for weekday, starts, ends in wanted:
        if not 0 <= weekday <= 6:
            raise HoursInvalid("A week has seven days.")
        _check_span(starts, ends)
    for before, after in pairwise(wanted):
        if before[0] == after[0] and after[1] < before[2]:
            raise HoursInvalid("Two shifts of one day overlap.")
    session.execute(delete(WeeklyHours).where(WeeklyHours.person_id == expert.person_id))
    session.add_all(
        WeeklyHours(person_id=expert.person_id, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in wanted
    )
    session.flush()


def add_exception(session: Session, expert: Expert, *, on_date: date, span: Span | None, now: datetime) -> None:
    """Other hours on one day, or with no span a day off; what was said of that day before is forgotten.

    Raises `HoursInvalid`.
    """
    if on_date < now.date() - timedelta(days=1):
        raise HoursInvalid("This day is over.", field="on_date")
    if span is not None:
        _check_span(*span)
    known = select(HoursException).where(HoursException.person_id == expert.person_id)
    if len({found.on_date for found in session.scalars(known)} - {on_date}) >= MOST_EXCEPTIONS:
        raise HoursInvalid("At most 100 dated exceptions.", field="on_date")
    remove_exception(session, expert, on_date=on_date)
    starts, ends = span if span is not None else (None, None)
    session.add(HoursException(person_id=expert.person_id, on_date=on_date, starts=starts, ends=ends))
    session.flush()


def remove_exception(session: Session, expert: Expert, *, on_date: date) -> None:
    """The day follows the week again."""
    session.execute(
        delete(HoursException).where(HoursException.person_id == expert.person_id, HoursException.on_date == on_date)
    )


def clock_changes(zone: str, now: datetime, *, days: int = 45) -> list[tuple[date, int]]:
    """Days ahead on which the clock changes in `zone`: (day, minutes forward)."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    found = []
    for offset in range(days):
        day = today + timedelta(days=offset)
        before = datetime.combine(day, time(), place).utcoffset()
        after = datetime.combine(day + timedelta(days=1), time(), place).utcoffset()
        if before is not None and after is not None and before != after:
            found.append((day, round((after - before).total_seconds() / 60)))
    return found


def _check_span(starts: int, ends: int) -> None:
    if not 0 <= starts < ends <= MINUTES:
        raise HoursInvalid("A shift ends after it begins, on the same day; split a night at midnight.")
