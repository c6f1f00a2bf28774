"""Sending payouts: intention committed, then the provider called with a key derived from the row, then the record.

An unknown outcome stays `submitted` until it is known. A new key is used only when the provider's own list proves
that the old one moved nothing. Killed at any line, the next worker goes on from the rows.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.events import publish
from marketplace.core.money import Money
from payouts import connect, ledger, runs
from payouts.chart import AccountKind, expert, platform
from payouts.events import PayoutSettled
from payouts.gateway import Broken, Gateway, Lost, Refused, Throttled, Transfer
from payouts.ledger import Entry, moved
from payouts.models import Earning, Payout, PayoutRun
from payouts.states import (
    EARNING,
    PAYOUT,
    EarningAction,
    EarningState,
    PayoutAction,
    PayoutState,
    RunState,
)  # fmt: skip

K = AccountKind
log = structlog.get_logger()

PER_SECOND = 15
LEASE = timedelta(seconds=90)
"""How long a worker may be silent before another goes on; longer than a call with its retries can take."""
PAUSE = timedelta(seconds=20)
KEY_LIFE = timedelta(hours=23)
"""The provider forgets keys after 24 hours."""
_ACCOUNT_TROUBLE = frozenset({"insufficient_capabilities_for_transfer", "resource_missing", "account_invalid"})


@dataclass(frozen=True, slots=True)
class Job:
    """What one attempt sends; read from the row, so that each attempt sends the same."""

    payout_id: UUID
    run_id: UUID
    key: str
    amount: Money
    account_id: str
    look_first: bool


def execute(
    database: Database, gateway: Gateway, run_id: UUID, *, clock: Callable[[], datetime] = utcnow,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:  # fmt: skip
    """Work through a run until nothing of it is due now; whether it is done. Safe to call again, and side by side."""
    last = 0.0
    while True:
        job = _claim(database, run_id, clock())
        if job is None:
            break
        wait = last + 1 / PER_SECOND - time.monotonic()
        if wait > 0:
            sleep(wait)
        last = time.monotonic()
        _attempt(database, gateway, job, clock)
    with database.unit_of_work() as session:
        return runs.finish(session, run_id, now=clock())


def unfinished(session: Session) -> list[UUID]:
    """Runs to be gone on with after a crash or a pause; not those whose last payouts wait for a person."""
    open_ones = exists().where(
        Payout.run_id == PayoutRun.id, Payout.state.in_([PayoutState.PREPARED, PayoutState.SUBMITTED])
    )
    moving = open_ones.where(or_(Payout.state == PayoutState.PREPARED, Payout.due_at.is_not(None)))
    return list(
        session.scalars(select(PayoutRun.id).where(PayoutRun.state == RunState.EXECUTING, or_(~open_ones, moving)))
    )


def _claim(database: Database, run_id: UUID, now: datetime) -> Job | None:
    """Take one payout: reserve it if that was not done, lease it, and commit before anything is sent."""
    while True:
        with database.unit_of_work() as session:
            run = session.get(PayoutRun, run_id)
            if run is None or run.state is not RunState.EXECUTING:
                return None
            payout = session.scalars(
                select(Payout)
                .where(
                    Payout.run_id == run_id,
                    or_(
                        Payout.state == PayoutState.PREPARED,
                        (Payout.state == PayoutState.SUBMITTED) & (Payout.due_at <= now),
                    ),
                )
                .order_by(Payout.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if payout is None:
                return None
            if payout.state is PayoutState.PREPARED and not runs.reserve(session, payout, now=now):
                continue
            return _lease(payout, now)


def _lease(payout: Payout, now: datetime) -> Job:
    stale = payout.keyed_at is not None and now - payout.keyed_at > KEY_LIFE
    # “broken” is remembered by the provider under the key; “sending” means that a worker died while it waited.
    look_first = payout.outcome == "broken" or stale
    job = Job(
        payout_id=payout.id, run_id=payout.run_id, key=payout.key,
        amount=Money(int(payout.params["amount"]), str(payout.params["currency"])),
        account_id=str(payout.params["account"]), look_first=look_first,
    )  # fmt: skip
    payout.attempts += 1
    payout.due_at = now + LEASE
    payout.keyed_at = payout.keyed_at or now
    if not look_first:
        payout.outcome = "sending"
    return job


def _attempt(database: Database, gateway: Gateway, job: Job, clock: Callable[[], datetime]) -> None:
    try:
        if job.look_first:
            found = gateway.find_transfer(payout_id=job.payout_id, run_id=job.run_id, account_id=job.account_id)
            if found is None:
                _renew_key(database, job.payout_id, clock())
            else:
                _settle(database, job.payout_id, found, clock())
            return
        sent = gateway.send(
            key=job.key, payout_id=job.payout_id, run_id=job.run_id, amount=job.amount, account_id=job.account_id
        )
    except Throttled:
        _postpone(database, job.payout_id, "throttled", clock())
    except Lost:
        _postpone(database, job.payout_id, "lost", clock())
    except Broken:
        _postpone(database, job.payout_id, "broken", clock())
    except Refused as refusal:
        _refused(database, job.payout_id, refusal, clock())
    else:
        _settle(database, job.payout_id, sent, clock())


def _postpone(database: Database, payout_id: UUID, outcome: str, now: datetime) -> None:
    with database.unit_of_work() as session:
        payout = _locked(session, payout_id)
        if payout.state is PayoutState.SUBMITTED:
            payout.outcome = outcome
            payout.due_at = now + min(PAUSE * 2 ** min(payout.attempts - 1, 6), timedelta(minutes=15))


def _renew_key(database: Database, payout_id: UUID, now: datetime) -> None:
    """The provider's list proves that nothing was sent: a new generation, a new key, at once."""
    with database.unit_of_work() as session:
        payout = _locked(session, payout_id)
        if payout.state is PayoutState.SUBMITTED:
            payout.generation += 1
            payout.keyed_at = None
            payout.outcome = "renewed"
            payout.due_at = now


