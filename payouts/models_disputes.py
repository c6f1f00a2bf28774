"""Disputes: an expert contradicts a decision about pay; each step is dated and kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Key, Line, Minor, Prose, Short, state_column
from payouts.states import DisputeKind, DisputeState


class Dispute(Base):
    """One disagreement about one segment's pay, or about one earning that was taken back. Opened once for each."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("(kind = 'taken_back') = (earning_id IS NOT NULL)", name="about"),
        CheckConstraint("(state IN ('opened', 'answered')) = (due_at IS NOT NULL)", name="due"),
        CheckConstraint("(state IN ('opened', 'answered')) = (ended_at IS NULL)", name="ended"),
        Index(
            "uq_dispute_unpaid", "segment_id", unique=True, postgresql_where="kind = 'unpaid' AND state <> 'withdrawn'"
        ),
        Index("uq_dispute_earning", "earning_id", unique=True, postgresql_where="state <> 'withdrawn'"),
        Index("ix_dispute_person", "person_id", "opened_at"),
        Index("ix_dispute_brand", "brand_id", "opened_at"),
        Index("ix_dispute_due", "due_at", postgresql_where="due_at IS NOT NULL"),
    )

    id: Mapped[Key]
    kind: Mapped[DisputeKind] = mapped_column(state_column(DisputeKind))
    state: Mapped[DisputeState] = mapped_column(state_column(DisputeState), default=DisputeState.OPENED)
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    earning_id: Mapped[UUID | None] = mapped_column(ForeignKey("earning.id"))
    """The earning that was taken back."""
    outcome_id: Mapped[UUID | None] = mapped_column(ForeignKey("earning.id"))
    """What was earned because the dispute was upheld."""
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    rule: Mapped[Short]
    """The reason given against the expert: a code of `pay.Reason`, or of `ConductRule`."""
    amount_minor: Mapped[Minor]
    """Gross amount at stake."""
    currency: Mapped[Currency]
    statement: Mapped[Prose]
    answer: Mapped[Prose] = mapped_column(default="")
    decision: Mapped[Prose] = mapped_column(default="")
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """Until when the brand answers (opened) or an operator decides (answered); then it is decided for the expert."""
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class DisputeMove(Base):
    """One transition of a dispute: who, when, why."""

    __tablename__ = "dispute_move"
    __table_args__ = (Index("ix_dispute_move_dispute", "dispute_id", "at"),)

    id: Mapped[Key]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("dispute.id"))
    action: Mapped[Short]
    from_state: Mapped[Short]
    to_state: Mapped[Short]
    by: Mapped[Short]
    """“expert”, “brand”, “operator” or “deadline”."""
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]
