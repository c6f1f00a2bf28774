"""Composition of the demonstration."""

from pathlib import Path

from flask import Flask

from marketplace.core.schema import ROOT
from marketplace.core.web import Platform
from marketplace.demo.shop import create_shop
from payouts.demo.announcement import announce
from payouts.demo.cli import demo


def register(app: Flask) -> None:
    """Install the commands and, in development, the demonstration shop and what is printed at the start."""
    parts: Platform = app.extensions["comptoir"]
    app.cli.add_command(demo)
    if parts.settings.environment == "production":
        return
    app.extensions["demo_shop"] = create_shop(parts.settings, parts.database_now, root=Path(ROOT))
    app.extensions["announce"] = announce
