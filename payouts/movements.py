"""The provider's book, line by line, beside ours: each line is booked by exactly one transaction, and back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payouts.gateway import Movement
from payouts.models import Chargeback, LedgerTransaction, Payout, ProviderMovement, TopUp, Withdrawal

BATCH = 1_000
BOOKED = (
    "top_up_paid", "float_added", "transfer_confirmed", "transfer_returned", "withdrawal_done", "chargeback_taken",
    "chargeback_won",
)  # fmt: skip
"""Types of transactions that stand for a line of the provider's book."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and what its transaction changed at the provider, in minor units."""

    movement: ProviderMovement
    booked: int


def store(session: Session, movements: Iterable[Movement]) -> int:
    """Keep the lines of the provider's book; how many there are."""
    rows = [
        {
            "id": one.id, "kind": one.kind, "amount_minor": one.amount.minor, "fee_minor": one.fee_minor,
            "currency": one.amount.currency, "source_id": one.source_id, "created_at": one.created_at,
            "available_on": one.available_on,
        }
        for one in movements
    ]  # fmt: skip
    for start in range(0, len(rows), BATCH):
        session.execute(insert(ProviderMovement).values(rows[start : start + BATCH]).on_conflict_do_nothing())
    return len(rows)


def match(session: Session) -> int:
    """Tie lines to the transactions that book them, by what both are about; how many were tied."""
    open_ones = session.scalars(select(ProviderMovement).where(ProviderMovement.transaction_id.is_(None))).all()
    tied = 0
    for start in range(0, len(open_ones), BATCH):
        batch = open_ones[start : start + BATCH]
        owners = _owners(session, batch)
        keys = {one.id: key for one in batch if (key := _key(one, owners)) is not None}
        found: dict[str, UUID] = dict(
            session.execute(
                select(LedgerTransaction.key, LedgerTransaction.id).where(LedgerTransaction.key.in_(keys.values()))
            )
            .tuples()
            .all()
        )
        taken = set(
            session.scalars(
                select(ProviderMovement.transaction_id).where(ProviderMovement.transaction_id.in_(found.values()))
            )
        )
        for one in batch:
            transaction_id = found.get(keys.get(one.id, ""))
            if transaction_id is not None and transaction_id not in taken:
                one.transaction_id = transaction_id
                taken.add(transaction_id)
                tied += 1
    session.flush()
    return tied


def unbooked(session: Session, *, since: datetime) -> list[ProviderMovement]:
    """Lines that no transaction of ours books."""
    return list(
        session.scalars(
            select(ProviderMovement)
            .where(ProviderMovement.transaction_id.is_(None), ProviderMovement.created_at >= since)
            .order_by(ProviderMovement.created_at)
        )
    )


def differing(session: Session, *, since: datetime) -> Iterator[Pair]:
    """Lines whose transaction changed our balance there by another amount."""
    rows = session.execute(
        text("""
            SELECT m.id, sum(e.amount) AS booked FROM provider_movement m
            JOIN ledger_transaction t ON t.id = m.transaction_id
            JOIN ledger_transaction part ON part.id = t.id
                OR part.source_type = t.source_type AND part.source_id = t.source_id AND part.type = 'provider_fee'
            JOIN ledger_entry e ON e.transaction_id = part.id
            JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('stripe.pending', 'stripe.available')
            WHERE m.created_at >= :since
            GROUP BY m.id HAVING sum(e.amount) <> m.amount_minor - m.fee_minor
        """),
        {"since": since},
    ).all()
    for row in rows:
        yield Pair(session.get_one(ProviderMovement, row.id), int(row.booked))


def missing(session: Session, *, since: datetime, until: datetime) -> list[LedgerTransaction]:
    """Transactions that say that money moved there, of which its book knows nothing."""
    known = select(ProviderMovement.transaction_id).where(ProviderMovement.transaction_id.is_not(None))
    return list(
        session.scalars(
            select(LedgerTransaction)
            .where(
                LedgerTransaction.type.in_(BOOKED), LedgerTransaction.event_at >= since,
                LedgerTransaction.event_at <= until, LedgerTransaction.id.not_in(known),
            )
            .order_by(LedgerTransaction.event_at)
        )
    )  # fmt: skip


def _owners(session: Session, batch: Iterable[ProviderMovement]) -> dict[str, UUID]:
    """Our row behind each source of these lines."""
    sources = {one.source_id for one in batch if one.source_id}
    owners: dict[str, UUID] = {}
    columns: tuple[tuple[Any, Any], ...] = (
        (TopUp.charge_id, TopUp.id), (Payout.transfer_id, Payout.id), (Withdrawal.refund_id, Withdrawal.id),
        (Chargeback.dispute_id, Chargeback.id),
    )  # fmt: skip
    for source, row_id in columns:
        owners |= dict(session.execute(select(source, row_id).where(source.in_(sources))).tuples().all())
    return owners


def _key(one: ProviderMovement, owners: dict[str, UUID]) -> str | None:
    """Under which key the line is booked; none for a kind that is booked nowhere, or that is about nothing of ours."""
    if one.kind == "topup":
        return f"float:{one.id}"
    owner = owners.get(one.source_id or "")
    names = {
        "charge": "top_up", "payment": "top_up", "transfer": "transfer", "transfer_refund": "transfer_back",
        "refund": "withdraw_done", "refund_failure": "withdraw_back",
        "adjustment": "chargeback" if one.amount_minor < 0 else "chargeback_won",
    }  # fmt: skip
    name = names.get(one.kind)
    return f"{name}:{owner}" if name is not None and owner is not None else None


__all__ = ["Pair", "differing", "match", "missing", "store", "unbooked"]
