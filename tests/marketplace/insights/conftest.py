"""A small market and the people who look at it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.core.db import Database
from tests.factories.experts import set_policy
from tests.factories.world import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    """Five experts who are free, and a funded brand."""
    return make_world(database, experts=5, capacity=3)


@pytest.fixture
def brand(session: Session, world: World) -> Brand:
    found = session.get_one(Brand, world.brand.id)
    set_policy(session, found, holdout_share=0.0)  # nothing by lot
    return found


@pytest.fixture
def owner(session: Session, brand: Brand) -> Person:
    key = session.scalars(select(Member.person_id).where(Member.brand_id == brand.id)).one()
    return session.get_one(Person, key)
