"""Reads of money: an expert's earnings and statements, a brand's movements, the operator's ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation
from marketplace.core.errors import Invalid
from marketplace.core.money import Money
from marketplace.questions.models import Question
from payouts import ledger
from payouts.chart import AccountKind, expert
from payouts.models import (
    Assessment,
    Chargeback,
    Earning,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payout,
    TopUp,
    Withdrawal,
)
from payouts.states import EarningState, PayoutState, Rule, TopUpState

K = AccountKind


@dataclass(frozen=True, slots=True)
class Standing:
    """An expert's money in one currency, from the ledger."""

    currency: str
    pending: Money
    available: Money
    on_its_way: Money
    paid: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Line:
    """An earning with what it was earned for; without brand or question (both empty) where it has none."""

    earning: Earning
    brand: str
    question: str

    @property
    def gross(self) -> Money:
        """Before commission."""
        return Money(self.earning.gross_minor, self.earning.currency)

    @property
    def commission(self) -> Money:
        """The platform's part, with its VAT."""
        return Money(self.earning.commission_minor + self.earning.vat_minor, self.earning.currency)

    @property
    def net(self) -> Money:
        """The expert's part."""
        return Money(self.earning.net_minor, self.earning.currency)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A conversation that did not qualify, and the reason."""

    assessment: Assessment
    brand: str
    question: str


def currencies_of(session: Session, person_id: UUID) -> list[str]:
    """In which currencies the expert has earned; euro when in none yet."""
    found = session.scalars(select(Earning.currency).where(Earning.person_id == person_id).distinct()).all()
    return sorted(found) or ["EUR"]


def standing(session: Session, person_id: UUID, currency: str) -> Standing:
    """What is pending, available, on its way, paid and owed back."""

    def have(kind: AccountKind) -> Money:
        return Money(ledger.balance(session, expert(kind, person_id, currency)), currency)

    paid = session.scalar(
        select(func.coalesce(func.sum(Payout.amount_minor - Payout.reversed_minor), 0)).where(
            Payout.person_id == person_id, Payout.currency == currency, Payout.state == PayoutState.PAID
        )
    )
    return Standing(
        currency, have(K.EXPERT_PENDING), have(K.EXPERT_AVAILABLE), have(K.EXPERT_IN_PAYOUT),
        Money(int(paid or 0), currency), have(K.EXPERT_RECEIVABLE),
    )  # fmt: skip


def _lines(person_id: UUID) -> Select[tuple[Earning, str, str]]:
    return (
        select(Earning, func.coalesce(Brand.name, ""), func.coalesce(Question.text, ""))
        .outerjoin(Brand, Brand.id == Earning.brand_id)
        .outerjoin(Conversation, Conversation.id == Earning.conversation_id)
        .outerjoin(Question, Question.id == Conversation.question_id)
        .where(Earning.person_id == person_id)
        .order_by(Earning.earned_at.desc(), Earning.id.desc())
    )


@dataclass(frozen=True, slots=True)
class EarningFilters:
    """What a list of earnings is narrowed to; empty values do not narrow. `search` looks in brands and questions."""

    state: EarningState | None = None
    rule: Rule | None = None
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.rule or self.search or self.since)


def _matching(filters: EarningFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state is not None:
        found.append(Earning.state == filters.state)
    if filters.rule is not None:
        found.append(Earning.rule == filters.rule)
    if filters.search:
        inside = [column.icontains(filters.search, autoescape=True) for column in (Brand.name, Question.text)]
        found.append(or_(*inside))
    if filters.since is not None and filters.until is not None:
        found += [Earning.earned_at >= filters.since, Earning.earned_at < filters.until]
    return found


def earnings_of(
    session: Session, person_id: UUID, filters: EarningFilters, *, page: int = 1, size: int = 25
) -> list[Line]:  # fmt: skip
    """The expert's earnings, newest first; one more than `size` when there is a next page."""
    statement = _lines(person_id).where(*_matching(filters))
    rows = session.execute(statement.offset((page - 1) * size).limit(size + 1)).tuples()
    return [Line(earning, brand, masked(asked)) for earning, brand, asked in rows]


