"""The stand-in provider's books: its objects by id, and each movement of our money with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id, utcnow
from payouts.gateway import Refused
from payouts.models import TwinObject

_BOOKS = 5_150_727


def get(session: Session, object_id: str, kind: str, *, lock: bool = False) -> TwinObject:
    """The object; `Refused` when there is none of this kind."""
    row = session.get(TwinObject, object_id, with_for_update=lock)
    if row is None or row.kind != kind:
        raise Refused("resource_missing")
    return row


def make(session: Session, kind: str, prefix: str, key: str | None, data: dict[str, Any]) -> TwinObject:
    """A new object, or the one made with this key before."""
    if key is not None:
        known = session.scalar(select(TwinObject).where(TwinObject.key == key))
        if known is not None:
            return known
    row = TwinObject(id=f"{prefix}_{new_id().hex}", kind=kind, key=key, data=data, created_at=utcnow())
    session.add(row)
    session.flush()
    return row


def move(session: Session, kind: str, minor: int, currency: str, source: str, at: datetime, *, fee: int = 0) -> None:
    """A line in the book of our balance."""
    row = make(
        session, "movement", "txn_test", None,
        {"type": kind, "amount": minor, "fee": fee, "currency": currency, "source": source},
    )  # fmt: skip
    row.created_at = at
    session.flush()


def available(session: Session, currency: str) -> int:
    """What the book adds up to, in minor units."""
    amount = func.coalesce(func.sum(TwinObject.data["amount"].as_integer() - TwinObject.data["fee"].as_integer()), 0)
    return int(
        session.scalar(
            select(amount).where(TwinObject.kind == "movement", TwinObject.data["currency"].astext == currency)
        )
        or 0
    )


def lock_books(session: Session) -> None:
    """One movement after another."""
    session.execute(text("SELECT pg_advisory_xact_lock(:books)"), {"books": _BOOKS})
