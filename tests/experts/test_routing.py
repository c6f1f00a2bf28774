"""Versions of a routing policy, and what the present one does to questions that come."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import admission, offers, routing
from experts.errors import PolicyUnchanged
from experts.models import Decision
from experts.policy import DEFAULT, parse
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import NotFound
from marketplace.questions.models import Question, QuestionMove, Visitor
from marketplace.questions.states import QuestionState
from marketplace.widget import threads
from marketplace.widget.availability import availability
from tests.factories.experts import set_policy
from tests.factories.world import World, make_world
from tests.marketplace.insights.story import asked


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=2, capacity=1)


@pytest.fixture
def brand(session: Session, world: World) -> Brand:
    return session.get_one(Brand, world.brand.id)


def shut(session: Session, brand: Brand, **more: Any) -> None:
    """Closed for yesterday, today and tomorrow."""
    today = utcnow().date()
    days = [(today + timedelta(days=offset)).isoformat() for offset in (-1, 0, 1)]
    set_policy(session, brand, exceptions=[[day, None, None] for day in days], **more)


def test_versions_are_numbered_and_the_latest_is_the_present_one(session: Session, brand: Brand) -> None:
    assert routing.current(session, brand.id).policy == DEFAULT
    set_policy(session, brand, idle=0.5)
    set_policy(session, brand, idle=0.7)
    present = routing.current(session, brand.id)
    assert (present.number, present.policy.weights.idle) == (2, 0.7)
    told = routing.history(session, brand.id)
    assert [(each.version.number, list(each.changes)) for each in told] == [
        (2, [("idle", 0.5, 0.7)]), (1, [("idle", 0.3, 0.5)])
    ]  # fmt: skip
    assert routing.history(session, brand.id, limit=1)[0].changes == [("idle", 0.5, 0.7)]


def test_an_earlier_version_is_used_again_as_a_new_one(session: Session, brand: Brand) -> None:
    set_policy(session, brand, idle=0.5)
    set_policy(session, brand, idle=0.7)
    assert routing.use_again(session, brand, 1, by=None, reason="calmer", now=utcnow()) == 3
    assert routing.current(session, brand.id).policy.weights.idle == 0.5
    assert routing.use_again(session, brand, 0, by=None, reason="", now=utcnow()) == 4
    assert routing.current(session, brand.id).policy == DEFAULT
    with pytest.raises(NotFound):
        routing.use_again(session, brand, 9, by=None, reason="", now=utcnow())


def test_a_version_that_changes_nothing_is_refused(session: Session, brand: Brand) -> None:
    with pytest.raises(PolicyUnchanged):
        routing.adopt(session, brand, parse({}), by=None, reason="", now=utcnow())


def test_each_decision_keeps_the_version_and_its_weights(session: Session, brand: Brand) -> None:
    version = set_policy(session, brand, idle=0.5, holdout_share=0.0, offer_seconds=20)
    question = asked(session, brand, now=utcnow())
    decision = session.scalars(select(Decision).where(Decision.question_id == question.id)).one()
    assert decision.policy_id == version.id
    assert decision.weights["idle"] == 0.5
    offer = offers.open_offers(session, question.id)[0]
    assert (offer.expires_at - offer.made_at).total_seconds() == 20


def test_outside_the_hours_a_question_is_kept_for_later_with_the_brands_words(
    emitted: list[tuple[str, str, dict[str, object], str]], session: Session, brand: Brand
) -> None:
    shut(session, brand, notice_en="We are back on Monday.")
    question = asked(session, brand, now=utcnow())
    assert question.later_since is not None
    assert question.answer_by is not None
    assert question.answer_by > utcnow() + timedelta(hours=24)
    for hook in session.info["after_commit"]:
        hook()
    told = [(each.get("reason"), each.get("notice")) for _name, _room, each, event in emitted if event == "question"]
    assert ("closed", "We are back on Monday.") in told
    visitor = session.get_one(Visitor, question.visitor_id)
    again = threads.thread(session, visitor, question, None, now=utcnow())  # the page was loaded again
    assert (again["reason"], again["notice"]) == ("closed", "We are back on Monday.")
    assert availability(session, brand, now=utcnow()).state == "later"


def test_outside_the_hours_a_question_ends_with_the_help_page_where_the_brand_wants_it(
    session: Session, brand: Brand
) -> None:
    shut(session, brand, when_closed="help")
    question = asked(session, brand, now=utcnow())
    assert question.state is QuestionState.EXPIRED
    reasons = session.scalars(select(QuestionMove.reason).where(QuestionMove.question_id == question.id))
    assert admission.CLOSED in set(reasons)
    assert availability(session, brand, now=utcnow()).state == "closed"


def test_a_question_beyond_the_longest_queue_is_kept_for_later(session: Session, brand: Brand) -> None:
    set_policy(session, brand, most_waiting=1)
    questions = [asked(session, brand, now=utcnow()) for _ in range(4)]
    assert [one.later_since is not None for one in questions] == [False, False, False, True]
    assert questions[2].state is QuestionState.WAITING
    assert questions[3].triage["turned"] == admission.FULL


def test_beyond_the_queue_the_help_page_is_told_where_the_brand_wants_it(session: Session, brand: Brand) -> None:
    set_policy(session, brand, most_waiting=0, when_full="help")
    questions: list[Question] = [asked(session, brand, now=utcnow()) for _ in range(3)]
    assert [one.state for one in questions][-1] is QuestionState.EXPIRED
