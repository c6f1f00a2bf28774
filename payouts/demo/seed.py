"""`flask demo seed`: the whole demonstration, deterministic by its seed."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.db import Database
from payouts.demo.history import History
from payouts.demo.past import Past
from payouts.demo.world import build_world

QUESTIONS, FEW_QUESTIONS = 520, 40
SEED = 2026


def is_empty(database: Database) -> bool:
    """Whether there is no brand yet."""
    with database.unit_of_work() as session:
        return _first_brand(session) is None


def seed(app: Flask, *, number: int, small: bool, now: datetime, progress: Callable[[str], None]) -> None:
    """Build the world and tell its past. The same `number` and `now` give the same story."""
    past = Past(app)
    try:
        with past.database.unit_of_work() as session:
            world = build_world(session, past.settings, past.storage, now=now)
            past.settle(session, now=now)
        progress(f"{len(world.shops)} brands, {len(world.members)} experts")
        history = History(past, world, seed=number, now=now)
        history.tell(questions=FEW_QUESTIONS if small else QUESTIONS, progress=progress)
    finally:
        past.close()


def _first_brand(session: Session) -> UUID | None:
    return session.scalar(select(Brand.id).limit(1))
