"""A week's statement: what was earned and taken back in it, over all brands, as the ledger has it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation
from marketplace.questions.models import Question
from payouts import queries
from payouts.earned import Movement, Sums, movements, sums
from payouts.models import Earning, LedgerTransaction
from payouts.queries import Unpaid


@dataclass(frozen=True, slots=True)
class Line:
    """A movement with what it is about. Without a brand, the platform pays."""

    movement: Movement
    brand: str
    question: str


@dataclass(frozen=True, slots=True)
class Statement:
    """All of one week. The totals are the sums of the lines, and those are what was booked."""

    week: str
    since: datetime
    until: datetime
    lines: tuple[Line, ...]
    unpaid: tuple[Unpaid, ...]

    @property
    def last_day(self) -> date:
        """The Sunday."""
        return (self.until - timedelta(days=1)).date()

    @property
    def totals(self) -> list[Sums]:
        """Per currency."""
        return sums(line.movement for line in self.lines)

    @property
    def by_brand(self) -> list[tuple[str, Sums]]:
        """Per brand and currency, by name."""
        names = sorted({line.brand for line in self.lines})
        return [(name, one) for name in names for one in sums(row.movement for row in self.lines if row.brand == name)]


def statement(session: Session, person_id: UUID, week: str) -> Statement:
    """The expert's statement of an ISO week such as 2026-W47, weeks from Monday (UTC). Raises `Invalid`."""
    since, until = queries.week_bounds(week)
    unpaid = queries.unpaid_of(session, person_id, since=since, until=until)
    return Statement(week, since, until, tuple(lines(session, person_id, since, until)), tuple(unpaid))


def lines(session: Session, person_id: UUID, since: datetime, until: datetime) -> list[Line]:
    """What was moved in [since, until), oldest first, with brands and questions."""
    rows = movements(session, since=since, until=until, person_id=person_id)
    talks = {row.earning.conversation_id for row in rows}
    questions = dict(
        session.execute(
            select(Conversation.id, Question.text)
            .join(Question, Question.id == Conversation.question_id)
            .where(Conversation.id.in_(talks))
        ).tuples().all()
    )  # fmt: skip
    payers = {row.earning.brand_id for row in rows}
    brands = dict(session.execute(select(Brand.id, Brand.name).where(Brand.id.in_(payers))).tuples().all())
    return [
        Line(
            row, brands.get(row.earning.brand_id, "") if row.earning.brand_id else "",
            masked(questions.get(row.earning.conversation_id, "")) if row.earning.conversation_id else "",
        )
        for row in rows
    ]  # fmt: skip


def earned_in(session: Session, week: str) -> list[UUID]:
    """Who has something on the week's statement."""
    since, until = queries.week_bounds(week)
    return list(
        session.scalars(
            select(Earning.person_id)
            .join(LedgerTransaction, LedgerTransaction.source_id == Earning.id)
            .where(
                LedgerTransaction.source_type == "earning", LedgerTransaction.type != "earning_released",
                LedgerTransaction.event_at >= since, LedgerTransaction.event_at < until,
            )
            .distinct()
        )
    )  # fmt: skip


def week_before(week: str) -> str:
    """The ISO week before."""
    since, _ = queries.week_bounds(week)
    return _name(since - timedelta(days=7))


def week_after(week: str) -> str:
    """The ISO week after."""
    _, until = queries.week_bounds(week)
    return _name(until)


def _name(day: datetime) -> str:
    iso = day.isocalendar()
    return f"{iso.year}-W{iso.week:02d}"