def earning_sums(
    session: Session, person_id: UUID, filters: EarningFilters
) -> list[tuple[Money, Money, int]]:  # fmt: skip
    """(gross, net, how many) of what matches, per currency; what was taken back does not count."""
    rows = session.execute(
        select(Earning.currency, func.sum(Earning.gross_minor), func.sum(Earning.net_minor), func.count())
        .outerjoin(Brand, Brand.id == Earning.brand_id)
        .outerjoin(Conversation, Conversation.id == Earning.conversation_id)
        .outerjoin(Question, Question.id == Conversation.question_id)
        .where(Earning.person_id == person_id, Earning.state != EarningState.REVERSED, *_matching(filters))
        .group_by(Earning.currency)
        .order_by(Earning.currency)
    ).tuples()
    return [(Money(int(gross), code), Money(int(net), code), count) for code, gross, net, count in rows]


def all_earnings(session: Session, person_id: UUID, filters: EarningFilters) -> list[Line]:
    """All that match, for the download."""
    rows = session.execute(_lines(person_id).where(*_matching(filters))).tuples()
    return [Line(earning, brand, masked(asked)) for earning, brand, asked in rows]


def unpaid_of(session: Session, person_id: UUID, *, since: datetime, until: datetime) -> list[Unpaid]:
    """Conversations that did not qualify, newest first."""
    rows = session.execute(
        select(Assessment, Brand.name, Question.text)
        .join(Conversation, Conversation.id == Assessment.conversation_id)
        .join(Brand, Brand.id == Conversation.brand_id)
        .join(Question, Question.id == Conversation.question_id)
        .where(
            Assessment.person_id == person_id, Assessment.qualified.is_(False), Assessment.at >= since,
            Assessment.at < until,
        )
        .order_by(Assessment.at.desc())
    ).tuples()  # fmt: skip
    return [Unpaid(assessment, brand, masked(asked)) for assessment, brand, asked in rows]


