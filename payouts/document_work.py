"""What the worker does for documents: on the first of a month it issues the last one's, then makes their PDFs."""

from datetime import UTC, date, datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.jobs import defer
from marketplace.core.web import Platform
from payouts import document_files, documents
from payouts.sealing import first_of_next, start_of

log = structlog.get_logger()
ISSUE, RENDER = "payouts.issue_documents", "payouts.render_documents"
MONTHS_BACK = 13
"""How far back each run looks for postings that could not be documented before."""


def closed_months(now: datetime) -> list[date]:
    """Months whose documents may be issued at `now`, oldest first."""
    found, month = [], (now - timedelta(days=31 * MONTHS_BACK)).date().replace(day=1)
    while now >= start_of(first_of_next(month)) + documents.SETTLING:
        found.append(month)
        month = first_of_next(month)
    return found


def issue_month(database: Database, month: date, *, now: datetime) -> documents.Outcome:
    """Issue what the month still lacks, one expert per transaction: it can be killed and started again anywhere."""
    whole = documents.Outcome()
    with database.unit_of_work() as session:
        people = documents.waiting(session, month)
    for person_id in people:
        with database.unit_of_work() as session:
            outcome = documents.issue(session, person_id, month, now=now)
        whole.issued += outcome.issued
        whole.blocked += outcome.blocked
    return whole


def issue_closed(parts: Platform, timestamp: int) -> None:
    """Each night: the months that are over; on the first, that is the one that just ended."""
    now = datetime.fromtimestamp(timestamp, UTC)
    for month in closed_months(now):
        outcome = issue_month(parts.database, month, now=now)
        if outcome.issued or outcome.blocked:
            log.info("documents", month=str(month), issued=len(outcome.issued), blocked=len(outcome.blocked))
    with parts.database.unit_of_work() as session:
        if document_files.missing(session, limit=1):
            defer(session, RENDER, lock=RENDER)


def issue_on_request(parts: Platform, month: str) -> None:
    """One month (2026-10), asked for by an operator."""
    issue_month(parts.database, date.fromisoformat(f"{month}-01"), now=utcnow())
    with parts.database.unit_of_work() as session:
        defer(session, RENDER, lock=RENDER)


def render(app: Flask, parts: Platform) -> None:
    """Make the PDFs that are missing, oldest first; each is kept as soon as it is made."""
    with app.app_context():
        while True:
            with parts.database.unit_of_work() as session:
                todo = document_files.missing(session)
            if not todo:
                return
            for document_id in todo:
                document_files.make(parts.database, parts.storage, document_id, now=utcnow())


def is_busy(session: Session) -> bool:
    """Whether documents or PDFs are being made, or are asked for."""
    waiting = session.scalar(
        text("""
            SELECT count(*) FROM procrastinate_jobs
            WHERE task_name = ANY(:names) AND status IN ('todo', 'doing')
        """),
        {"names": [ISSUE, RENDER]},
    )
    return bool(waiting)