def _refused(database: Database, payout_id: UUID, refusal: Refused, now: datetime) -> None:
    """Nothing moved. Too little of our money waits, our own mistake stops, anything else goes back to the expert."""
    with database.unit_of_work() as session:
        payout = _locked(session, payout_id)
        if payout.state is not PayoutState.SUBMITTED:
            return
        payout.error = f"{refusal.reason}: {refusal.text}"[:300] if refusal.text else refusal.reason
        if refusal.reason == "balance_insufficient":
            # The refusal may be remembered under the key: look, then use a new one.
            payout.outcome, payout.due_at = "broken", now + timedelta(minutes=15)
            log.warning("payout_balance_insufficient", payout=str(payout.id))
            return
        if refusal.reason == "idempotency_error":
            payout.outcome, payout.due_at = "stopped", None
            log.error("payout_key_misused", payout=str(payout.id))
            return
        if refusal.reason in _ACCOUNT_TROUBLE:
            restricted = refusal.reason == "insufficient_capabilities_for_transfer"
            connect.stop(session, payout.person_id, closed=not restricted)
        _give_back(session, payout, now)


def _give_back(session: Session, payout: Payout, now: datetime) -> None:
    payout.state = PAYOUT.after(payout.state, PayoutAction.FAIL)
    payout.outcome, payout.settled_at, payout.due_at = "refused", now, None
    reserved = ledger.find(session, f"reserve:{payout.id}")
    assert reserved is not None
    ledger.reverse(session, reserved, key=f"unreserve:{payout.id}", event_at=now, now=now)
    runs.release(session, payout)
    publish(session, PayoutSettled(payout.id, payout.person_id, paid=False))


def _settle(database: Database, payout_id: UUID, sent: Transfer, now: datetime) -> None:
    with database.unit_of_work() as session:
        record(session, _locked(session, payout_id), sent, now=now)


def record(session: Session, payout: Payout, sent: Transfer, *, now: datetime) -> None:
    """Book a transfer that the provider made for a payout held locked by the caller. A second time changes nothing.

    Raises `ValueError` when it is not what was asked for.
    """
    if payout.state is not PayoutState.SUBMITTED:
        return
    if sent.amount != Money(payout.amount_minor, payout.currency) or sent.payout_id != str(payout.id):
        raise ValueError(f"transfer {sent.id} is not what payout {payout.id} asked for")
    payout.state = PAYOUT.after(payout.state, PayoutAction.PAY)
    payout.transfer_id, payout.outcome, payout.error = sent.id, "answered", ""
    payout.settled_at, payout.due_at = now, None
    amount, currency = payout.amount_minor, payout.currency
    ledger.post(
        session, key=f"transfer:{payout.id}", type="transfer_confirmed", source_type="payout", source_id=payout.id,
        event_at=now, now=now,
        entries=(
            *moved(
                amount, debit=expert(K.EXPERT_IN_PAYOUT, payout.person_id, currency),
                credit=platform(K.STRIPE_AVAILABLE, currency),
            ),
            Entry(expert(K.CUSTODY_EXPERT_STRIPE, payout.person_id, currency), amount),
            Entry(platform(K.CUSTODY_SOURCE, currency), -amount),
        ),
    )  # fmt: skip
    for earning in session.scalars(select(Earning).where(Earning.payout_id == payout.id).with_for_update()):
        if earning.state is EarningState.AVAILABLE:
            earning.state = EARNING.after(earning.state, EarningAction.PAY)
            earning.paid_at = now
    publish(session, PayoutSettled(payout.id, payout.person_id, paid=True))
    session.flush()


def _locked(session: Session, payout_id: UUID) -> Payout:
    return session.get_one(Payout, payout_id, with_for_update=True, populate_existing=True)
