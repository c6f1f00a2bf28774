"""Composition of the edges of documents: statements, invoices, summaries."""

from functools import partial

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.actors import Actor
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from payouts import (
    document_work,
    routes_brand_documents,
    routes_documents,
    routes_operator_documents,
    routes_reports,
    routes_spending,
    routes_statements,
)
from payouts.models import DocumentContest

DOORS = (routes_documents.door, routes_statements.door, routes_brand_documents.door, routes_operator_documents.door,
    routes_reports.door, routes_spending.door,
)  # fmt: skip


def register(app: Flask) -> None:
    """Install the doors and jobs."""
    parts: Platform = app.extensions["comptoir"]
    for door in DOORS:
        app.register_blueprint(door)
    parts.jobs.add(Task("payouts.documents", run=partial(document_work.issue_closed, parts), cron="0 4 * * *"))
    parts.jobs.add(Task(document_work.ISSUE, run=partial(document_work.issue_on_request, parts)))
    parts.jobs.add(Task(document_work.RENDER, run=partial(document_work.render, app, parts)))
    money = _l("Money")
    parts.nav += [
        NavItem("expert", _l("Documents"), "expert_documents.index", "file-text", order=71, group=money),
        NavItem("brand", _l("Spending"), "brand_spending.index", "chart-column", order=51, group=money),
        NavItem("brand", _l("Invoices"), "brand_documents.index", "receipt", order=52, group=money),
        NavItem("operator", _l("Documents"), "operator_documents.index", "file-text", 53, money, _contested),
    ]


def _contested(session: Session, _actor: Actor) -> int:
    waiting = select(func.count()).select_from(DocumentContest).where(DocumentContest.answered_at.is_(None))
    return session.scalar(waiting) or 0
