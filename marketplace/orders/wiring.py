"""Composition of this domain's edges."""

from flask import Flask

from marketplace.orders.routes import api, tag


def register(app: Flask) -> None:
    """The tag's door and the server's."""
    app.register_blueprint(tag)
    app.register_blueprint(api)
