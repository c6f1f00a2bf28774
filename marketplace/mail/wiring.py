"""Composition of this domain's edges."""

from functools import partial
from uuid import UUID

from flask import Flask
from flask_babel import lazy_gettext as _l

from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from marketplace.mail import operator_routes, outbox, queries, transport
from marketplace.mail.rendering import render


def register(app: Flask) -> None:
    """Install the domain's doors, jobs and commands."""
    parts: Platform = app.extensions["comptoir"]

    def deliver(mail_id: str, attempt: int = 1) -> None:
        with parts.database.unit_of_work() as session:
            outbox.deliver(
                session, UUID(mail_id), attempt=attempt, render=partial(render, app),
                send=partial(transport.send, parts.settings), now=utcnow(),
            )  # fmt: skip

    parts.jobs.add(Task(outbox.DELIVER, run=deliver))
    app.register_blueprint(operator_routes.door)
    parts.nav.append(
        NavItem(
            "operator",
            _l("Mail"),
            "operator_mail.index",
            "mail",
            order=80,
            group=_l("Machine room"),
            badge=lambda session, _actor: queries.count_failed(session),
        )
    )
