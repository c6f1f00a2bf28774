"""What a brand spent: by mission, expert or category, by week, and the rows behind each sum."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from experts.models import Expert
from marketplace.brands.models import Category, Mission
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation
from marketplace.core.money import Money
from marketplace.questions.models import Question
from payouts.earned import Movement, movements, postings
from payouts.models import Earning, LedgerTransaction


class By(StrEnum):
    """What spending is split by."""

    MISSION = "mission"
    EXPERT = "expert"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Slice:
    """One mission, expert or category, and what was spent on it; without id: what belongs to none, such as a bonus."""

    id: UUID | None
    name: str
    count: int
    gross: Money
    fees: Money


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to before the last, UTC."""

    since: datetime
    until: datetime


def _key(by: By) -> Any:
    if by is By.CATEGORY:
        return Question.category_id
    return Earning.mission_id if by is By.MISSION else Earning.person_id


def _spent(brand_id: UUID, period: Period) -> Any:
    return (
        postings()
        .where(LedgerTransaction.event_at >= period.since, LedgerTransaction.event_at < period.until)
        .where(LedgerTransaction.source_id.in_(select(Earning.id).where(Earning.brand_id == brand_id)))
        .subquery()
    )


def _joined(statement: Select[Any], part: Any) -> Select[Any]:
    return (
        statement.join(part, part.c.source_id == Earning.id)
        .outerjoin(Conversation, Conversation.id == Earning.conversation_id)
        .outerjoin(Question, Question.id == Conversation.question_id)
    )


def slices(
    session: Session, brand_id: UUID, by: By, period: Period, *, currency: str, locale: str
) -> list[Slice]:  # fmt: skip
    """The largest first. They sum to what was spent in the period: what was taken back is taken off."""
    part, key = _spent(brand_id, period), _key(by)
    gross, fees = part.c.n + part.c.c + part.c.v, part.c.c + part.c.v
    rows: Any = session.execute(
        _joined(select(key, func.count().filter(gross > 0), func.sum(gross), func.sum(fees)).select_from(Earning), part)
        .where(Earning.currency == currency)
        .group_by(key)
        .order_by(func.sum(gross).desc(), key)
    ).tuples()
    found = list(rows)
    names = _names(session, by, [row[0] for row in found if row[0] is not None], locale)
    return [
        Slice(row[0], names.get(row[0], ""), int(row[1]), Money(int(row[2]), currency), Money(int(row[3]), currency))
        for row in found
    ]


def _names(session: Session, by: By, ids: list[UUID], locale: str) -> dict[UUID, str]:
    if by is By.EXPERT:
        named = select(Expert.person_id, Expert.public_name).where(Expert.person_id.in_(ids))
        return dict(session.execute(named).tuples().all())
    if by is By.MISSION:
        return {one.id: one.title(locale) for one in session.scalars(select(Mission).where(Mission.id.in_(ids)))}
    return {one.id: one.name(locale) for one in session.scalars(select(Category).where(Category.id.in_(ids)))}


def weekly(
    session: Session, brand_id: UUID, currency: str, *, now: datetime, weeks: int = 12
) -> list[tuple[date, int]]:
    """(Monday, gross in minor units) of the last weeks, oldest first, empty ones too; in weeks from Monday (UTC)."""
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    part = _spent(brand_id, Period(first, now + timedelta(days=1)))
    week = func.date_trunc("week", func.timezone("UTC", part.c.event_at))
    rows: Any = session.execute(
        select(week, func.sum(part.c.n + part.c.c + part.c.v))
        .join(Earning, Earning.id == part.c.source_id)
        .where(Earning.currency == currency)
        .group_by(week)
    ).tuples()
    sums = {start.date(): int(total) for start, total in rows}
    return [
        ((first + timedelta(weeks=n)).date(), sums.get((first + timedelta(weeks=n)).date(), 0)) for n in range(weeks)
    ]


def rows(
    session: Session, brand_id: UUID, by: By, period: Period, *, only: UUID | None, currency: str
) -> list[tuple[Movement, str]]:  # fmt: skip
    """The postings behind the sums, newest first, with the question; of one slice when `only` is given."""
    moved = movements(session, since=period.since, until=period.until, brand_id=brand_id)
    talks: Any = session.execute(
        select(Conversation.id, Question.text, Question.category_id)
        .join(Question, Question.id == Conversation.question_id)
        .where(Conversation.id.in_({row.earning.conversation_id for row in moved}))
    ).tuples()
    about: dict[UUID | None, tuple[str, UUID | None]] = {row[0]: (masked(row[1]), row[2]) for row in talks}

    def value(row: Movement) -> UUID | None:
        if by is By.CATEGORY:
            return about.get(row.earning.conversation_id, ("", None))[1]
        return row.earning.mission_id if by is By.MISSION else row.earning.person_id

    kept = [row for row in moved if row.earning.currency == currency and (only is None or value(row) == only)]
    return [(row, about.get(row.earning.conversation_id, ("", None))[0]) for row in reversed(kept)]
