"""Composition of this domain's edges."""

from flask import Flask


def register(app: Flask) -> None:
    """Install the domain's doors, jobs and commands."""
