"""Composition of the insights' edges."""

from datetime import datetime

from flask import Flask
from flask_babel import lazy_gettext

from marketplace.core.web import NavItem, Platform
from marketplace.insights import attention, brand_routes, operator_routes, words
from marketplace.insights.health import door as health

DOORS = (
    health, brand_routes.figures_door, brand_routes.door, operator_routes.conversations, operator_routes.jobs,
    operator_routes.health,
)  # fmt: skip


def register(app: Flask) -> None:
    """Install the pages of figures, conversations, jobs and health, and how states are called."""
    parts: Platform = app.extensions["comptoir"]
    for door in DOORS:
        app.register_blueprint(door)
    app.jinja_env.globals["words"] = words
    app.jinja_env.filters["moment"] = datetime.fromisoformat
    room = lazy_gettext("Machine room")
    parts.nav += [
        NavItem("brand", lazy_gettext("Conversations"), "brand_conversations.index", "messages-square",
                order=10),
        NavItem("brand", lazy_gettext("Figures"), "brand_figures.index", "chart-column", order=12),
        NavItem("operator", lazy_gettext("Jobs"), "operator_jobs.index", "list-checks", order=82, group=room,
                badge=lambda session, _actor: attention.failed_jobs(session)),
        NavItem("operator", lazy_gettext("Health"), "operator_health.health_page", "activity", order=84, group=room),
    ]  # fmt: skip
