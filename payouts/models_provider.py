"""What the payment provider told us, what does not agree with it, and the books of its stand-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, JsonList, Key, Line, Minor, Prose, Short, state_column
from payouts.states import FindingState, HookState


class Hook(Base):
    """A webhook as it came: verified, stored raw, processed by a job that fetches the object itself."""

    __tablename__ = "hook"
    __table_args__ = (Index("ix_hook_waiting", "received_at", postgresql_where="state IN ('received', 'parked')"),)

    id: Mapped[Short] = mapped_column(primary_key=True)
    """The provider's event id."""
    thin: Mapped[bool]
    type: Mapped[Short]
    account_id: Mapped[Short | None]
    object_id: Mapped[Short | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[HookState] = mapped_column(state_column(HookState), default=HookState.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[Line] = mapped_column(default="")
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]


class Finding(Base):
    """A difference between conversations, ledger and provider: named, owned, never silently fixed."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_state", "state", "first_seen_at"),)

    id: Mapped[Key]
    name: Mapped[Short] = mapped_column(unique=True)
    """What and which: “transfer_unknown:tr_1”; found again, it stays the same row."""
    kind: Mapped[Short]
    details: Mapped[Json]
    state: Mapped[FindingState] = mapped_column(state_column(FindingState), default=FindingState.OPEN)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[Prose] = mapped_column(default="")
    """What was found out, in words."""
    history: Mapped[JsonList] = mapped_column(default=list)
    """[{at, by, state, words}]: each move, who made it (empty: the nightly comparison) and why."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class Comparison(Base):
    """One reconciliation: what it looked at, and how many differences it saw."""

    __tablename__ = "comparison"

    id: Mapped[Key]
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who asked for it; nobody: the calendar."""
    checked: Mapped[Json]
    """How many rows of each kind were compared."""
    differences: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Line] = mapped_column(default="")
    """Why it could not be finished; empty when it was."""
    at: Mapped[datetime] = mapped_column(index=True)


class ProviderMovement(Base):
    """A line of the provider's own book, and the one transaction of our ledger that books it."""

    __tablename__ = "provider_movement"

    id: Mapped[Short] = mapped_column(primary_key=True)
    kind: Mapped[Short]
    amount_minor: Mapped[Minor]
    fee_minor: Mapped[Minor]
    currency: Mapped[Currency]
    source_id: Mapped[Short | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    available_on: Mapped[datetime]
    transaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transaction.id"), unique=True)


class TwinObject(Base):
    """An object of the stand-in provider, used when no key is set. Its books survive restarts as the ledger does."""

    __tablename__ = "twin_object"
    __table_args__ = (Index("ix_twin_object_kind", "kind", "created_at"),)

    id: Mapped[Short] = mapped_column(primary_key=True)
    kind: Mapped[Short]
    """account | checkout | transfer | movement"""
    key: Mapped[Line | None] = mapped_column(unique=True)
    """The idempotency key it was made with."""
    data: Mapped[Json]
    created_at: Mapped[datetime]
