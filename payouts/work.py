"""What the worker does for money: sweeps each second or so, jobs on request, the weekly calendar."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, text

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.jobs import defer
from marketplace.core.web import Platform
from payouts import (
    automatic,
    connect,
    credit,
    disputes,
    earnings,
    hooks,
    letters,
    payments,
    reconciliation,
    runs,
    sales,
    transfers,
    withdrawals,
)
from payouts.gateway import Gateway, Trouble
from payouts.models import PayoutRun
from payouts.states import RunState

# ruff: noqa: ARG001 - periodic jobs are given a timestamp that not all of them need
log = structlog.get_logger()
EXECUTE = "payouts.execute"


def release(database: Database) -> None:
    """Earnings past their window become available; money past its date too. A sweep."""
    with database.unit_of_work() as session:
        earnings.release_due(session, now=utcnow())
        payments.mature_due(session, now=utcnow())


def begin(parts: Platform, gateway: Gateway, run_id: UUID) -> int:
    """Start an approved run with what the provider can send now; how many payouts are carried over.

    Raises `ForbiddenMove` unless it is approved, and `Trouble` when the provider does not say what it holds.
    """
    available = gateway.holdings().available
    with parts.database.unit_of_work() as session:
        run = session.get_one(PayoutRun, run_id, with_for_update=True)
        begun = run.state is RunState.APPROVED
        spendable = available.get(run.currency, 0) - parts.settings.payout_margin_minor
        carried = runs.begin(session, run, now=utcnow(), available_minor=spendable)
        if begun:
            defer(session, EXECUTE, lock=EXECUTE, run_id=str(run_id))
    return carried


def begin_approved(parts: Platform, gateway: Gateway, timestamp: int) -> None:
    """Tuesday: start what people have approved."""
    with parts.database.unit_of_work() as session:
        approved = session.scalars(select(PayoutRun.id).where(PayoutRun.state == RunState.APPROVED)).all()
    for run_id in approved:
        begin(parts, gateway, run_id)


def execute(parts: Platform, gateway: Gateway, run_id: str) -> None:
    """Work on a run; when payouts wait for a pause, come back."""
    done = transfers.execute(parts.database, gateway, UUID(run_id))
    if done:
        return
    with parts.database.unit_of_work() as session:
        if UUID(run_id) in transfers.unfinished(session):
            defer(session, EXECUTE, schedule_at=utcnow() + timedelta(seconds=30), lock=EXECUTE, run_id=run_id)


def resume(parts: Platform, timestamp: int) -> None:
    """Each minute: runs that a dead worker left are gone on with, unless a job for them waits."""
    with parts.database.unit_of_work() as session:
        for run_id in transfers.unfinished(session):
            waiting = session.scalar(
                text("""
                    SELECT count(*) FROM procrastinate_jobs
                    WHERE task_name = :name AND status IN ('todo', 'doing') AND args->>'run_id' = :run
                """),
                {"name": EXECUTE, "run": str(run_id)},
            )
            if not waiting:
                defer(session, EXECUTE, lock=EXECUTE, run_id=str(run_id))


def decide_late(parts: Platform, timestamp: int) -> None:
    """Each five minutes: deadlines of disputes that passed; money owed for sales; orders that waited for money."""
    now = utcnow()
    with parts.database.unit_of_work() as session:
        disputes.expire_due(session, now=now)
    with parts.database.unit_of_work() as session:
        credit.collect_due(session, now=now)
        sales.retry_unfunded(session, now=now)


def prepare_week(parts: Platform, timestamp: int) -> None:
    """Monday: build the week's runs. People approve them; what is approved is sent on Tuesday."""
    now = datetime.fromtimestamp(timestamp, UTC)
    with parts.database.unit_of_work() as session:
        currencies = session.scalars(text("SELECT DISTINCT currency FROM earning WHERE state = 'available'")).all()
        for currency in currencies:
            runs.prepare(
                session, currency=currency, minimum_minor=parts.settings.payout_minimum_minor, by=None, now=now
            )


def send_statements(parts: Platform, timestamp: int) -> None:
    """Monday: each expert's table of the week that ended."""
    now = datetime.fromtimestamp(timestamp, UTC)
    with parts.database.unit_of_work() as session:
        letters.send_statements(session, runs.period_of(now - timedelta(days=7)), now=now)


def reconcile(parts: Platform, gateway: Gateway, timestamp: int) -> None:
    """Each night: three-way comparison; lost webhooks are made up for by asking."""
    found = compare(parts, gateway, by=None)
    log.info("reconciled", differences=len(found))


def compare(parts: Platform, gateway: Gateway, *, by: UUID | None) -> list[reconciliation.Difference]:
    """Ask for what may have been missed, then compare. What differs. Raises `Trouble` when the provider is silent."""
    now = utcnow()
    try:
        ask_again(parts, gateway)
        return reconciliation.reconcile(parts.database, gateway, now=now, by=by)
    except Trouble as trouble:
        reconciliation.keep_failure(parts.database, str(trouble.detail), now=now, by=by)
        raise


def ask_again(parts: Platform, gateway: Gateway) -> None:
    """Ask the provider about payments and refunds whose outcome is not known, and for events that it kept."""
    now, database = utcnow(), parts.database
    with database.unit_of_work() as session:
        waiting = payments.waiting(session, since=now - timedelta(days=120))
        refunds = withdrawals.on_their_way(session)
    for top_up_id in waiting:
        try:
            payments.refresh(database, gateway, top_up_id, now=now)
        except Trouble:
            log.warning("top_up_not_known", top_up=str(top_up_id))
    for refund_id in refunds:
        withdrawals.refresh(database, gateway, refund_id, now=now)
    swept = hooks.sweep(database, gateway, since=now - hooks.KEPT_THERE, now=now)
    if swept:
        log.warning("events_were_not_delivered", count=swept)


def check_accounts(parts: Platform, gateway: Gateway, timestamp: int) -> None:
    """Each night: how the accounts of experts with money stand. The provider does not list missed thin events."""
    now, database = datetime.fromtimestamp(timestamp, UTC), parts.database
    with database.unit_of_work() as session:
        people = connect.to_check(session, now=now)
    for person_id in people:
        try:
            connect.refresh(database, gateway, person_id, now=now)
        except Trouble:
            log.warning("account_not_known", person=str(person_id))


def fill(parts: Platform, gateway: Gateway, brand_id: str) -> None:
    """Top up one wallet by itself, when that is due."""
    automatic.fill(parts.database, gateway, UUID(brand_id), now=utcnow())


def fill_all(parts: Platform, gateway: Gateway, timestamp: int) -> None:
    """Each minute: wallets below their level, and withdrawals that wait for another try."""
    with parts.database.unit_of_work() as session:
        low, asked = automatic.low_ones(session), withdrawals.waiting(session, now=utcnow())
    for brand_id in low:
        try:
            automatic.fill(parts.database, gateway, brand_id, now=utcnow())
        except Trouble:
            log.warning("automatic_top_up_not_known", brand=str(brand_id))
    for withdrawal_id in asked:
        withdraw(parts, gateway, str(withdrawal_id))


def withdraw(parts: Platform, gateway: Gateway, withdrawal_id: str) -> None:
    """Have one withdrawal paid back."""
    withdrawals.send(parts.database, gateway, UUID(withdrawal_id), now=utcnow())


def process_hook(parts: Platform, gateway: Gateway, hook_id: str) -> None:
    """Act on one stored webhook."""
    hooks.process(parts.database, gateway, hook_id, now=utcnow())
