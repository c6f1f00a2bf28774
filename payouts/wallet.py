"""A brand's prepaid money: free to spend, or held for open conversations. Credited only when really paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.brands.missions import terms_of
from marketplace.brands.models import Mission
from marketplace.brands.states import MissionState
from marketplace.core.clock import new_id, utcnow
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.jobs import defer
from marketplace.core.money import Money
from payouts import ledger
from payouts.chart import AccountKind, brand, platform
from payouts.ledger import Insufficient, moved
from payouts.models import Chargeback, Earning, Hold, TopUp, WalletSettings
from payouts.pay import fee_of
from payouts.states import (
    HOLD,
    TOP_UP,
    ChargebackState,
    EarningState,
    HoldAction,
    HoldState,
    TopUpAction,
    TopUpKind,
    TopUpState,
)

K = AccountKind
FILL = "payouts.fill"
"""The job that tops a wallet up by itself."""
DEBIT_RISK = timedelta(weeks=8)
"""How long a payer may have a direct debit returned without giving a reason."""
LEAST_TOP_UP, MOST_TOP_UP = 1_000, 5_000_000
"""Bounds of one top-up, in minor units."""


class WalletShort(Conflict):
    """The wallet does not hold the fee of one more conversation."""

    code = "wallet_short"
    message = "The brand's wallet is too low for another conversation."


class CapReached(Conflict):
    """The brand's limit of the day or of the month would be passed."""

    code = "spend_cap"
    message = "The brand has reached its spending limit."


class Disputed(Conflict):
    """A payment of the brand is disputed: nothing new starts until that is decided."""

    code = "payment_disputed"
    message = "A payment of this brand is disputed."


class Obstacle(StrEnum):
    """Why no further conversation can start."""

    WALLET_SHORT = "wallet_short"
    SPEND_CAP = "spend_cap"
    DAY_CAP = "day_cap"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Funds:
    """A brand's money: free, held for open conversations, spent this month and today, and the limits, if any."""

    free: Money
    held: Money
    spent: Money
    cap: Money | None
    spent_today: Money
    day_cap: Money | None
    owed: Money
    """What a disputed payment took from us."""


def funds(session: Session, brand_id: UUID, currency: str, *, now: datetime) -> Funds:
    """What the brand has, and has spent in the present month and day (UTC)."""
    limits = session.get(WalletSettings, brand_id)

    def have(kind: AccountKind) -> Money:
        return Money(ledger.balance(session, brand(kind, brand_id, currency)), currency)

    def limit(minor: int | None) -> Money | None:
        return Money(minor, currency) if minor is not None else None

    return Funds(
        free=have(K.BRAND_WALLET), held=have(K.BRAND_HELD),
        spent=Money(_spent_since(session, brand_id, currency, _month(now)), currency),
        cap=limit(limits.month_cap_minor if limits is not None else None),
        spent_today=Money(_spent_since(session, brand_id, currency, _day(now)), currency),
        day_cap=limit(limits.day_cap_minor if limits is not None else None), owed=have(K.BRAND_RECEIVABLE),
    )  # fmt: skip


def obstacle(session: Session, brand_id: UUID, terms: Mapping[str, Any], *, now: datetime) -> Obstacle | None:
    """What stops a conversation under these terms from starting, or nothing."""
    fee = fee_of(terms)
    if ledger.balance(session, brand(K.BRAND_WALLET, brand_id, fee.currency)) < fee.minor:
        return Obstacle.WALLET_SHORT
    if session.scalar(_OPEN_CHARGEBACK, {"brand": brand_id}):
        return Obstacle.DISPUTED
    limits = session.get(WalletSettings, brand_id)
    if limits is None or (limits.month_cap_minor is None and limits.day_cap_minor is None):
        return None
    wanted = ledger.balance(session, brand(K.BRAND_HELD, brand_id, fee.currency)) + fee.minor
    for cap, since, which in (
        (limits.day_cap_minor, _day(now), Obstacle.DAY_CAP), (limits.month_cap_minor, _month(now), Obstacle.SPEND_CAP),
    ):  # fmt: skip
        if cap is not None and cap < _spent_since(session, brand_id, fee.currency, since) + wanted:
            return which
    return None


_OPEN_CHARGEBACK = select(
    exists().where(Chargeback.brand_id == bindparam("brand"), Chargeback.state == ChargebackState.OPEN)
)


def can_start(session: Session, brand_id: UUID, terms: Mapping[str, Any], *, now: datetime | None = None) -> bool:
    """Whether the brand can pay for one more conversation: asked before each offer."""
    return obstacle(session, brand_id, terms, now=now or utcnow()) is None


