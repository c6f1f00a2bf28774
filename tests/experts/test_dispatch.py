"""Dispatch: declined and lapsed offers cascade, nobody is asked twice, a question is never forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts import availability, dispatch, offers
from experts.models import Decision, Expert, Offer
from experts.offers import AtCapacity, OfferGone
from experts.states import OfferState
from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation, Segment
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.web import Platform
from marketplace.questions import visitors
from marketplace.questions.asking import ask, leave_email
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from marketplace.questions.triage import Page
from marketplace.widget.availability import availability as availability_of
from payouts import wallet
from tests.factories.experts import make_free
from tests.factories.world import World, make_world


def put(session: Session, world: World, *, now: datetime | None = None, text: str = "Does it run large?") -> Question:
    """A shopper's question about the world's product."""
    now = now or utcnow()
    brand = session.get_one(Brand, world.brand.id)
    visitor, _token = visitors.new_visitor(session, brand, locale="en", now=now)
    page = Page(url="https://shop.example/p/ridge-3", lang="en")
    return ask(session, brand=brand, visitor=visitor, client_id=new_id(), text=text, page=page, locale="en", now=now)


def made(session: Session, question: Question) -> list[Offer]:
    """The offers that wait for an answer."""
    return offers.open_offers(session, question.id)


def actor(person_id: UUID) -> Actor:
    return Actor(person_id=person_id, is_expert=True)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=3, capacity=1)


def test_a_question_is_offered_in_the_transaction_that_asks_it(session: Session, world: World) -> None:
    question = put(session, world)
    assert question.state is QuestionState.OFFERED
    assert question.due_at is not None
    assert len(made(session, question)) == 1


def test_a_declined_question_goes_to_the_next_and_never_back(session: Session, world: World) -> None:
    question = put(session, world)
    asked = set()
    for _ in range(3):
        offer = made(session, question)[0]
        asked.add(offer.person_id)
        offers.decline(session, actor(offer.person_id), offer.id, reason="not my field", now=utcnow())
        dispatch.advance(session, question, now=utcnow())
    assert asked == {person_id for person_id, _ in world.experts}
    assert made(session, question) == []
    assert question.state is QuestionState.WAITING


def test_silence_brings_a_second_and_a_third_expert_before_the_first_offer_ends(session: Session, world: World) -> None:
    question = put(session, world)
    for expected in (2, 3):
        dispatch.advance(session, question, now=question.asked_at + timedelta(seconds=20 * (expected - 1)))
        assert len(made(session, question)) == expected


def test_an_offer_lapses_at_its_deadline_and_the_question_waits_for_others(
    session: Session, database: Database
) -> None:
    world = make_world(database, experts=1)
    question = put(session, world)
    offer = made(session, question)[0]
    dispatch.advance(session, question, now=offer.expires_at + timedelta(seconds=1))
    session.refresh(offer)
    assert offer.state is OfferState.LAPSED
    assert question.state is QuestionState.WAITING
    assert question.due_at is not None


def test_with_nobody_at_work_the_question_is_for_later_at_once(session: Session, database: Database) -> None:
    world = make_world(database, experts=1, free=False)
    question = put(session, world)
    assert question.state is QuestionState.WAITING
    assert question.later_since is not None
    assert question.answer_by is not None


def test_a_question_for_later_is_offered_when_somebody_comes_online(session: Session, database: Database) -> None:
    world = make_world(database, experts=1, free=False)
    question = put(session, world)
    leave_email(session, question, email="camille@shopper.example", now=utcnow())
    session.commit()
    with database.unit_of_work() as other:
        expert = other.get_one(Expert, world.experts[0][0])
        make_free(other, expert, now=utcnow())
    session.expire_all()
    assert len(made(session, question)) == 1
    assert question.state is QuestionState.OFFERED


def test_a_question_that_nobody_takes_expires_in_the_end(session: Session, database: Database) -> None:
    world = make_world(database, experts=1, free=False)
    question = put(session, world)
    for days in range(1, 5):
        dispatch.advance(session, question, now=question.asked_at + timedelta(days=days))
    assert question.state is QuestionState.EXPIRED
    assert question.due_at is None


def test_accepting_opens_the_conversation_and_frees_the_colleagues(session: Session, world: World) -> None:
    question = put(session, world)
    dispatch.advance(session, question, now=question.asked_at + timedelta(seconds=20))
    first, second = made(session, question)
    conversation = offers.accept(session, actor(second.person_id), second.id, now=utcnow())
    session.refresh(first)
    assert first.state is OfferState.WITHDRAWN
    assert first.reason == "taken"
    assert question.state is QuestionState.MATCHED
    assert offers.accept(session, actor(second.person_id), second.id, now=utcnow()).id == conversation.id
    with pytest.raises(OfferGone, match="A colleague took"):
        offers.accept(session, actor(first.person_id), first.id, now=utcnow())


def test_a_full_expert_cannot_accept(session: Session, world: World) -> None:
    question = put(session, world)
    offer = made(session, question)[0]
    session.get_one(Expert, offer.person_id).live = 1
    session.flush()
    with pytest.raises(AtCapacity):
        offers.accept(session, actor(offer.person_id), offer.id, now=utcnow())


def test_a_newcomer_holds_as_many_conversations_as_he_chose(session: Session, database: Database) -> None:
    world = make_world(database, experts=1, capacity=2)
    for _ in range(2):
        offer = made(session, put(session, world))[0]
        offers.accept(session, actor(offer.person_id), offer.id, now=utcnow())
    assert made(session, put(session, world)) == []
    assert session.get_one(Expert, world.experts[0][0]).live == 2


def test_an_empty_wallet_stops_offers(session: Session, database: Database) -> None:
    world = make_world(database, money=0)
    question = put(session, world)
    assert made(session, question) == []
    assert session.scalars(select(Decision)).first().excluded.keys() == {"budget"}  # type: ignore[union-attr]


def test_a_decision_keeps_the_candidates_and_the_parts_of_their_scores(session: Session, world: World) -> None:
    put(session, world)
    decision = session.scalars(select(Decision)).one()
    assert decision.chosen_id == UUID(decision.candidates[0]["person_id"])
    if decision.rule == "score":
        assert {"total", "acceptance", "speed", "quality", "fairness", "idle"} <= decision.candidates[0].keys()
    assert len(decision.candidates) == 3


def test_many_threads_one_winner_and_nobody_over_capacity(make_database: Callable[[], str], shared_app: Flask) -> None:
    """Forty questions, six experts with two places each, twelve threads that accept until all are full."""
    parts: Platform = shared_app.extensions["comptoir"]
    database = Database(make_database(), pool=16, info=parts.database.info)
    world = make_world(database, experts=6, capacity=2)
    for _ in range(40):
        with database.unit_of_work() as session:
            put(session, world)
    errors: list[Exception] = []
    patience = time.monotonic() + 60

    def grab(person_id: UUID) -> None:
        while time.monotonic() < patience:
            with database.unit_of_work() as session:
                if session.scalar(select(func.count()).select_from(Conversation)) == 12:
                    return
                mine = select(Offer.id).where(Offer.person_id == person_id, Offer.state == OfferState.MADE)
                seen = list(session.scalars(mine))
            for offer_id in seen:
                try:
                    database.run(lambda s, o=offer_id: offers.accept(s, actor(person_id), o, now=utcnow()))  # type: ignore[misc]
                except (OfferGone, AtCapacity):
                    pass
                except Exception as error:
                    errors.append(error)
            dispatch.sweep(database)

    threads = [threading.Thread(target=grab, args=(person_id,)) for person_id, _ in world.experts for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.unit_of_work() as session:
        doubled = (
            select(Segment.conversation_id).where(Segment.closed_at.is_(None)).group_by(Segment.conversation_id)
            .having(func.count() > 1)
        )  # fmt: skip
        assert session.scalars(doubled).all() == []
        for expert in session.scalars(select(Expert)):
            live = session.scalar(
                select(func.count()).where(Segment.person_id == expert.person_id, Segment.closed_at.is_(None))
            )
            assert expert.live == live == 2
        assert session.scalar(select(func.count()).select_from(Conversation)) == 12
    database.engine.dispose()


def test_who_became_full_gives_back_what_he_can_no_longer_take(session: Session, database: Database) -> None:
    world = make_world(database, experts=2, capacity=1)
    question = put(session, world)
    offer = made(session, question)[0]
    session.get_one(Expert, offer.person_id).live = 1
    session.commit()
    dispatch.release(database, offer.person_id)
    session.expire_all()
    assert session.get_one(Offer, offer.id).state is OfferState.WITHDRAWN
    assert [o.person_id for o in made(session, question)] == [p for p, _ in world.experts if p != offer.person_id]


def test_who_comes_free_is_offered_what_waits_not_what_others_are_asked(session: Session, database: Database) -> None:
    """Twelve older questions are offered to colleagues; the thirteenth waits and goes to the next free expert."""
    world = make_world(database, experts=13, capacity=1)
    last, _token = world.experts[-1]
    with database.unit_of_work() as other:
        availability.switch(other, other.get_one(Expert, last), on=False, now=utcnow())
    questions = [put(session, world) for _ in range(13)]
    assert [len(made(session, question)) for question in questions] == [1] * 12 + [0]
    session.commit()
    with database.unit_of_work() as other:
        make_free(other, other.get_one(Expert, last), now=utcnow())
    session.expire_all()
    assert [offer.person_id for offer in made(session, questions[-1])] == [last]


def test_while_the_brand_cannot_pay_the_shopper_is_told_that_the_answer_comes_later(
    session: Session, world: World, app: Flask
) -> None:
    brand = session.get_one(Brand, world.brand.id)
    assert availability_of(session, brand, now=utcnow()).state == "live"
    wallet.set_limits(session, brand.id, month_cap_minor=1, warn_below_minor=0)
    assert availability_of(session, brand, now=utcnow()).state == "later"
    question = put(session, world)
    assert question.later_since is not None
    assert question.triage["turned"] == "budget"
    assert made(session, question) == []
