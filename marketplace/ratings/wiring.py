"""Composition of the ratings' edges."""

from flask import Flask
from flask_babel import lazy_gettext

from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from marketplace.ratings import queries, review_routes, reviews
from marketplace.ratings.routes import door

DECIDE_DUE = "ratings.decide_due"


def register(app: Flask) -> None:
    """Rating from the private page, reviews, and the job that decides what nobody decided in time."""
    parts: Platform = app.extensions["comptoir"]
    for each in (door, review_routes.brand, review_routes.operator):
        app.register_blueprint(each)
    parts.jobs.add(Task(DECIDE_DUE, run=decide_due, cron="23 * * * *"), parts)
    label = lazy_gettext("Ratings to review")
    parts.nav += [
        NavItem("brand", label, "brand_reviews.index", "star", order=36, group=lazy_gettext("Community"),
                badge=lambda session, actor: queries.count_open(session, list(actor.brands)[:1])),
        NavItem("operator", label, "operator_reviews.index", "star", order=24, group=lazy_gettext("Marketplace"),
                badge=lambda session, _actor: queries.count_open(session, None)),
    ]  # fmt: skip


def decide_due(parts: Platform, timestamp: int) -> None:  # noqa: ARG001 - periodic jobs are told the time
    """Decide the reviews whose deadline has passed."""
    with parts.database.unit_of_work() as session:
        reviews.decide_due(session, now=utcnow())