def can_pay(session: Session, brand_id: UUID, *, now: datetime | None = None) -> bool:
    """Whether the brand can pay for a conversation of any open mission: asked before live answers are promised."""
    missions = session.scalars(
        select(Mission).where(Mission.brand_id == brand_id, Mission.state == MissionState.OPEN).order_by(Mission.id)
    ).all()
    at = now or utcnow()
    return not missions or any(obstacle(session, brand_id, terms_of(one), now=at) is None for one in missions)


def hold(
    session: Session, *, conversation_id: UUID, brand_id: UUID, terms: Mapping[str, Any], now: datetime
) -> Hold | None:
    """Set the fee aside; nothing for terms without a fee. Raises `WalletShort`, `CapReached`, `Disputed`."""
    fee = fee_of(terms)
    if not fee:
        return None
    # Settings before accounts, and holds of one brand one after another, or two could pass a limit together.
    limits = settings_of(session, brand_id)
    match obstacle(session, brand_id, terms, now=now):
        case Obstacle.SPEND_CAP | Obstacle.DAY_CAP:
            raise CapReached
        case Obstacle.DISPUTED:
            raise Disputed
    held = Hold(
        id=new_id(), conversation_id=conversation_id, brand_id=brand_id, amount_minor=fee.minor,
        currency=fee.currency, created_at=now,
    )  # fmt: skip
    session.add(held)
    wallet = brand(K.BRAND_WALLET, brand_id, fee.currency)
    try:
        ledger.post(
            session, key=f"hold:{conversation_id}", type="conversation_held", source_type="conversation",
            source_id=conversation_id, event_at=now, now=now,
            entries=moved(fee.minor, debit=wallet, credit=brand(K.BRAND_HELD, brand_id, fee.currency)),
        )  # fmt: skip
    except Insufficient:
        raise WalletShort from None
    if limits.auto_on and ledger.balance(session, wallet) < limits.auto_below_minor:
        defer(session, FILL, lock=f"{FILL}:{brand_id}", brand_id=str(brand_id))
    return held


def resolve(session: Session, held: Hold, *, spent: Money, now: datetime) -> None:
    """End a hold once: what was not spent goes back to the wallet. Raises `ForbiddenMove` the second time."""
    held.state = HOLD.after(held.state, HoldAction.SPEND if spent else HoldAction.RELEASE)
    held.spent_minor = spent.minor
    held.resolved_at = now
    rest = held.amount_minor - spent.minor
    if rest:
        ledger.post(
            session, key=f"hold_rest:{held.conversation_id}", type="hold_released", source_type="conversation",
            source_id=held.conversation_id, event_at=now, now=now,
            entries=moved(
                rest, debit=brand(K.BRAND_HELD, held.brand_id, held.currency),
                credit=brand(K.BRAND_WALLET, held.brand_id, held.currency),
            ),
        )  # fmt: skip
    session.flush()


def start_top_up(
    session: Session, *, brand_id: UUID, amount: Money, by_person_id: UUID | None, now: datetime,
    kind: TopUpKind = TopUpKind.CHECKOUT,
) -> TopUp:  # fmt: skip
    """The intention to add money; nothing is booked before it is paid. Raises `Invalid` outside the bounds."""
    if not LEAST_TOP_UP <= amount.minor <= MOST_TOP_UP:
        raise Invalid("Choose an amount from 10 to 50,000.", field="amount")
    top_up = TopUp(
        id=new_id(), brand_id=brand_id, by_person_id=by_person_id, amount_minor=amount.minor,
        currency=amount.currency, kind=kind, state=TopUpState.CREATED, created_at=now,
    )  # fmt: skip
    session.add(top_up)
    session.flush()
    return top_up


@dataclass(frozen=True, slots=True)
class Payment:
    """What the provider says of a payment. `fee_minor` and `available_on` are known once it is paid."""

    outcome: TopUpAction | None
    payment_id: str | None = None
    charge_id: str | None = None
    method: str = ""
    amount: Money | None = None
    fee_minor: int = 0
    available_on: datetime | None = None
    received_minor: int = 0
    error: str = ""


