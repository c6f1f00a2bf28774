"""Owners are warned twice: when the wallet is low, and when it cannot pay for one more conversation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.core.events import publish
from marketplace.core.money import Money
from payouts import ledger
from payouts.chart import AccountKind, brand
from payouts.events import WalletLow
from payouts.models import WalletSettings
from payouts.wallet import settings_of

WARN_BELOW = 2_000
"""Minor units of free money below which owners are warned, unless they chose otherwise."""


def warn_when_low(session: Session, brand_id: UUID, fee: Money, *, now: datetime) -> None:
    """Publish `WalletLow` once per level until the next top-up; `fee` is what one more conversation costs."""
    free = ledger.balance(session, brand(AccountKind.BRAND_WALLET, brand_id, fee.currency))
    limits = session.get(WalletSettings, brand_id)
    low = free < (limits.warn_below_minor if limits is not None else WARN_BELOW)
    empty = free < fee.minor
    told_low = limits is not None and limits.warned_at is not None
    told_empty = limits is not None and limits.warned_empty_at is not None
    if empty and not told_empty:
        limits = settings_of(session, brand_id)
        limits.warned_empty_at = now
        limits.warned_at = limits.warned_at or now
    elif low and not told_low:
        settings_of(session, brand_id).warned_at = now
    else:
        return
    session.flush()
    publish(session, WalletLow(brand_id, fee.currency, empty=empty))
