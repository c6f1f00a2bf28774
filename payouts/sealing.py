"""Closing a month: nothing may be dated in it any more, and a chain of hashes shows that nothing was."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.core.errors import Conflict
from payouts.models import LedgerSeal, LedgerTransaction

SETTLING = timedelta(days=3)
"""How long after its end a month stays open for what arrives late."""


class NotOver(Conflict):
    """The month may still receive postings."""

    code = "month_not_over"
    message = "This month is not over for three days yet."


class OutOfOrder(Conflict):
    """Months are sealed one after another."""

    code = "seal_order"
    message = "Seal the months one after another."


def first_of_next(month: date) -> date:
    """First day of the month after the one that begins on `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def last_of(month: date) -> date:
    """Last day of the month that begins on `month`."""
    return first_of_next(month) - timedelta(days=1)


def months_back(now: datetime, count: int = 12) -> list[str]:
    """The present month and those before it, such as 2026-10, newest first."""
    found, first = [], now.date().replace(day=1)
    for _number in range(count):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def seal(session: Session, month: date, *, now: datetime) -> LedgerSeal:
    """Close the month that begins on `month` (UTC). Waits for postings under way.

    Raises `NotOver`, and `OutOfOrder` when an earlier month with postings is open or this one is sealed already.
    """
    month = month.replace(day=1)
    if now < start_of(first_of_next(month)) + SETTLING:
        raise NotOver
    session.execute(text("LOCK TABLE ledger_seal IN ACCESS EXCLUSIVE MODE"))
    last = session.scalars(select(LedgerSeal).order_by(LedgerSeal.month.desc()).limit(1)).one_or_none()
    earlier = select(LedgerTransaction.id).where(LedgerTransaction.event_at < start_of(month))
    if last is not None:
        earlier = earlier.where(LedgerTransaction.event_at >= start_of(first_of_next(last.month)))
    if (last is not None and month <= last.month) or session.scalar(earlier.limit(1)) is not None:
        raise OutOfOrder
    previous = last.digest if last is not None else None
    count, digest = _digest(session, month, previous)
    sealed = LedgerSeal(month=month, transactions=count, digest=digest, previous=previous, sealed_at=now)
    session.add(sealed)
    session.flush()
    return sealed


def broken(session: Session) -> list[date]:
    """Sealed months whose transactions are no longer those that were sealed."""
    found, previous = [], None
    for sealed in session.scalars(select(LedgerSeal).order_by(LedgerSeal.month)).all():
        count, digest = _digest(session, sealed.month, previous)
        if (count, digest, previous) != (sealed.transactions, sealed.digest, sealed.previous):
            found.append(sealed.month)
        previous = sealed.digest
    return found


def start_of(month: date) -> datetime:
    """First instant of the month that begins on `month`, UTC."""
    return datetime.combine(month, time(), UTC)


def _digest(session: Session, month: date, previous: bytes | None) -> tuple[int, bytes]:
    """How many transactions the month has, and the hash over all of them and the seal before."""
    rows = session.execute(
        select(LedgerTransaction.id, LedgerTransaction.payload_hash)
        .where(
            LedgerTransaction.event_at >= start_of(month), LedgerTransaction.event_at < start_of(first_of_next(month))
        )
        .order_by(LedgerTransaction.id)
        .execution_options(yield_per=5_000)
    )  # fmt: skip
    chain, count = hashlib.sha256(previous or b""), 0
    for transaction_id, payload_hash in rows:
        chain.update(transaction_id.bytes + payload_hash)
        count += 1
    return count, chain.digest()
