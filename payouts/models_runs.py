"""Payees, payout runs and their payouts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, JsonList, Key, Line, Minor, Short, state_column
from payouts.states import PayeeState, PayoutState, RunState


class Payee(Base):
    """An expert's account at the payment provider. Bank details are given there, never here."""

    __tablename__ = "payee"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    account_id: Mapped[Short] = mapped_column(unique=True)
    version: Mapped[Short]
    """“v2” or “v1”: which of the provider's account interfaces made it."""
    state: Mapped[PayeeState] = mapped_column(state_column(PayeeState), default=PayeeState.PENDING)
    missing: Mapped[JsonList] = mapped_column(default=list)
    """What the provider still asks for, by its own names."""
    held_because: Mapped[Line | None]
    """Set by an operator, or when the bank refused the last payout: nothing is sent until it is cleared."""
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime]


class PayoutRun(Base):
    """One batch: a period (ISO week such as 2026-W47, with “.2” for a second batch) and a currency."""

    __tablename__ = "payout_run"
    __table_args__ = (UniqueConstraint("period", "currency"),)

    id: Mapped[Key]
    period: Mapped[Short]
    currency: Mapped[Currency]
    state: Mapped[RunState] = mapped_column(state_column(RunState), default=RunState.PREPARED)
    total_minor: Mapped[Minor] = mapped_column(default=0)
    payouts: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[JsonList] = mapped_column(default=list)
    """[{person_id, amount_minor, reason}]"""
    prepared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    first_approver: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    second_approver: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    executed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Payout(Base):
    """One transfer to one expert. Written with its key and its reservation before anything is sent."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("period", "person_id", "currency"),
        CheckConstraint("amount_minor > 0 AND netted_minor >= 0", name="amount"),
        CheckConstraint("state <> 'paid' OR transfer_id IS NOT NULL", name="transfer"),
        CheckConstraint(
            "(state = 'prepared') = (reserved_at IS NULL) OR state IN ('failed', 'cancelled')", name="reserved"
        ),
        Index("ix_payout_run", "run_id", "state"),
        Index("ix_payout_person", "person_id", "created_at"),
        Index("ix_payout_due", "due_at", postgresql_where="state = 'submitted'"),
    )

    id: Mapped[Key]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("payout_run.id"))
    period: Mapped[Short]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    """What is transferred: the earnings less what was netted."""
    netted_minor: Mapped[Minor] = mapped_column(default=0)
    """Kept back against what the expert owes."""
    account_id: Mapped[Short]
    state: Mapped[PayoutState] = mapped_column(state_column(PayoutState), default=PayoutState.PREPARED)
    generation: Mapped[int] = mapped_column(default=1)
    """Part of the idempotency key; raised only when the transfer is proven absent."""
    keyed_at: Mapped[datetime | None]
    """When the present key was first used: the provider forgets keys after 24 h."""
    params: Mapped[Json] = mapped_column(default=dict)
    transfer_id: Mapped[Short | None] = mapped_column(unique=True)
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[Short] = mapped_column(default="")
    """Of the last attempt: sending, answered, refused, throttled, lost (no answer) or broken (an error kept there)."""
    error: Mapped[Line] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    """When a worker may (again) take it: the end of the lease, or of the pause after a failure."""
    created_at: Mapped[datetime]
    reserved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reversed_minor: Mapped[Minor] = mapped_column(default=0)

    @property
    def key(self) -> str:
        """The idempotency key of the present generation."""
        return f"xfer:{self.id}:{self.generation}"
