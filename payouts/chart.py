"""The chart of accounts: what each account means, its normal side, and which may never go below zero."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid5

NOBODY = UUID(int=0)
"""Owner of the platform's own accounts."""
_NAMES = UUID("0f1d6a52-6f0e-5b7e-9a51-6a1f0a6f2c11")


class Side(StrEnum):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountKind(StrEnum):
    """Kinds of accounts; one row per kind, owner and currency."""

    STRIPE_PENDING = "stripe.pending"
    STRIPE_AVAILABLE = "stripe.available"
    CLEARING_REFUND = "clearing.refund"
    BANK_PLATFORM = "bank.platform"
    EQUITY_FLOAT = "platform.equity.float"
    BRAND_WALLET = "brand.wallet"
    BRAND_HELD = "brand.held"
    BRAND_RECEIVABLE = "brand.receivable"
    BRAND_CREDIT = "brand.credit"
    EXPERT_PENDING = "expert.pending"
    EXPERT_AVAILABLE = "expert.available"
    EXPERT_IN_PAYOUT = "expert.in_payout"
    EXPERT_RECEIVABLE = "expert.receivable"
    REVENUE_COMMISSION = "platform.revenue.commission"
    VAT_PAYABLE = "platform.vat_payable"
    EXPENSE_STRIPE_FEES = "platform.expense.stripe_fees"
    EXPENSE_BONUS = "platform.expense.bonus"
    EXPENSE_BAD_DEBT = "platform.expense.bad_debt"
    CUSTODY_SOURCE = "custody.source"
    CUSTODY_EXPERT_STRIPE = "custody.expert_stripe"
    CUSTODY_EXPERT_BANK = "custody.expert_bank"


_K = AccountKind
_DEBIT = frozenset(
    {
        _K.STRIPE_PENDING, _K.STRIPE_AVAILABLE, _K.CLEARING_REFUND, _K.BANK_PLATFORM, _K.BRAND_RECEIVABLE,
        _K.BRAND_CREDIT, _K.EXPERT_RECEIVABLE, _K.EXPENSE_STRIPE_FEES, _K.EXPENSE_BONUS, _K.EXPENSE_BAD_DEBT,
        _K.CUSTODY_EXPERT_STRIPE, _K.CUSTODY_EXPERT_BANK,
    }
)  # fmt: skip
GUARDED = frozenset(
    {
        _K.BRAND_WALLET, _K.BRAND_HELD, _K.BRAND_RECEIVABLE, _K.BRAND_CREDIT, _K.EXPERT_PENDING, _K.EXPERT_AVAILABLE,
        _K.EXPERT_IN_PAYOUT, _K.EXPERT_RECEIVABLE,
    }
)  # fmt: skip
"""Accounts that may not go below zero at any instant."""


def side_of(kind: AccountKind) -> Side:
    """The normal side of a kind."""
    return Side.DEBIT if kind in _DEBIT else Side.CREDIT


def owner_type_of(kind: AccountKind) -> str:
    """“brand”, “expert” or “platform”: who the owner id names."""
    if kind in {_K.CUSTODY_EXPERT_BANK, _K.CUSTODY_EXPERT_STRIPE} or kind.startswith("expert."):
        return "expert"
    return "brand" if kind.startswith("brand.") else "platform"


@dataclass(frozen=True, slots=True)
class Account:
    """Names one account. Its id follows from the name, so that posting needs no look-up before it locks."""

    kind: AccountKind
    currency: str
    owner_id: UUID = NOBODY

    @property
    def id(self) -> UUID:
        """A name-based UUID (RFC 9562, version 5)."""
        return _id_of(self.kind, self.owner_id, self.currency)


@lru_cache(maxsize=20_000)
def _id_of(kind: AccountKind, owner_id: UUID, currency: str) -> UUID:
    return uuid5(_NAMES, f"{kind}:{owner_id}:{currency}")


def brand(kind: AccountKind, brand_id: UUID, currency: str) -> Account:
    """An account of a brand."""
    return Account(kind, currency, brand_id)


def expert(kind: AccountKind, person_id: UUID, currency: str) -> Account:
    """An account of an expert."""
    return Account(kind, currency, person_id)


def platform(kind: AccountKind, currency: str) -> Account:
    """An account of the platform."""
    return Account(kind, currency)


__all__ = [
    "GUARDED",
    "NOBODY",
    "Account",
    "AccountKind",
    "Side",
    "brand",
    "expert",
    "owner_type_of",
    "platform",
    "side_of",
]
