"""Candidates: found by index, held while they are offered."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts.candidates import free_experts, hold, reach
from experts.models import PoolRow
from experts.offers import open_offers, withdraw
from experts.states import OfferState
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


def test_silence_on_the_last_offer_says_that_somebody_may_be_away_and_an_answer_that_he_is_not(
    session: Session, database: Database
) -> None:
    world = make_world(database, experts=1)
    person, now = world.experts[0][0], utcnow()
    offer = open_offers(session, put(session, world, now=now - timedelta(seconds=30)).id)[0]
    session.execute(text("UPDATE online_span SET started_at = :at"), {"at": now - timedelta(hours=1)})
    question = put(session, world, now=now)

    def chance() -> float:
        return next(
            each.facts.away
            for each in free_experts(session, question, categories=reach(session, question), live=True, now=now)
            if each.person_id == person
        )

    withdraw(session, [offer], why="taken", now=now)
    assert chance() > 0.5
    offer.state = OfferState.DECLINED
    session.flush()
    assert chance() == 0.0
    offer.state, offer.answered_at = OfferState.LAPSED, now - timedelta(minutes=5)
    session.execute(text("UPDATE online_span SET started_at = :at"), {"at": now})
    assert chance() == 0.0
