"""Holds; what each segment was judged to be worth, and what it earned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, Key, Line, Minor, Short, state_column
from payouts.states import EarningState, HoldState


class Hold(Base):
    """A conversation's fee, set aside in the brand's wallet from its start to its end."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'held') = (resolved_at IS NULL)", name="resolved"),
        Index("ix_hold_brand", "brand_id", "created_at"),
    )

    id: Mapped[Key]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), unique=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    amount_minor: Mapped[Minor]
    spent_minor: Mapped[Minor] = mapped_column(default=0)
    currency: Mapped[Currency]
    state: Mapped[HoldState] = mapped_column(state_column(HoldState), default=HoldState.HELD)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class Assessment(Base):
    """Whether a segment qualified for pay, by which reason, from which facts. Kept also when nothing was earned."""

    __tablename__ = "assessment"

    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    qualified: Mapped[bool]
    reason: Mapped[Short]
    facts: Mapped[Json]
    """{expert_messages, shopper_replies, close_reason}"""
    at: Mapped[datetime]


class Earning(Base):
    """What an expert is owed for one segment under one rule. gross = commission + VAT + net, all in minor units."""

    __tablename__ = "earning"
    __table_args__ = (
        CheckConstraint("gross_minor = commission_minor + vat_minor + net_minor", name="sum"),
        CheckConstraint("gross_minor > 0 AND net_minor >= 0", name="positive"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        Index("uq_earning_rule", "segment_id", "rule", unique=True),
        Index("ix_earning_person", "person_id", "earned_at"),
        Index("ix_earning_brand", "brand_id", "earned_at"),
        Index("ix_earning_due", "available_on", postgresql_where="state = 'pending'"),
        Index("ix_earning_payable", "person_id", "currency", postgresql_where="state = 'available'"),
        Index("ix_earning_payout", "payout_id"),
    )

    id: Mapped[Key]
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    mission_id: Mapped[UUID | None] = mapped_column(ForeignKey("mission.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    rule: Mapped[Short]
    """“conversation”: the mission's fee, or its floor."""
    currency: Mapped[Currency]
    gross_minor: Mapped[Minor]
    commission_minor: Mapped[Minor]
    vat_minor: Mapped[Minor]
    net_minor: Mapped[Minor]
    calculation: Mapped[Json]
    """{pay_minor, floor_minor, base_minor, weight, weights, commission_bps, vat_bps, vat_mode}"""
    state: Mapped[EarningState] = mapped_column(state_column(EarningState), default=EarningState.PENDING)
    earned_at: Mapped[datetime]
    available_on: Mapped[datetime]
    """End of the quality window."""
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payout.id"))
    paid_at: Mapped[datetime | None]
    reversed_because: Mapped[Line | None]
