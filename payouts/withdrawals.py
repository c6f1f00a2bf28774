"""Unused money goes back to where it came from: booked first, then asked of the provider, then recorded.

A refund belongs to one payment, so that one wish may become several withdrawals. An outcome that is not known stays
so until the provider's own list tells it; the key of a withdrawal is never replaced by another.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.jobs import defer
from marketplace.core.money import Money
from payouts import ledger
from payouts.chart import AccountKind, brand, platform
from payouts.gateway import Broken, Gateway, Lost, Refund, Refused, Throttled
from payouts.ledger import moved
from payouts.models import Chargeback, TopUp, Withdrawal
from payouts.states import (
    WITHDRAWAL,
    ChargebackState,
    TopUpState,
    WithdrawalAction,
    WithdrawalState,
)  # fmt: skip
from payouts.wallet import settings_of

K = AccountKind
log = structlog.get_logger()
SEND = "payouts.withdraw"
PAUSE = timedelta(minutes=1)
LEAST = 100
"""Minor units: less is not worth a refund."""


class TooMuch(Invalid):
    """More than is free, or than the payments of the brand can give back."""

    code = "too_much"
    message = "At most %(most)s can be paid back now."
    field = "withdraw_amount"


def _refundable(brand_id: UUID, currency: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Payments that can be given back: paid, not disputed, and no debit that its payer may still return himself."""
    disputed = exists().where(Chargeback.top_up_id == TopUp.id, Chargeback.state != ChargebackState.WON)
    return (
        TopUp.brand_id == brand_id, TopUp.currency == currency, TopUp.state == TopUpState.PAID,
        TopUp.payment_id.is_not(None), TopUp.withdrawn_minor < TopUp.amount_minor,
        (TopUp.risk_until.is_(None)) | (TopUp.risk_until <= now), ~disputed,
    )  # fmt: skip


def most(session: Session, brand_id: UUID, currency: str, *, now: datetime) -> Money:
    """How much can be paid back now: what is free, as far as refundable payments go."""
    free = ledger.balance(session, brand(K.BRAND_WALLET, brand_id, currency))
    left = session.scalar(
        select(func.coalesce(func.sum(TopUp.amount_minor - TopUp.withdrawn_minor), 0)).where(
            *_refundable(brand_id, currency, now)
        )
    )
    return Money(min(free, int(left or 0)), currency)


def ask(
    session: Session, *, brand_id: UUID, amount: Money, by_person_id: UUID | None, now: datetime
) -> list[Withdrawal]:
    """Take money out of the wallet and have it paid back, newest payments first. Raises `TooMuch`, `Invalid`."""
    settings_of(session, brand_id)  # one wish after another
    limit = most(session, brand_id, amount.currency, now=now)
    if amount.minor < LEAST:
        raise Invalid("Choose an amount from 1.", field="withdraw_amount")
    if limit < amount:
        raise TooMuch(most=f"{limit.decimal} {limit.currency}")
    made, rest = [], amount.minor
    top_ups = session.scalars(
        select(TopUp)
        .where(*_refundable(brand_id, amount.currency, now))
        .order_by(TopUp.paid_at.desc(), TopUp.id)
        .with_for_update()
    )
    for top_up in top_ups:
        part = min(rest, top_up.amount_minor - top_up.withdrawn_minor)
        made.append(_ask_one(session, top_up, part, by_person_id, now))
        rest -= part
        if not rest:
            break
    session.flush()
    return made


def _ask_one(session: Session, top_up: TopUp, part: int, by_person_id: UUID | None, now: datetime) -> Withdrawal:
    one = Withdrawal(
        id=new_id(), brand_id=top_up.brand_id, top_up_id=top_up.id, by_person_id=by_person_id, amount_minor=part,
        currency=top_up.currency, state=WithdrawalState.ASKED, due_at=now, created_at=now,
    )  # fmt: skip
    session.add(one)
    top_up.withdrawn_minor += part
    ledger.post(
        session, key=f"withdraw:{one.id}", type="withdrawal_asked", source_type="withdrawal", source_id=one.id,
        event_at=now, now=now,
        entries=moved(
            part, debit=brand(K.BRAND_WALLET, one.brand_id, one.currency),
            credit=platform(K.CLEARING_REFUND, one.currency),
        ),
    )  # fmt: skip
    defer(session, SEND, withdrawal_id=str(one.id))
    return one


