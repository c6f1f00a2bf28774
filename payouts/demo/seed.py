"""`flask demo seed`: the whole demonstration, deterministic by its seed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.clock import ids_from
from marketplace.core.db import Database
from payouts.demo import snapshots
from payouts.demo.history import History
from payouts.demo.past import Keys, Past
from payouts.demo.world import FOUNDED_DAYS_AGO, build_world

QUESTIONS, FEW_QUESTIONS = 380, 40
SEED = 2026


def is_empty(database: Database) -> bool:
    """Whether there is no brand yet."""
    with database.unit_of_work() as session:
        return _first_brand(session) is None


def seed(app: Flask, *, number: int, questions: int, now: datetime, progress: Callable[[str], None]) -> None:
    """Build the world and tell its past. The same `number` and `now` give the same story."""
    keys = Keys(number, now - timedelta(days=FOUNDED_DAYS_AGO))
    past = Past(app, keys)
    try:
        with ids_from(keys):
            with past.database.unit_of_work() as session:
                world = build_world(session, past.settings, past.storage, now=now)
                past.settle(session, now=now)
            _analyse(past)
            progress(f"{len(world.shops)} brands, {len(world.members)} experts")
            History(past, world, seed=number, now=now).tell(questions=questions, progress=progress)
            with past.database.unit_of_work() as session:
                snapshots.show(session, past.storage, seed=number)
                snapshots.block_somebody(session, world.shops[0].demo.slug, now=now)
            _analyse(past)
    finally:
        past.close()


def _analyse(past: Past) -> None:
    """Let the planner know what was just written; autovacuum would come a minute too late."""
    with past.database.unit_of_work() as session:
        session.execute(text("ANALYZE"))


def _first_brand(session: Session) -> UUID | None:
    return session.scalar(select(Brand.id).limit(1))
