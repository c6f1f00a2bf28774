"""Composition of the questions' edges: commands, and the jobs that build the brands' models."""

from uuid import UUID

from flask import Flask
from flask_babel import lazy_gettext

from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from marketplace.questions import cli, language, training
from marketplace.questions.model_cache import CategoryModels
from marketplace.questions.routes import door

NIGHTLY = "17 2 * * *"


def register(app: Flask) -> None:
    """Install the models' memory, their jobs and `flask triage`."""
    parts: Platform = app.extensions["comptoir"]
    models = CategoryModels()
    parts.database.info["category_models"] = models
    app.cli.add_command(cli.triage_group)
    app.register_blueprint(door)
    parts.nav.append(
        NavItem("brand", lazy_gettext("Understanding"), "brand_triage.index", "graduation-cap", order=71,
                group=lazy_gettext("Set-up"))
    )  # fmt: skip

    def rebuild(brand_id: str) -> None:
        brand = UUID(brand_id)
        for lang in language.LANGUAGES:
            with parts.database.unit_of_work() as session:
                material = training.gather(session, brand, lang)
            built = training.build(material)
            if built is not None:
                with parts.database.unit_of_work() as session:
                    training.store(session, brand, built, now=utcnow())
        models.forget(brand)

    def rebuild_stale(timestamp: int) -> None:  # noqa: ARG001 - periodic jobs are told the time
        with parts.database.unit_of_work() as session:
            training.request_stale(session)

    parts.jobs.add(Task(training.REBUILD, run=rebuild, attempts=3))
    parts.jobs.add(Task(training.REBUILD_STALE, run=rebuild_stale, cron=NIGHTLY))