def week_bounds(week: str) -> tuple[datetime, datetime]:
    """Monday 00:00 UTC of an ISO week such as 2026-W47, and of the next. Raises `Invalid`."""
    try:
        year, number = week.split("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        raise Invalid("“%(week)s” is not a week; write it like 2026-W47.", week=week[:20]) from None
    start = datetime.combine(monday, time(), UTC)
    return start, start + timedelta(days=7)


def by_week(
    session: Session, person_id: UUID, currency: str, *, now: datetime, weeks: int = 12
) -> list[tuple[date, int]]:
    """(Monday, net in minor units) of the last weeks, oldest first, empty ones too."""
    monday = (now - timedelta(days=now.weekday())).date()
    first = monday - timedelta(weeks=weeks - 1)
    week = func.date_trunc("week", func.timezone("UTC", Earning.earned_at))
    sums = {
        start.date(): int(net)
        for start, net in session.execute(
            select(week, func.sum(Earning.net_minor))
            .where(
                Earning.person_id == person_id, Earning.currency == currency,
                Earning.earned_at >= datetime.combine(first, time(), UTC), Earning.state != EarningState.REVERSED,
            )
            .group_by(week)
        )
    }  # fmt: skip
    return [(first + timedelta(weeks=n), sums.get(first + timedelta(weeks=n), 0)) for n in range(weeks)]


def weeks_of(session: Session, person_id: UUID, *, limit: int = 26) -> list[str]:
    """ISO weeks in which something was earned, newest first."""
    week = func.to_char(func.timezone("UTC", Earning.earned_at), 'IYYY"-W"IW')
    return list(
        session.scalars(
            select(week).where(Earning.person_id == person_id).group_by(week).order_by(week.desc()).limit(limit)
        )
    )


def payouts_of(session: Session, person_id: UUID, *, limit: int = 20) -> list[Payout]:
    """The expert's payouts, newest first."""
    return list(
        session.scalars(
            select(Payout)
            .where(Payout.person_id == person_id, Payout.state != PayoutState.CANCELLED)
            .order_by(Payout.created_at.desc())
            .limit(limit)
        )
    )


def spendings(session: Session, brand_id: UUID, *, page: int = 1, size: int = 25) -> list[Line]:
    """What the brand paid for, newest first; one more than `size` when there is a next page."""
    rows = session.execute(
        select(Earning, Brand.name, func.coalesce(Question.text, ""))
        .join(Brand, Brand.id == Earning.brand_id)
        .outerjoin(Conversation, Conversation.id == Earning.conversation_id)
        .outerjoin(Question, Question.id == Conversation.question_id)
        .where(Earning.brand_id == brand_id)
        .order_by(Earning.earned_at.desc(), Earning.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).tuples()
    return [Line(*row) for row in rows]


def top_ups(session: Session, brand_id: UUID, *, page: int = 1, size: int = 25) -> list[TopUp]:
    """The brand's top-ups, newest first; those never paid and over are left out. One more than `size` if there are."""
    return list(
        session.scalars(
            select(TopUp)
            .where(TopUp.brand_id == brand_id, TopUp.state != TopUpState.EXPIRED)
            .order_by(TopUp.created_at.desc())
            .offset((page - 1) * size)
            .limit(size + 1)
        )
    )


def accounts(
    session: Session, *, kind: AccountKind | None = None, owner_ids: Sequence[UUID] | None = None, page: int = 1,
    size: int = 50,
) -> list[LedgerAccount]:  # fmt: skip
    """Accounts of the ledger, platform's first; one more than `size` when there is a next page."""
    statement = select(LedgerAccount)
    if kind is not None:
        statement = statement.where(LedgerAccount.kind == kind)
    if owner_ids is not None:
        statement = statement.where(LedgerAccount.owner_id.in_(owner_ids))
    order = (LedgerAccount.owner_type != "platform", LedgerAccount.kind, LedgerAccount.balance.desc(), LedgerAccount.id)
    return list(session.scalars(statement.order_by(*order).offset((page - 1) * size).limit(size + 1)))


def entries_of(
    session: Session, account_id: UUID, *, before: int | None = None, size: int = 50
) -> list[tuple[LedgerEntry, LedgerTransaction]]:
    """An account's entries, newest first; `before` is a version. One more than `size` when there are older ones."""
    statement = (
        select(LedgerEntry, LedgerTransaction)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account_id == account_id)
    )
    if before is not None:
        statement = statement.where(LedgerEntry.account_version < before)
    rows = session.execute(statement.order_by(LedgerEntry.account_version.desc()).limit(size + 1)).tuples()
    return list(rows)


def lines_of(session: Session, transaction_id: UUID) -> list[tuple[LedgerEntry, LedgerAccount]]:
    """A transaction's entries with their accounts, debits first."""
    rows = session.execute(
        select(LedgerEntry, LedgerAccount)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.transaction_id == transaction_id)
        .order_by(LedgerEntry.amount.desc())
    ).tuples()
    return list(rows)


def source_of(session: Session, transaction: LedgerTransaction) -> dict[str, Any]:
    """The business row behind a transaction, by column; empty when its kind is not known."""
    kinds: dict[str, type[Any]] = {
        "earning": Earning, "payout": Payout, "top_up": TopUp, "conversation": Conversation, "withdrawal": Withdrawal,
        "chargeback": Chargeback,
    }  # fmt: skip
    kind = kinds.get(transaction.source_type)
    row = session.get(kind, transaction.source_id) if kind is not None else None
    if row is None:
        return {}
    hidden = {"link_digest", "terms", "params"}
    return {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name not in hidden}
