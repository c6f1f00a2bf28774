"""Composition of the ratings' edges."""

from flask import Flask

from marketplace.ratings.routes import door


def register(app: Flask) -> None:
    """Rating from the private page."""
    app.register_blueprint(door)
