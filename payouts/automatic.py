"""Wallets that fill themselves: from a payment method kept at the provider, when free money falls below a level.

At most so many a day; two failures one after another switch it off, and the owners are told of each.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.events import publish
from marketplace.core.money import Money
from payouts import ledger, wallet
from payouts.chart import AccountKind, brand
from payouts.events import AutomaticTopUpFailed
from payouts.gateway import Broken, Gateway, Incoming, Lost, Refused, Throttled
from payouts.models import LedgerAccount, TopUp, WalletSettings
from payouts.states import TopUpAction, TopUpKind, TopUpState
from payouts.wallet import LEAST_TOP_UP, MOST_TOP_UP, Payment, settings_of

log = structlog.get_logger()
MOST_FAILURES = 2


def configure(
    session: Session, brand_id: UUID, *, on: bool, below_minor: int, amount_minor: int, per_day: int
) -> WalletSettings:
    """Switch automatic top-ups on or off. Raises `Invalid` without a kept method, or beyond the bounds."""
    settings = settings_of(session, brand_id)
    if on and settings.method_id is None:
        raise Invalid("Choose a payment method first.", field="on")
    if not LEAST_TOP_UP <= amount_minor <= MOST_TOP_UP:
        raise Invalid("Choose an amount from 10 to 50,000.", field="amount")
    if not 1 <= per_day <= 20:
        raise Invalid("Choose from 1 to 20 a day.", field="per_day")
    settings.auto_below_minor, settings.auto_amount_minor, settings.auto_per_day = below_minor, amount_minor, per_day
    if on and not settings.auto_on:
        settings.auto_failures, settings.auto_error = 0, ""
    settings.auto_on = on
    session.flush()
    return settings


def forget_method(session: Session, brand_id: UUID) -> None:
    """Take nothing from the kept method any more."""
    settings = settings_of(session, brand_id)
    settings.auto_on, settings.method_id, settings.method_label, settings.setup_id = False, None, "", None
    session.flush()


def low_ones(session: Session) -> list[UUID]:
    """Brands whose wallet is to fill itself and is below its level."""
    return list(
        session.scalars(
            select(WalletSettings.brand_id)
            .join(Brand, Brand.id == WalletSettings.brand_id)
            .outerjoin(
                LedgerAccount,
                (LedgerAccount.kind == AccountKind.BRAND_WALLET) & (LedgerAccount.owner_id == Brand.id)
                & (LedgerAccount.currency == Brand.currency),
            )
            .where(WalletSettings.auto_on, func.coalesce(LedgerAccount.balance, 0) < WalletSettings.auto_below_minor)
        )
    )  # fmt: skip


def fill(database: Database, gateway: Gateway, brand_id: UUID, *, now: datetime) -> TopUpState | None:
    """Top a wallet up when it is due; nothing when it is not. A payment that was begun is gone on with first."""
    with database.unit_of_work() as session:
        settings = settings_of(session, brand_id)
        top_up = _begun(session, brand_id) or _due(session, settings, now)
        if top_up is None or settings.method_id is None or settings.customer_id is None:
            return None
        top_up_id, amount = top_up.id, Money(top_up.amount_minor, top_up.currency)
        customer_id, method_id = settings.customer_id, settings.method_id
    try:
        taken = gateway.charge(top_up_id=top_up_id, customer_id=customer_id, method_id=method_id, amount=amount)
    except Refused as refusal:
        outcome = Payment(TopUpAction.FAIL, error=refusal.text or refusal.reason)
    except Broken:
        # Kept under the key: the provider's list says whether it happened; if not, the next one has another key.
        found = gateway.find_charge(top_up_id=top_up_id, customer_id=customer_id)
        outcome = _payment(found) if found is not None else Payment(TopUpAction.FAIL, error="provider_broken")
    except (Lost, Throttled):
        log.warning("automatic_top_up_not_known", top_up=str(top_up_id))
        return TopUpState.CREATED
    else:
        outcome = _payment(taken)
    with database.unit_of_work() as session:
        top_up = session.get_one(TopUp, top_up_id, with_for_update=True, populate_existing=True)
        top_up.payment_id = outcome.payment_id or top_up.payment_id
        was = top_up.state
        wallet.settle(session, top_up, outcome, now=now)
        if top_up.state is not was:
            note(session, top_up)
        return top_up.state


def note(session: Session, top_up: TopUp) -> None:
    """Count the outcome of an automatic top-up: success starts anew, failures in a row switch it off."""
    settings = settings_of(session, top_up.brand_id)
    if top_up.state is TopUpState.PAID:
        settings.auto_failures, settings.auto_error = 0, ""
    elif top_up.state is TopUpState.FAILED:
        settings.auto_failures += 1
        settings.auto_error = top_up.error
        settings.auto_on = settings.auto_on and settings.auto_failures < MOST_FAILURES
        publish(session, AutomaticTopUpFailed(top_up.id, top_up.brand_id))
    session.flush()


def _payment(taken: Incoming) -> Payment:
    return Payment(
        outcome=taken.outcome, payment_id=taken.id, charge_id=taken.charge_id, method=taken.method,
        amount=taken.amount, fee_minor=taken.fee_minor, available_on=taken.available_on, error=taken.error,
    )  # fmt: skip


def _begun(session: Session, brand_id: UUID) -> TopUp | None:
    """One whose outcome a worker did not learn."""
    return session.scalar(
        select(TopUp).where(
            TopUp.brand_id == brand_id, TopUp.kind == TopUpKind.AUTOMATIC, TopUp.state == TopUpState.CREATED
        )
    )


def _due(session: Session, settings: WalletSettings, now: datetime) -> TopUp | None:
    brand_id, currency = settings.brand_id, session.get_one(Brand, settings.brand_id).currency
    free = ledger.balance(session, brand(AccountKind.BRAND_WALLET, brand_id, currency))
    if not settings.auto_on or settings.method_id is None or free >= settings.auto_below_minor:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    own = (TopUp.brand_id == brand_id, TopUp.kind == TopUpKind.AUTOMATIC)
    taken = (*own, TopUp.created_at >= midnight, TopUp.state != TopUpState.FAILED)
    today = session.scalar(select(func.count()).select_from(TopUp).where(*taken))
    under_way = session.scalar(select(TopUp.id).where(*own, TopUp.state == TopUpState.PROCESSING).limit(1))
    if under_way is not None or int(today or 0) >= settings.auto_per_day:
        return None
    amount = Money(settings.auto_amount_minor, currency)
    return wallet.start_top_up(
        session, brand_id=brand_id, amount=amount, by_person_id=None, now=now, kind=TopUpKind.AUTOMATIC
    )


__all__ = ["configure", "fill", "forget_method", "low_ones", "note"]
