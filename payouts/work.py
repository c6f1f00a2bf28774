"""What the worker does for money: sweeps each second or so, jobs on request, the weekly calendar."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.jobs import defer
from marketplace.core.web import Platform
from payouts import earnings, hooks, letters, payments, reconciliation, runs, transfers
from payouts.gateway import Gateway, Trouble

# ruff: noqa: ARG001 - periodic jobs are given a timestamp that not all of them need
log = structlog.get_logger()
EXECUTE = "payouts.execute"


def release(database: Database) -> None:
    """Earnings past their window become available; money past its date too. A sweep."""
    with database.unit_of_work() as session:
        earnings.release_due(session, now=utcnow())
        payments.mature_due(session, now=utcnow())


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


def prepare_week(parts: Platform, timestamp: int) -> None:
    """Monday: build the week's runs. People approve and execute them on Tuesday."""
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
    now = utcnow()
    ask_again(parts, gateway)
    found = reconciliation.reconcile(parts.database, gateway, now=now)
    log.info("reconciled", differences=len(found))


def ask_again(parts: Platform, gateway: Gateway) -> None:
    """Ask the provider about top-ups whose outcome is not known."""
    with parts.database.unit_of_work() as session:
        waiting = payments.waiting(session, since=utcnow() - timedelta(days=14))
    for top_up_id in waiting:
        try:
            payments.refresh(parts.database, gateway, top_up_id, now=utcnow())
        except Trouble:
            log.warning("top_up_not_known", top_up=str(top_up_id))


def process_hook(parts: Platform, gateway: Gateway, hook_id: str) -> None:
    """Act on one stored webhook."""
    hooks.process(parts.database, gateway, hook_id, now=utcnow())
