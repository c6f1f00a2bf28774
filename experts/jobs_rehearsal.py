"""Plays a rehearsal in the background: one read, two runs, progress stored as it goes, stopped when cancelled."""

from uuid import UUID

import structlog

from experts import policy as policies
from experts import rehearsals
from experts.rehearsal_facts import read_past
from experts.rehearsal_result import summary
from experts.rehearsal_run import Run
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.web import Platform

log = structlog.get_logger()
NOTED = 50
"""Progress is stored so many times."""


class _Cancelled(Exception):
    """Somebody stopped the rehearsal."""


class _Progress:
    """Counts questions and tells the database of them now and then."""

    def __init__(self, database: Database, rehearsal_id: UUID, total: int) -> None:
        self._database, self._id, self._every = database, rehearsal_id, max(1, total // NOTED)
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        if self._done % self._every:
            return
        with self._database.unit_of_work() as session:
            if not rehearsals.note(session, self._id, done=self._done):
                raise _Cancelled


def rehearse(parts: Platform, *, rehearsal_id: str) -> None:
    """The job."""
    play(parts.database, UUID(rehearsal_id))


def play(database: Database, key: UUID) -> None:
    """Play the rehearsal under both policies and keep what came of it."""
    with database.unit_of_work() as session:
        found = rehearsals.start(session, key)
        if found is None:
            return
        brand = session.get_one(Brand, found.brand_id)
        past = read_past(session, brand, since=found.since, until=found.until)
        ways = {"before": policies.stored(found.present), "after": policies.stored(found.settings)}
    progress = _Progress(database, key, 2 * len(past.questions))
    try:
        result = {name: summary(past, Run(past, way, progress).go()) for name, way in ways.items()}
    except _Cancelled:
        return
    except Exception as error:
        log.exception("rehearsal_failed", rehearsal=str(key))
        with database.unit_of_work() as session:
            rehearsals.fail(session, key, because=type(error).__name__, now=utcnow())
        return
    with database.unit_of_work() as session:
        rehearsals.finish(session, key, result, now=utcnow())