def send(database: Database, gateway: Gateway, withdrawal_id: UUID, *, now: datetime) -> WithdrawalState:
    """Ask the provider to pay back. Any number of times: the key moves the money once."""
    with database.unit_of_work() as session:
        one = _locked(session, withdrawal_id)
        if one.state is not WithdrawalState.ASKED:
            return one.state
        payment_id = session.get_one(TopUp, one.top_up_id).payment_id
        amount = Money(one.amount_minor, one.currency)
        one.attempts += 1
        one.due_at = now + PAUSE * 2 ** min(one.attempts, 8)
    assert payment_id is not None, "only paid top-ups are paid back"
    try:
        refund: Refund | None = gateway.refund(withdrawal_id=withdrawal_id, payment_id=payment_id, amount=amount)
        why = ""
    except (Throttled, Lost):
        log.warning("withdrawal_not_known", withdrawal=str(withdrawal_id))
        return WithdrawalState.ASKED
    except Broken:
        # Remembered under the key: the list decides. Absent, nothing will ever move under this key.
        refund, why = gateway.find_refund(withdrawal_id=withdrawal_id, payment_id=payment_id), "provider_broken"
    except Refused as refusal:
        refund, why = None, refusal.text or refusal.reason
    with database.unit_of_work() as session:
        one = _locked(session, withdrawal_id)
        if refund is not None:
            record(session, one, refund, now=now)
        else:
            _fail(session, one, why, now)
        return one.state


def refresh(database: Database, gateway: Gateway, refund_id: str, *, now: datetime) -> WithdrawalState | None:
    """Ask the provider how a refund stands, and book it; nothing when it is none of ours."""
    refund = gateway.refund_of(refund_id)
    with database.unit_of_work() as session:
        known = session.scalar(select(Withdrawal.id).where(Withdrawal.refund_id == refund_id))
        if known is None:
            try:
                known = UUID(refund.withdrawal_id)
            except ValueError:
                return None
        one = session.get(Withdrawal, known, with_for_update=True, populate_existing=True)
        if one is None:
            return None
        record(session, one, refund, now=now)
        return one.state


def record(session: Session, one: Withdrawal, refund: Refund, *, now: datetime) -> None:
    """Bring a withdrawal, held locked by the caller, to what the provider says. Saying it again changes nothing.

    Raises `ValueError` when another amount was refunded than asked for.
    """
    if refund.amount != Money(one.amount_minor, one.currency):
        raise ValueError(f"refund {refund.id} is not what withdrawal {one.id} asked for")
    one.refund_id = refund.id
    if refund.outcome is None:
        if one.state is WithdrawalState.ASKED:
            one.state = WITHDRAWAL.after(one.state, WithdrawalAction.SEND)
    elif refund.outcome is WithdrawalAction.SUCCEED:
        _succeed(session, one, now)
    elif one.state is not WithdrawalState.FAILED:
        if refund.moved:  # it left our balance before it came back: both are in the provider's book
            _succeed(session, one, now)
        _fail(session, one, refund.error, now)
    session.flush()


def waiting(session: Session, *, now: datetime) -> list[UUID]:
    """Withdrawals that the provider is to be asked about (again)."""
    return list(
        session.scalars(
            select(Withdrawal.id).where(Withdrawal.state == WithdrawalState.ASKED, Withdrawal.due_at <= now)
        )
    )


def on_their_way(session: Session) -> list[str]:
    """Refunds whose arrival is not known, should a webhook have been lost."""
    sent = session.scalars(select(Withdrawal.refund_id).where(Withdrawal.state == WithdrawalState.SENT))
    return [refund_id for refund_id in sent if refund_id is not None]


def _succeed(session: Session, one: Withdrawal, now: datetime) -> None:
    if not WITHDRAWAL.allows(one.state, WithdrawalAction.SUCCEED):
        return
    one.state = WITHDRAWAL.after(one.state, WithdrawalAction.SUCCEED)
    one.settled_at, one.due_at = now, None
    ledger.post(
        session, key=f"withdraw_done:{one.id}", type="withdrawal_done", source_type="withdrawal", source_id=one.id,
        event_at=now, now=now,
        entries=moved(
            one.amount_minor, debit=platform(K.CLEARING_REFUND, one.currency),
            credit=platform(K.STRIPE_AVAILABLE, one.currency),
        ),
    )  # fmt: skip


def _fail(session: Session, one: Withdrawal, why: str, now: datetime) -> None:
    """Back into the wallet, from where it stood."""
    source = K.STRIPE_AVAILABLE if one.state is WithdrawalState.SUCCEEDED else K.CLEARING_REFUND
    one.state = WITHDRAWAL.after(one.state, WithdrawalAction.FAIL)
    one.settled_at, one.due_at, one.error = now, None, why[:300]
    top_up = session.get_one(TopUp, one.top_up_id, with_for_update=True)
    top_up.withdrawn_minor -= one.amount_minor
    ledger.post(
        session, key=f"withdraw_back:{one.id}", type="withdrawal_back", source_type="withdrawal", source_id=one.id,
        event_at=now, now=now,
        entries=moved(
            one.amount_minor, debit=platform(source, one.currency),
            credit=brand(K.BRAND_WALLET, one.brand_id, one.currency),
        ),
    )  # fmt: skip
    session.flush()


def _locked(session: Session, withdrawal_id: UUID) -> Withdrawal:
    return session.get_one(Withdrawal, withdrawal_id, with_for_update=True, populate_existing=True)


__all__ = ["TooMuch", "ask", "most", "on_their_way", "record", "refresh", "send", "waiting"]
