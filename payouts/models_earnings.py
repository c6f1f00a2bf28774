"""Holds; what each segment was judged to be worth, and what it earned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, Key, Line, Minor, Short, state_column
from payouts.states import EarningState, HoldState, Rule


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
    """What an expert is owed under one rule. gross = commission + VAT + net, all in minor units.

    A share of a sale that was returned is a row of its own, with negative amounts (`sale_return`): what an expert has
    is always the sum of his rows. An earning that was taken back whole is `reversed`, with all its returns.
    """

    __tablename__ = "earning"
    __table_args__ = (
        CheckConstraint("gross_minor = commission_minor + vat_minor + net_minor", name="sum"),
        CheckConstraint(
            "CASE rule WHEN 'sale_return' THEN gross_minor < 0 AND net_minor <= 0"
            " ELSE gross_minor > 0 AND net_minor >= 0 END",
            name="sign",
        ),
        CheckConstraint("(rule = 'sale_return') = (returns_id IS NOT NULL)", name="returns"),
        CheckConstraint("(rule IN ('sale', 'sale_return')) = (order_id IS NOT NULL)", name="sale"),
        CheckConstraint("(rule LIKE 'bonus_%') = (segment_id IS NULL)", name="bonus"),
        CheckConstraint("(segment_id IS NULL) = (conversation_id IS NULL)", name="conversation"),
        CheckConstraint("(rule = 'bonus_platform') = (brand_id IS NULL)", name="payer"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        Index(
            "uq_earning_rule",
            "segment_id",
            "rule",
            "order_id",
            "round",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where="segment_id IS NOT NULL AND rule <> 'sale_return'",
        ),
        Index("ix_earning_returns", "returns_id", postgresql_where="returns_id IS NOT NULL"),
        Index("ix_earning_order", "order_id", postgresql_where="order_id IS NOT NULL"),
        Index("ix_earning_person", "person_id", "earned_at"),
        Index("ix_earning_brand", "brand_id", "earned_at"),
        Index("ix_earning_due", "available_on", postgresql_where="state = 'pending'"),
        Index("ix_earning_payable", "person_id", "currency", postgresql_where="state = 'available'"),
        Index("ix_earning_payout", "payout_id"),
    )

    id: Mapped[Key]
    segment_id: Mapped[UUID | None] = mapped_column(ForeignKey("segment.id"))
    """None for a bonus."""
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id"))
    """Who pays: the brand, or the platform when there is none."""
    mission_id: Mapped[UUID | None] = mapped_column(ForeignKey("mission.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    rule: Mapped[Rule] = mapped_column(state_column(Rule))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("shop_order.id"))
    """The order of a share of a sale."""
    returns_id: Mapped[UUID | None] = mapped_column(ForeignKey("earning.id"))
    """The earning of which this takes back a part."""
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    """2 and more: earned anew, after a dispute or because the order's amount was corrected."""
    currency: Mapped[Currency]
    gross_minor: Mapped[Minor]
    commission_minor: Mapped[Minor]
    vat_minor: Mapped[Minor]
    net_minor: Mapped[Minor]
    calculation: Mapped[Json]
    """How the amount came about; always {commission_bps, vat_bps, vat_mode, base_minor, weight, weights}.

    conversation, floor: pay_minor, floor_minor; sale: order, total_minor, sale_bps, split; bonus: reason, by.
    `dispute` names the dispute that an earning was decided by.
    """
    state: Mapped[EarningState] = mapped_column(state_column(EarningState), default=EarningState.PENDING)
    earned_at: Mapped[datetime]
    available_on: Mapped[datetime]
    """End of the quality window, or of the time in which goods may be returned."""
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payout.id"))
    paid_at: Mapped[datetime | None]
    reversed_because: Mapped[Line | None]
    reversed_rule: Mapped[Short | None]
    """The rule of conduct (`ConductRule`) named when it was taken back; none for a corrected order."""
    reversed_at: Mapped[datetime | None]
