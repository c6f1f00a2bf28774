"""A brand's figures over whole days of its own time zone (B9); each one counts rows of `rows.Wanted`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, cast, distinct, func, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation, Segment
from marketplace.core.money import Money
from marketplace.insights.rows import LATEST, Outcome, Wanted, conditions, from_questions, midnight, outcome_column
from marketplace.questions.models import Question
from marketplace.ratings.models import Rating

PERIODS = (7, 28, 90)
"""Days that can be looked at; today counts as the last one."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in a time zone, both ends included."""

    since: date
    until: date
    zone: str

    @property
    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]


@dataclass(frozen=True, slots=True)
class Day:
    """How many questions of one day were answered live, answered later, or not (yet)."""

    on: date
    live: int
    later: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Served:
    """An expert's part: conversations of the questions asked in the period."""

    person_id: UUID
    name: str
    avatar: str | None
    conversations: int
    share: float
    wait: float | None
    rated: int
    stars: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened to the questions asked in the period. `wait` is the median in seconds; `stars` the mean, 1 to 5."""

    asked: int
    redirected: int
    live: int
    later: int
    rated: int
    stars: float | None
    wait: float | None
    costs: Sequence[Money]
    days: Sequence[Day]

    @property
    def answered(self) -> int:
        """By a person, live or later."""
        return self.live + self.later

    @property
    def unanswered(self) -> int:
        """Still waiting, or ended without an answer."""
        return self.asked - self.answered


def period(brand: Brand, days: int, *, now: datetime) -> Period:
    """The last `days` days in the brand's time zone."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    return Period(today - timedelta(days=days - 1), today, brand.time_zone)


def wanted_of(brand: Brand, over: Period) -> Wanted:
    """The rows that the figures of a period count."""
    return Wanted(brand_id=brand.id, zone=over.zone, since=over.since, until=over.until)


def figures(session: Session, brand: Brand, over: Period) -> Figures:
    """All figures of a brand over a period."""
    wanted = wanted_of(brand, over)
    counts = _by_day(session, wanted)
    totals = {outcome: sum(counts.get((on, outcome), 0) for on in over.days) for outcome in Outcome}
    wait = func.percentile_cont(0.5).within_group(_wait().asc()).filter(outcome_column == Outcome.LIVE.value)
    median, rated, stars = session.execute(
        from_questions(wait, func.count(LATEST.c.stars), func.avg(LATEST.c.stars)).where(
            *conditions(session, replace(wanted, outcome="asked"))
        )
    ).one()
    days = [
        Day(
            on, counts.get((on, Outcome.LIVE), 0), counts.get((on, Outcome.LATER), 0),
            counts.get((on, Outcome.OPEN), 0) + counts.get((on, Outcome.NONE), 0),
        )
        for on in over.days
    ]  # fmt: skip
    return Figures(
        asked=sum(totals.values()) - totals[Outcome.REDIRECTED], redirected=totals[Outcome.REDIRECTED],
        live=totals[Outcome.LIVE], later=totals[Outcome.LATER], rated=rated, stars=float(stars) if stars else None,
        wait=float(median) if median is not None else None, costs=_costs(session, brand, over), days=days,
    )  # fmt: skip


def _wait() -> ColumnElement[Any]:
    return cast(func.extract("epoch", Conversation.first_reply_at - Question.asked_at), Float)


def _by_day(session: Session, wanted: Wanted) -> dict[tuple[date, Outcome], int]:
    on = func.date(func.timezone(wanted.zone, Question.asked_at)).label("day")
    query = from_questions(on, outcome_column.label("outcome"), func.count().label("number"))
    rows = session.execute(query.where(*conditions(session, wanted)).group_by("day", "outcome"))
    return {(row.day, Outcome(row.outcome)): row.number for row in rows}


# Earnings belong to a later layer; the table is read by name. Reversed ones were given back to the brand.
_COSTS = text(
    """
    SELECT e.currency, sum(e.gross_minor)::bigint AS gross
    FROM earning e JOIN conversation c ON c.id = e.conversation_id JOIN question q ON q.id = c.question_id
    WHERE q.brand_id = :brand AND q.asked_at >= :since AND q.asked_at < :until AND e.state <> 'reversed'
    GROUP BY e.currency ORDER BY gross DESC
    """
)


def _costs(session: Session, brand: Brand, over: Period) -> list[Money]:
    values = {
        "brand": brand.id, "since": midnight(over.since, over.zone),
        "until": midnight(over.until + timedelta(days=1), over.zone),
    }  # fmt: skip
    return [Money(row.gross, row.currency) for row in session.execute(_COSTS, values)] or [Money(0, brand.currency)]


def served(session: Session, brand: Brand, over: Period, *, most: int = 100) -> list[Served]:
    """Who served the conversations of the period's questions, most first; `share` is of all of them."""
    number = func.count(distinct(Question.id)).label("number")
    live = Conversation.first_reply_at.is_not(None) & ~Conversation.by_mail
    query = (
        select(
            Person.id, Person.name, Person.avatar, number,
            func.percentile_cont(0.5).within_group(_wait().asc()).filter(live).label("wait"),
            func.count(Rating.id).label("rated"), func.avg(Rating.stars).label("stars"),
        )
        .select_from(Question)
        .join(Conversation, Conversation.question_id == Question.id)
        .join(Segment, Segment.conversation_id == Conversation.id)
        .join(Person, Person.id == Segment.person_id)
        .outerjoin(Rating, (Rating.segment_id == Segment.id) & Rating.counts)
        .where(
            Question.brand_id == brand.id, Question.asked_at >= midnight(over.since, over.zone),
            Question.asked_at < midnight(over.until + timedelta(days=1), over.zone),
        )
        .group_by(Person.id)
        .order_by(number.desc(), Person.name)
        .limit(most)
    )  # fmt: skip
    rows = session.execute(query).all()
    total = sum(row.number for row in rows)
    return [
        Served(
            row.id, row.name, row.avatar, row.number, row.number / total,
            float(row.wait) if row.wait is not None else None, row.rated, float(row.stars) if row.stars else None,
        )
        for row in rows
    ]  # fmt: skip
