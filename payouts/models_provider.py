"""What the payment provider told us, what does not agree with it, and the books of its stand-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Json, Key, Line, Prose, Short, state_column
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
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


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
