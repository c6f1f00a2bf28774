"""Composition of the questions' edges."""

from flask import Flask


def register(app: Flask) -> None:
    """Questions come in through the widget; nothing of their own to install yet."""
