"""Webhooks after the door: kept once, processed from the table by fetching the object itself; order does not matter."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.jobs import defer
from payouts import chargebacks, connect, funding, payments, returns, withdrawals
from payouts.gateway import Gateway, Notice, Refused
from payouts.models import Hook, Payout, TopUp
from payouts.states import HookState, PayoutState

log = structlog.get_logger()
PROCESS = "payouts.hook"
MOST_ATTEMPTS = 12
AGAIN = timedelta(seconds=30)
KEPT_THERE = timedelta(days=29)
"""The provider keeps its events for 30 days."""


def keep(session: Session, notice: Notice, body: bytes, *, now: datetime) -> bool:
    """Store a verified webhook and ask for its processing; false when it came before."""
    stored = session.execute(
        insert(Hook)
        .values(
            id=notice.id, thin=notice.thin, type=notice.type, account_id=notice.account_id, object_id=notice.object_id,
            body=body, state=HookState.RECEIVED, attempts=0, note="", received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Hook.id)
    )  # fmt: skip
    if stored.scalar() is None:
        return False
    defer(session, PROCESS, hook_id=notice.id)
    return True


def process(database: Database, gateway: Gateway, hook_id: str, *, now: datetime) -> HookState:
    """Act on a stored webhook: fetch what it is about and bring our row to it. Any number of times.

    What is not known here yet is parked and tried again later.
    """
    with database.unit_of_work() as session:
        hook = session.get_one(Hook, hook_id)
        state, kind, thin = hook.state, hook.type, hook.thin
        object_id, account_id = hook.object_id, hook.account_id
    if state in {HookState.PROCESSED, HookState.IGNORED}:
        return state
    try:
        state, note = _act(database, gateway, kind, thin, object_id, account_id, now)
    except Refused as refusal:
        state, note = HookState.PARKED, refusal.reason
    with database.unit_of_work() as session:
        hook = session.get_one(Hook, hook_id, with_for_update=True)
        hook.state, hook.note, hook.attempts = state, note[:300], hook.attempts + 1
        hook.processed_at = now if state is not HookState.PARKED else None
        if state is HookState.PARKED and hook.attempts < MOST_ATTEMPTS:
            defer(session, PROCESS, schedule_at=now + AGAIN * 2**hook.attempts, hook_id=hook_id)
    return state


def _act(
    database: Database, gateway: Gateway, kind: str, thin: bool, object_id: str | None, account_id: str | None,
    now: datetime,
) -> tuple[HookState, str]:  # fmt: skip
    if kind.startswith("checkout.session.") and object_id:
        return _checkout(database, gateway, object_id, now)
    if kind.startswith("payment_intent.") and object_id:
        return _payment(database, gateway, object_id, now)
    if kind.startswith(("refund.", "charge.refund.")) and object_id:
        state = withdrawals.refresh(database, gateway, object_id, now=now)
        return (HookState.PROCESSED, state.value) if state else (HookState.IGNORED, "not a withdrawal of ours")
    if kind.startswith("charge.dispute.") and object_id:
        return _dispute(database, gateway, object_id, now)
    if (thin and kind.startswith("v2.core.account")) and object_id:
        return _account(database, gateway, object_id, now)
    if kind in {"account.updated", "capability.updated"} and account_id:
        return _account(database, gateway, account_id, now)
    if kind.startswith("payout.") and account_id:
        return _bank(database, kind, account_id)
    if kind in {"transfer.created", "transfer.updated", "transfer.reversed"} and object_id:
        return _transfer(database, gateway, object_id, now)
    return HookState.IGNORED, ""


def _checkout(database: Database, gateway: Gateway, checkout_id: str, now: datetime) -> tuple[HookState, str]:
    with database.unit_of_work() as session:
        top_up_id = payments.by_checkout(session, checkout_id)
    if top_up_id is None:
        return HookState.PARKED, "no top-up has this checkout"
    return HookState.PROCESSED, payments.refresh(database, gateway, top_up_id, now=now).value


def _payment(database: Database, gateway: Gateway, payment_id: str, now: datetime) -> tuple[HookState, str]:
    """Bank transfers and automatic top-ups; a payment behind a checkout is told of by the checkout."""
    with database.unit_of_work() as session:
        top_up_id = payments.by_payment(session, payment_id)
        brand_id = session.get_one(TopUp, top_up_id).brand_id if top_up_id is not None else None
    if top_up_id is None or brand_id is None:
        return HookState.IGNORED, "told of by its checkout"
    state = payments.refresh(database, gateway, top_up_id, now=now)
    funding.look_at_cash(database, gateway, brand_id)
    return HookState.PROCESSED, state.value


def _dispute(database: Database, gateway: Gateway, dispute_id: str, now: datetime) -> tuple[HookState, str]:
    payment_id = gateway.dispute(dispute_id).payment_id
    with database.unit_of_work() as session:
        if payments.by_payment(session, payment_id) is None:
            return HookState.PARKED, "no top-up has this payment"
    state = chargebacks.refresh(database, gateway, dispute_id, now=now)
    return HookState.PROCESSED, state.value if state is not None else "nothing was taken"


def sweep(database: Database, gateway: Gateway, *, since: datetime, now: datetime) -> int:
    """Keep the events that the provider could not deliver, to be processed like the others; how many were new."""
    kept = 0
    for missed in gateway.missed(since=since):
        with database.unit_of_work() as session:
            if is_ours(session, missed.notice):
                kept += keep(session, missed.notice, missed.body, now=now)
    return kept


def is_ours(session: Session, notice: Notice) -> bool:
    """Whether it is about the platform itself or about an account of one of our experts."""
    return notice.account_id is None or connect.person_of(session, notice.account_id) is not None


def _account(database: Database, gateway: Gateway, account_id: str, now: datetime) -> tuple[HookState, str]:
    with database.unit_of_work() as session:
        person_id = connect.person_of(session, account_id)
    if person_id is None:
        return HookState.PARKED, "no expert has this account"
    payee = connect.refresh(database, gateway, person_id, now=now)
    return HookState.PROCESSED, payee.state.value if payee is not None else ""


def _bank(database: Database, kind: str, account_id: str) -> tuple[HookState, str]:
    """What the expert's bank does changes nothing that we owe; a refusal stops further sending."""
    with database.unit_of_work() as session:
        person_id = connect.person_of(session, account_id)
        if person_id is None:
            return HookState.PARKED, "no expert has this account"
        if kind == "payout.failed":
            connect.hold(session, person_id, because="The bank refused the last payout.")
    return HookState.PROCESSED, kind


def _transfer(database: Database, gateway: Gateway, transfer_id: str, now: datetime) -> tuple[HookState, str]:
    found = gateway.transfer(transfer_id)
    with database.unit_of_work() as session:
        payout = session.scalar(select(Payout).where(Payout.transfer_id == transfer_id))
        if payout is None:
            try:
                mine = session.get(Payout, UUID(found.payout_id))
            except ValueError:
                return HookState.IGNORED, "not a payout of ours"
            if mine is not None and mine.state is PayoutState.SUBMITTED:
                return HookState.PARKED, "the payout is being settled"
            return HookState.IGNORED, "not a payout of ours"
        done = returns.returned(session, transfer_id, found.reversed_minor, now=now)
    if done:
        log.warning("transfer_returned", transfer=transfer_id, done=done)
    return HookState.PROCESSED, done
