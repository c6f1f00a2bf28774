"""The ledger's tables. Transactions and entries are append-only: triggers of migration 0003 refuse anything else."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Line, Minor, Short, state_column
from payouts.chart import AccountKind, Side

_KIND = Enum(
    AccountKind,
    name="kind",
    native_enum=False,
    length=40,
    create_constraint=True,
    values_callable=lambda kinds: [kind.value for kind in kinds],
)


class LedgerAccount(Base):
    """One account. `balance` stands on the normal side: positive is normal. `version` counts its entries."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", "currency"),
        UniqueConstraint("id", "currency", name="uq_ledger_account_id_currency"),
        CheckConstraint("min_balance IS NULL OR balance >= min_balance", name="guard"),
        Index("ix_ledger_account_owner", "owner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind] = mapped_column(_KIND)
    owner_type: Mapped[Short]
    owner_id: Mapped[UUID]
    """A brand, a person, or the nil UUID for the platform. No foreign key: money rows outlive people."""
    currency: Mapped[Currency]
    side: Mapped[Side] = mapped_column(state_column(Side))
    balance: Mapped[Minor] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    min_balance: Mapped[int | None] = mapped_column(BigInteger)


class LedgerTransaction(Base):
    """One posting: its entries sum to zero per currency. `source_id` is the business row behind it."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        CheckConstraint("lines >= 2", name="lines"),
        Index("ix_ledger_transaction_source", "source_type", "source_id"),
        Index("ix_ledger_transaction_event_at", "event_at"),
        Index("ix_ledger_transaction_reverses", "reverses_id", postgresql_where="reverses_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[Line] = mapped_column(unique=True)
    """Idempotency key, derived from the business row."""
    type: Mapped[Short]
    source_type: Mapped[Short]
    source_id: Mapped[UUID]
    event_at: Mapped[datetime]
    created_at: Mapped[datetime]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transaction.id"))
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    lines: Mapped[int]
    """How many entries it has."""
    made_in: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))
    """The database transaction that wrote it: its entries must come in the same."""


class LedgerEntry(Base):
    """One line: positive debits, negative credits."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
        UniqueConstraint("transaction_id", "account_id"),
        CheckConstraint("amount <> 0", name="amount"),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transaction_id: Mapped[UUID]
    """That it exists, and is of the same database transaction, is checked by a trigger of migration 0003."""
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    balance_after: Mapped[Minor]


class LedgerSeal(Base):
    """A closed month: nothing may be dated in it any more. Each seal's hash covers the one before."""

    __tablename__ = "ledger_seal"

    month: Mapped[date] = mapped_column(primary_key=True)
    """First day of the month, UTC."""
    transactions: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime]
