"""Composition of the demonstration."""

from flask import Flask

from payouts.demo.cli import demo


def register(app: Flask) -> None:
    """Install the commands."""
    app.cli.add_command(demo)
