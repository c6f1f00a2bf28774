"""A brand's prepaid money: its limits, what it added, what it took back, and what a payer disputed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, JsonList, Key, Line, Minor, Short, state_column
from payouts.states import ChargebackState, TopUpKind, TopUpState, WithdrawalState


class WalletSettings(Base):
    """A brand's limits and warnings, and how its wallet fills itself up."""

    __tablename__ = "wallet_settings"
    __table_args__ = (
        CheckConstraint("month_cap_minor > 0", name="cap"),
        CheckConstraint("day_cap_minor > 0", name="day_cap"),
        CheckConstraint("auto_amount_minor > 0 AND auto_below_minor >= 0 AND auto_per_day > 0", name="auto"),
        CheckConstraint("NOT auto_on OR method_id IS NOT NULL", name="method"),
    )

    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"), primary_key=True)
    month_cap_minor: Mapped[int | None]
    credit_minor: Mapped[Minor] = mapped_column(default=10_000, server_default="10000")
    """How much it may owe for shares of sales that its wallet could not pay at once."""
    """The most it spends per calendar month (UTC)."""
    day_cap_minor: Mapped[int | None]
    """The most it spends per calendar day (UTC)."""
    warn_below_minor: Mapped[Minor] = mapped_column(default=2_000)
    warned_at: Mapped[datetime | None]
    """When the low-balance mail was last sent; cleared by a top-up."""
    warned_empty_at: Mapped[datetime | None]
    """When the mail about an empty wallet was last sent; cleared by a top-up."""
    customer_id: Mapped[Short | None] = mapped_column(unique=True)
    """The brand at the payment provider."""
    method_id: Mapped[Short | None]
    """The payment method that was kept there for automatic top-ups."""
    method_label: Mapped[Line] = mapped_column(default="")
    """What a person recognises it by, such as “visa •••• 4242”."""
    setup_id: Mapped[Short | None]
    """The page where a method is being given."""
    cash_minor: Mapped[Minor] = mapped_column(default=0)
    """Transferred too much: it waits at the provider for the next bank transfer."""
    auto_on: Mapped[bool] = mapped_column(default=False)
    auto_below_minor: Mapped[Minor] = mapped_column(default=5_000)
    auto_amount_minor: Mapped[Minor] = mapped_column(default=20_000)
    auto_per_day: Mapped[int] = mapped_column(default=2)
    auto_failures: Mapped[int] = mapped_column(default=0)
    """One after another; the second switches automatic top-ups off."""
    auto_error: Mapped[Line] = mapped_column(default="")


class TopUp(Base):
    """Money that a brand adds to its wallet. Credited once, and only when it is paid."""

    __tablename__ = "top_up"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        CheckConstraint("withdrawn_minor BETWEEN 0 AND amount_minor", name="withdrawn"),
        Index("ix_top_up_brand", "brand_id", "created_at"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[TopUpKind] = mapped_column(state_column(TopUpKind), default=TopUpKind.CHECKOUT)
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    state: Mapped[TopUpState] = mapped_column(state_column(TopUpState), default=TopUpState.CREATED)
    checkout_id: Mapped[Short | None] = mapped_column(unique=True)
    checkout_url: Mapped[str | None]
    payment_id: Mapped[Short | None] = mapped_column(unique=True)
    charge_id: Mapped[Short | None] = mapped_column(unique=True)
    method: Mapped[Short] = mapped_column(default="")
    fee_minor: Mapped[int | None]
    received_minor: Mapped[Minor] = mapped_column(default=0)
    """What has arrived by bank transfer so far; credited when it is the whole amount."""
    bank: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    """Where to transfer to: {iban, bic, holder, country, reference}."""
    available_on: Mapped[datetime | None]
    matured_at: Mapped[datetime | None]
    """When the ledger moved it from Stripe's pending to its available balance."""
    risk_until: Mapped[datetime | None]
    """Until then the payer may have a direct debit returned without giving a reason."""
    withdrawn_minor: Mapped[Minor] = mapped_column(default=0)
    """Asked back by the brand, whether or not it has arrived."""
    error: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Withdrawal(Base):
    """Unused money that goes back to where one top-up came from. Booked before the provider is asked."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state <> 'succeeded' OR refund_id IS NOT NULL", name="refund"),
        Index("ix_withdrawal_brand", "brand_id", "created_at"),
        Index("ix_withdrawal_due", "due_at", postgresql_where="state IN ('asked', 'sent')"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    top_up_id: Mapped[UUID] = mapped_column(ForeignKey("top_up.id"), index=True)
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    state: Mapped[WithdrawalState] = mapped_column(state_column(WithdrawalState), default=WithdrawalState.ASKED)
    refund_id: Mapped[Short | None] = mapped_column(unique=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When the provider is asked (again)."""
    error: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Chargeback(Base):
    """A payment that the payer disputes at his bank. While it is open, no new conversation starts."""

    __tablename__ = "chargeback"
    __table_args__ = (
        CheckConstraint("amount_minor > 0 AND fee_minor >= 0 AND held_minor >= 0", name="amount"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        Index("ix_chargeback_brand", "brand_id", "state"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    top_up_id: Mapped[UUID] = mapped_column(ForeignKey("top_up.id"), index=True)
    dispute_id: Mapped[Short] = mapped_column(unique=True)
    amount_minor: Mapped[Minor]
    fee_minor: Mapped[Minor] = mapped_column(default=0)
    held_minor: Mapped[Minor] = mapped_column(default=0)
    """Set aside in the wallet while it is open."""
    lost_minor: Mapped[Minor] = mapped_column(default=0)
    """What the wallet could not give back: our bad debt."""
    currency: Mapped[Currency]
    reason: Mapped[Short] = mapped_column(default="")
    movements: Mapped[JsonList] = mapped_column(default=list)
    """Lines of the provider's book about it."""
    state: Mapped[ChargebackState] = mapped_column(state_column(ChargebackState), default=ChargebackState.OPEN)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
