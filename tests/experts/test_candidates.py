"""Candidates: found by index, held while they are offered."""

from collections.abc import Callable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts.candidates import free_experts, hold, reach
from experts.models import PoolRow
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions.models import Question
from tests.experts.test_dispatch import put
from tests.factories.world import make_world


def test_an_expert_of_many_categories_is_one_candidate(session: Session, database: Database) -> None:
    world = make_world(database, experts=3)
    question = put(session, world)
    wanted = [*reach(session, question)] * 2
    assert len(free_experts(session, question, categories=wanted, live=False, now=utcnow())) == 2


def test_only_so_many_candidates_are_read_and_the_best_first(session: Session, database: Database) -> None:
    world = make_world(database, experts=4, free=True)
    question = put(session, world)
    best = session.scalars(
        select(PoolRow.base).where(PoolRow.language == "en").order_by(PoolRow.base.desc()).limit(1)
    ).one()
    session.execute(
        text("UPDATE expert_pool SET base = :base WHERE person_id = :person"),
        {"base": best + 1, "person": world.experts[3][0]},
    )
    session.execute(text("DELETE FROM offer"))
    found = free_experts(session, question, categories=reach(session, question), live=True, now=utcnow(), most=1)
    assert [each.person_id for each in found] == [world.experts[3][0]]


def test_who_left_the_pool_meanwhile_or_is_held_by_another_decision_is_passed_over(
    make_database: Callable[[], str], app: object
) -> None:
    database = Database(make_database(), info=app.extensions["comptoir"].database.info)  # type: ignore[attr-defined]
    world = make_world(database, experts=2)
    with database.unit_of_work() as first:
        question = put(first, world)
    with database.unit_of_work() as one, database.unit_of_work() as other:
        asked = one.get_one(Question, question.id)
        found = free_experts(one, asked, categories=reach(one, asked), live=True, now=utcnow())[0]
        assert hold(one, found, language="en")
        assert not hold(other, found, language="en")
    with database.unit_of_work() as one:
        one.execute(text("DELETE FROM expert_pool WHERE person_id = :id"), {"id": found.person_id})
        assert not hold(one, found, language="en")
    database.engine.dispose()
