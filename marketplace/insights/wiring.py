"""Composition of the insights' edges."""

from flask import Flask

from marketplace.insights.health import door as health


def register(app: Flask) -> None:
    """Install health and readiness."""
    app.register_blueprint(health)
