"""Reads of a brand's money: its movements with what is behind each, what it spent by week, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from payouts.chart import AccountKind, brand
from payouts.models import Chargeback, Earning, LedgerEntry, LedgerTransaction, TopUp, Withdrawal
from payouts.states import EarningState, TopUpKind, TopUpState


class Sort(StrEnum):
    """What a movement is about, for the filter."""

    ADDED = "added"
    CONVERSATIONS = "conversations"
    RETURNED = "returned"


_TYPES: dict[Sort, tuple[str, ...]] = {
    Sort.ADDED: ("top_up_",),
    Sort.CONVERSATIONS: ("conversation_", "hold_", "earning_", "sale_", "bonus_"),
    Sort.RETURNED: ("withdrawal_", "chargeback_"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement of the wallet, in minor units (negative: out), what it left, and what is behind it."""

    version: int
    at: datetime
    type: str
    amount_minor: int
    balance_minor: int
    conversation_id: UUID | None = None
    top_up_id: UUID | None = None


def history(
    session: Session, brand_id: UUID, currency: str, *, sort: Sort | None = None, since: date | None = None,
    until: date | None = None, before: int | None = None, size: int = 25,
) -> list[Moved]:  # fmt: skip
    """The wallet's movements, newest first; `since` and `until` are days (UTC), both included.

    `before` is the version where the page before ended. One more than `size` when there are older ones.
    """
    statement = (
        select(LedgerEntry, LedgerTransaction)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account_id == brand(AccountKind.BRAND_WALLET, brand_id, currency).id)
    )
    if sort is not None:
        kinds = [LedgerTransaction.type.startswith(prefix, autoescape=True) for prefix in _TYPES[sort]]
        statement = statement.where(or_(*kinds))
    if since is not None:
        statement = statement.where(LedgerTransaction.event_at >= datetime.combine(since, time(), UTC))
    if until is not None:
        end = datetime.combine(until + timedelta(days=1), time(), UTC)
        statement = statement.where(LedgerTransaction.event_at < end)
    if before is not None:
        statement = statement.where(LedgerEntry.account_version < before)
    rows = session.execute(statement.order_by(LedgerEntry.account_version.desc()).limit(size + 1)).tuples().all()
    return _with_sources(session, rows)


def _with_sources(session: Session, rows: Sequence[tuple[LedgerEntry, LedgerTransaction]]) -> list[Moved]:
    """Each movement with the row of the product that it leads to."""

    def ids(kind: str) -> list[UUID]:
        return [transaction.source_id for _entry, transaction in rows if transaction.source_type == kind]

    def links(model: type[Withdrawal] | type[Chargeback], kind: str) -> dict[UUID, UUID]:
        found = session.execute(select(model.id, model.top_up_id).where(model.id.in_(ids(kind))))
        return dict(found.tuples().all())

    talks = dict(
        session.execute(select(Earning.id, Earning.conversation_id).where(Earning.id.in_(ids("earning"))))
        .tuples()
        .all()
    )
    top_ups = {one: one for one in ids("top_up")} | links(Withdrawal, "withdrawal") | links(Chargeback, "chargeback")
    talks |= {one: one for one in ids("conversation")}
    return [
        Moved(
            version=entry.account_version, at=transaction.event_at, type=transaction.type, amount_minor=-entry.amount,
            balance_minor=entry.balance_after, conversation_id=talks.get(transaction.source_id),
            top_up_id=top_ups.get(transaction.source_id),
        )
        for entry, transaction in rows
    ]  # fmt: skip


def spent_by_week(
    session: Session, brand_id: UUID, currency: str, *, now: datetime, weeks: int = 12
) -> list[tuple[date, int]]:
    """(Monday, gross in minor units) of the last weeks (UTC), oldest first, empty ones too."""
    monday = (now - timedelta(days=now.weekday())).date()
    first = monday - timedelta(weeks=weeks - 1)
    week = func.date_trunc("week", func.timezone("UTC", Earning.earned_at))
    rows = session.execute(
        select(week, func.sum(Earning.gross_minor))
        .where(
            Earning.brand_id == brand_id, Earning.currency == currency, Earning.state != EarningState.REVERSED,
            Earning.earned_at >= datetime.combine(first, time(), UTC),
        )
        .group_by(week)
    )  # fmt: skip
    sums = {start.date(): int(gross) for start, gross in rows}
    return [(first + timedelta(weeks=n), sums.get(first + timedelta(weeks=n), 0)) for n in range(weeks)]


def awaited(session: Session, brand_id: UUID) -> list[TopUp]:
    """Bank transfers that were announced and have not come whole, oldest first."""
    return list(
        session.scalars(
            select(TopUp)
            .where(
                TopUp.brand_id == brand_id, TopUp.kind == TopUpKind.TRANSFER, TopUp.state == TopUpState.CREATED,
                TopUp.payment_id.is_not(None),
            )
            .order_by(TopUp.created_at)
        )
    )  # fmt: skip


def at_risk(session: Session, brand_id: UUID, currency: str, *, now: datetime) -> int:
    """Minor units paid by direct debits that the payer may still have returned."""
    total = session.scalar(
        select(func.coalesce(func.sum(TopUp.amount_minor - TopUp.withdrawn_minor), 0)).where(
            TopUp.brand_id == brand_id, TopUp.currency == currency, TopUp.state == TopUpState.PAID,
            TopUp.risk_until > now,
        )
    )  # fmt: skip
    return int(total or 0)


def withdrawals_of(session: Session, top_up_id: UUID) -> list[Withdrawal]:
    """What was paid back of a top-up, newest first."""
    return list(
        session.scalars(
            select(Withdrawal).where(Withdrawal.top_up_id == top_up_id).order_by(Withdrawal.created_at.desc())
        )
    )


def chargebacks_of(session: Session, top_up_id: UUID) -> list[Chargeback]:
    """Disputes about a top-up, newest first."""
    return list(
        session.scalars(
            select(Chargeback).where(Chargeback.top_up_id == top_up_id).order_by(Chargeback.opened_at.desc())
        )
    )


__all__ = [
    "Moved", "Sort", "at_risk", "awaited", "chargebacks_of", "history", "spent_by_week", "withdrawals_of",
]  # fmt: skip
