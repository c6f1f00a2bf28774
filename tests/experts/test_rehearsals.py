"""Rehearsals from the editor to the adopted version: a small real past, the job, the pages."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import rehearsals, routing
from experts.errors import PolicyUnchanged, RehearsalRuns, TooLittleHistory
from experts.models_routing import Rehearsal
from experts.policy import DEFAULT, parse
from experts.states import RehearsalState
from marketplace.accounts import signins
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.states import ForbiddenMove
from tests.factories.accounts import make_person
from tests.factories.world import World, make_world
from tests.marketplace.insights.story import asked, taken
from tests.support import JobRunner

CHANGED = parse({"first_hedge": 5, "holdout_share": 0})


@pytest.fixture
def world(database: Database, session: Session) -> World:
    """Twenty-four questions, the first three answered, the others waiting with nobody free."""
    world = make_world(database, experts=3, capacity=1)
    brand, now = session.get_one(Brand, world.brand.id), utcnow()
    for number in range(24):
        question = asked(session, brand, now=now - timedelta(seconds=24 - number))
        if number < 3:
            taken(session, question, now=now)
    session.commit()
    return world


def begin(session: Session, world: World, *, days: int = 7) -> Rehearsal:
    brand = session.get_one(Brand, world.brand.id)
    later = utcnow() + timedelta(seconds=1)
    made = rehearsals.begin(session, brand, CHANGED, days=days, by=None, now=later)
    session.commit()
    return made


@pytest.fixture
def manager(app: Flask, database: Database, world: World) -> Iterator[FlaskClient]:
    with database.unit_of_work() as session:
        person = make_person(session)
        session.add(
            Member(brand_id=world.brand.id, person_id=person.id, role=Role.MANAGER, created_at=utcnow())
        )  # fmt: skip
        session.flush()
        sign_in = signins.start(session, person, device="test", now=utcnow())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = str(sign_in.id), True
    app.config["WTF_CSRF_ENABLED"] = False
    yield client
    app.config["WTF_CSRF_ENABLED"] = True


def test_a_rehearsal_is_played_in_the_background_and_its_policy_adopted(
    session: Session, world: World, jobs: JobRunner, manager: FlaskClient
) -> None:
    made = begin(session, world)
    address = f"/brand/routing/rehearsals/{made.id}"
    assert "every 1s" in manager.get(address).text
    jobs.run(rehearsals.PLAY)
    session.refresh(made)
    assert (made.state, made.done) == (RehearsalState.DONE, made.total)
    before, after = made.result["before"], made.result["after"]
    assert before["questions"] == after["questions"] == 24
    assert before["answered"] >= 3
    page = manager.get(address).text
    assert "24 questions would have been answered within a minute." in page
    assert "every 1s" not in page
    assert "Second person after" in page
    assert "24 questions" in manager.get("/brand/routing/rehearsals").text
    assert manager.post(f"{address}/adopt").status_code == 302
    session.expire_all()
    session.info.pop("routing", None)
    assert routing.current(session, world.brand.id).policy == CHANGED
    assert "in use since version 1" in manager.get(address).text
    assert manager.post(f"{address}/cancel").status_code == 409


def test_a_rehearsal_that_is_stopped_tells_nothing(session: Session, world: World, jobs: JobRunner) -> None:
    made = begin(session, world)
    rehearsals.cancel(made, now=utcnow())
    session.commit()
    jobs.run(rehearsals.PLAY)
    session.refresh(made)
    assert (made.state, made.result) == (RehearsalState.CANCELLED, {})
    with pytest.raises(ForbiddenMove):
        rehearsals.cancel(made, now=utcnow())


def test_what_cannot_be_rehearsed_is_refused(session: Session, world: World, database: Database) -> None:
    brand, now = session.get_one(Brand, world.brand.id), utcnow()
    with pytest.raises(PolicyUnchanged):
        rehearsals.begin(session, brand, DEFAULT, days=7, by=None, now=now)
    with pytest.raises(TooLittleHistory) as refusal:
        rehearsals.begin(session, brand, CHANGED, days=7, by=None, now=now - timedelta(days=30))
    assert refusal.value.values == {"days": 7, "found": 0, "least": rehearsals.LEAST_QUESTIONS}
    begin(session, world)
    with pytest.raises(RehearsalRuns):
        rehearsals.begin(session, brand, CHANGED, days=7, by=None, now=now)


def test_progress_goes_on_only_while_it_runs(session: Session, world: World) -> None:
    made = begin(session, world)
    assert not rehearsals.note(session, made.id, done=3)
    assert rehearsals.start(session, made.id) is not None
    assert rehearsals.note(session, made.id, done=3)
    assert made.done == 3
    rehearsals.fail(session, made.id, because="ValueError", now=utcnow())
    assert rehearsals.start(session, made.id) is None
    assert session.scalars(select(Rehearsal.failed_because).where(Rehearsal.id == made.id)).one() == "ValueError"
    assert rehearsals.start(session, UUID(int=0)) is None