def settle(session: Session, top_up: TopUp, payment: Payment, *, now: datetime) -> None:
    """Bring a top-up, held locked by the caller, to what the provider says. Saying it again changes nothing.

    Only `PAY` moves money. Raises `Invalid` when another amount was paid than asked for.
    """
    if top_up.state is TopUpState.CREATED:
        top_up.received_minor = min(payment.received_minor, top_up.amount_minor)
    if payment.outcome is None or not TOP_UP.allows(top_up.state, payment.outcome):
        return
    if payment.outcome is TopUpAction.PAY and payment.amount != Money(top_up.amount_minor, top_up.currency):
        raise Invalid("Another amount was paid than asked for.")
    top_up.state = TOP_UP.after(top_up.state, payment.outcome)
    top_up.payment_id = payment.payment_id or top_up.payment_id
    top_up.charge_id = payment.charge_id or top_up.charge_id
    top_up.method = payment.method or top_up.method
    top_up.error = payment.error[:300]
    if top_up.state is TopUpState.PAID:
        top_up.paid_at = now
        top_up.fee_minor = payment.fee_minor
        top_up.available_on = payment.available_on or now
        top_up.received_minor = top_up.amount_minor
        if top_up.method == "sepa_debit":
            top_up.risk_until = now + DEBIT_RISK
        # Limits before accounts, as in `hold`: the order in which everybody takes them.
        limits = session.get(WalletSettings, top_up.brand_id, with_for_update=True)
        if limits is not None:
            limits.warned_at = limits.warned_empty_at = None
        _credit(session, top_up, now)
    elif top_up.state in {TopUpState.FAILED, TopUpState.EXPIRED}:
        top_up.ended_at = now
    session.flush()
    if top_up.state is TopUpState.PAID:
        mature(session, top_up, now=now)


def mature(session: Session, top_up: TopUp, *, now: datetime) -> None:
    """Book that a paid top-up, net of the provider's fee, became available there. Too early, nothing happens."""
    if top_up.matured_at is not None or top_up.available_on is None or top_up.available_on > now:
        return
    top_up.matured_at = now
    net = top_up.amount_minor - (top_up.fee_minor or 0)
    ledger.post(
        session, key=f"mature:{top_up.id}", type="funds_available", source_type="top_up", source_id=top_up.id,
        event_at=max(top_up.available_on, top_up.paid_at or now), now=now,
        entries=moved(
            net, debit=platform(K.STRIPE_AVAILABLE, top_up.currency),
            credit=platform(K.STRIPE_PENDING, top_up.currency),
        ),
    )  # fmt: skip
    session.flush()


def set_limits(
    session: Session, brand_id: UUID, *, month_cap_minor: int | None, warn_below_minor: int,
    day_cap_minor: int | None = None,
) -> None:  # fmt: skip
    """Change the brand's limits. Raises `Invalid` for a limit of nothing or less."""
    for name, cap in (("month_cap", month_cap_minor), ("day_cap", day_cap_minor)):
        if cap is not None and cap <= 0:
            raise Invalid("Leave it empty for no limit.", field=name)
    limits = settings_of(session, brand_id)
    limits.month_cap_minor, limits.day_cap_minor = month_cap_minor, day_cap_minor
    limits.warn_below_minor = max(0, warn_below_minor)
    session.flush()


def settings_of(session: Session, brand_id: UUID) -> WalletSettings:
    """The brand's settings, locked; with their defaults when there were none."""
    limits = session.get(WalletSettings, brand_id, with_for_update=True)
    if limits is None:
        session.execute(insert(WalletSettings).values(brand_id=brand_id).on_conflict_do_nothing())
        limits = session.get_one(WalletSettings, brand_id, with_for_update=True)
    return limits


def _credit(session: Session, top_up: TopUp, now: datetime) -> None:
    pending = platform(K.STRIPE_PENDING, top_up.currency)
    others = [platform(kind, top_up.currency) for kind in (K.STRIPE_AVAILABLE, K.EXPENSE_STRIPE_FEES)]
    ledger.lock(session, [pending, brand(K.BRAND_WALLET, top_up.brand_id, top_up.currency), *others])
    ledger.post(
        session, key=f"top_up:{top_up.id}", type="top_up_paid", source_type="top_up", source_id=top_up.id,
        event_at=now, now=now,
        entries=moved(
            top_up.amount_minor, debit=pending, credit=brand(K.BRAND_WALLET, top_up.brand_id, top_up.currency)
        ),
    )  # fmt: skip
    if top_up.fee_minor:
        ledger.post(
            session, key=f"top_up_fee:{top_up.id}", type="provider_fee", source_type="top_up", source_id=top_up.id,
            event_at=now, now=now,
            entries=moved(
                top_up.fee_minor, debit=platform(K.EXPENSE_STRIPE_FEES, top_up.currency), credit=pending
            ),
        )  # fmt: skip


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _spent_since(session: Session, brand_id: UUID, currency: str, since: datetime) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(Earning.gross_minor), 0)).where(
            Earning.brand_id == brand_id, Earning.currency == currency, Earning.earned_at >= since,
            Earning.state != EarningState.REVERSED,
        )
    )  # fmt: skip
    return int(total or 0)


__all__ = [
    "CapReached", "Disputed", "Funds", "HoldState", "Obstacle", "Payment", "WalletShort", "can_pay", "can_start",
    "funds", "hold", "mature", "obstacle", "resolve", "set_limits", "settings_of", "settle", "start_top_up",
]  # fmt: skip
