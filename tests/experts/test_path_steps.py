"""The path as one line of time, as its brand reads it, and as an expert reads his own part of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import offers
from experts.access import access_considered
from experts.explaining import explain
from experts.models import Decision, Offer
from experts.own_path import own_path
from experts.path_steps import short, steps
from experts.paths import follow
from marketplace.accounts.actors import actor_of
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import NotFound
from marketplace.questions.learning import correct_category
from marketplace.questions.models import Question
from marketplace.ratings.rating import rate
from tests.factories.accounts import make_person
from tests.factories.brands import make_category
from tests.factories.experts import set_policy
from tests.factories.world import make_world
from tests.marketplace.insights.story import asked, browser, served


@pytest.fixture
def brand(session: Session, database: Database) -> Brand:
    found = session.get_one(Brand, make_world(database, experts=4, capacity=2).brand.id)
    set_policy(session, found, holdout_share=0.0)
    return found


def test_steps_are_told_once_and_in_the_order_in_which_they_happened(session: Session, brand: Brand) -> None:
    conversation = served(session, brand, stars=4, now=utcnow())
    path = follow(session, session.get_one(Question, conversation.question_id), locale="en")
    found = steps(session, path, locale="en")
    assert [step.kind for step in found] == [
        "asked", "understood", "decided", "served", "first_reply", "ended", "earned", "rated",
    ]  # fmt: skip
    assert [step.at for step in found] == sorted(step.at for step in found)
    in_short = short(path)
    assert (in_short["offers"], in_short["taken"].delay, in_short["first_reply"]) == (1, 5.0, 20.0)


def test_a_corrected_category_names_who_corrected_it(session: Session, brand: Brand) -> None:
    conversation = served(session, brand, stars=None, now=utcnow())
    question = session.get_one(Question, conversation.question_id)
    category = make_category(session, brand, "Slippers")
    expert = session.scalars(select(Offer.person_id).where(Offer.question_id == question.id)).one()
    correct_category(session, question, category.id, by=expert, now=utcnow() + timedelta(minutes=4))
    corrected = [
        step for step in steps(session, follow(session, question, locale="en"), locale="en") if step.kind == "corrected"
    ]
    assert [step.about for step in corrected] == [
        {"category": "Slippers", "who": session.get_one(Person, expert).name}
    ]  # fmt: skip
    assert rate(session, conversation, stars=4, now=utcnow()).category_id == category.id


def test_an_expert_reads_his_rank_and_the_firsts_parts_without_a_name(session: Session, brand: Brand) -> None:
    now = utcnow()
    question = asked(session, brand, now=now)
    decision = session.scalars(select(Decision).where(Decision.question_id == question.id)).one()
    last = decision.candidates[-1]["person_id"]
    person = session.get_one(Person, last)
    found = own_path(session, access_considered(session, actor_of(session, person), question.id), person.id)
    mine, first = found.decisions[0].mine, found.decisions[0].first
    assert mine is not None
    assert first is not None
    assert (mine.rank, first.rank, first.name, found.text) == (4, 1, "", "")


def test_who_was_excluded_reads_by_which_rule_and_a_stranger_reads_nothing(session: Session, brand: Brand) -> None:
    now = utcnow()
    question = asked(session, brand, now=now)
    decision = session.scalars(select(Decision).where(Decision.question_id == question.id)).one()
    kept_out = session.get_one(Person, decision.candidates[-1]["person_id"])
    decision.candidates = decision.candidates[:-1]
    offer = session.scalars(select(Offer).where(Offer.question_id == question.id)).one()
    offers.withdraw(session, [offer], why="withdrawn", now=now)
    explain(session, decision.id)
    session.flush()
    found = own_path(session, access_considered(session, actor_of(session, kept_out), question.id), kept_out.id)
    assert found.decisions[0].excluded_by is not None
    with pytest.raises(NotFound):
        access_considered(session, actor_of(session, make_person(session)), question.id)


def test_the_page_tells_the_whole_way_in_words(session: Session, brand: Brand, app: Flask) -> None:
    conversation = served(session, brand, stars=4, now=utcnow())
    owner = session.get_one(Person, session.scalars(select(Member.person_id).where(Member.brand_id == brand.id)).one())
    page = browser(app, session, owner).get(f"/brand/questions/{conversation.question_id}").get_data(as_text=True)
    for words in ("In short", "Who is asked", "4 experts could be asked", "First answer after 20 s", "Rated 4 stars"):
        assert words in page
