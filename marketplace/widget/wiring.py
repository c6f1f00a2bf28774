"""Composition of the shopper's door."""

from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l

from marketplace.core.web import NavItem, Platform
from marketplace.widget import block_routes, brand_routes
from marketplace.widget.jobs import TASKS
from marketplace.widget.loader import LoaderScript
from marketplace.widget.reviewing import count_waiting
from marketplace.widget.routes import public, rest
from marketplace.widget.socket import shopper_door
from marketplace.widget.verbs import ShopperVerbs


def register(app: Flask) -> None:
    """The script, the panel, `/shopper` and the REST twin."""
    parts: Platform = app.extensions["comptoir"]
    shoppers = ShopperVerbs(parts)
    app.extensions["shopper_verbs"] = shoppers
    app.extensions["loader_script"] = LoaderScript(Path(app.root_path) / "static" / "dist")
    parts.realtime.add(shopper_door(shoppers, app.extensions["conversation_verbs"]))
    app.register_blueprint(public)
    app.register_blueprint(rest)
    app.register_blueprint(brand_routes.door)
    app.register_blueprint(block_routes.door)
    parts.nav += [
        NavItem("brand", _l("Widget"), "brand_widget.index", "message-circle", order=73, group=_l("Set-up")),
        NavItem("brand", _l("Blocked shoppers"), "brand_blocks.index", "ban", order=44, group=_l("Community"),
                badge=count_waiting),
    ]  # fmt: skip
    for task in TASKS:
        parts.jobs.add(task, parts)
