"""Composition of this domain's edges."""

from functools import partial

from flask import Flask

from marketplace.core.jobs import Task
from marketplace.core.web import Platform
from marketplace.push import devices, gateway_jobs, routes


def register(app: Flask) -> None:
    """Install the doors and the job that calls devices."""
    parts: Platform = app.extensions["comptoir"]
    app.register_blueprint(routes.door)
    app.register_blueprint(routes.word)
    parts.jobs.add(Task(devices.SEND, run=partial(gateway_jobs.send, app), attempts=4), parts)
