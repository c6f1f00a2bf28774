"""Composition of this domain's edges."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from marketplace.accounts import account_routes, cli, operator_routes, routes
from marketplace.accounts.context import init_context
from marketplace.accounts.login import init_login
from marketplace.accounts.throttle import init_throttle
from marketplace.core.web import NavItem, Platform


def register(app: Flask) -> None:
    """Install the domain's doors, jobs and commands."""
    parts: Platform = app.extensions["comptoir"]
    init_login(app)
    init_throttle(app, parts.settings)
    init_context(app)
    for door in (routes.door, account_routes.door, operator_routes.door):
        app.register_blueprint(door)
    for group in (cli.operator_group, cli.expert_group):
        app.cli.add_command(group)
    parts.nav += [
        NavItem("operator", _l("Overview"), "operator.home", "layout-dashboard", order=0),
        NavItem("operator", _l("People"), "operator.people_index", "users", order=10, group=_l("Marketplace")),
    ]
