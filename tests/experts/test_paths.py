"""The path of a question tells everything that happened, in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import offers
from experts.explaining import explain
from experts.models import Decision, Offer
from experts.paths import follow
from marketplace.accounts.actors import actor_of
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.experts import set_policy
from tests.factories.world import make_world
from tests.marketplace.insights.story import asked, served


@pytest.fixture
def brand(session: Session, database: Database) -> Brand:
    found = session.get_one(Brand, make_world(database, experts=4, capacity=2).brand.id)
    set_policy(session, found, holdout_share=0.0)  # nothing by lot
    return found


def test_the_path_holds_every_step_from_the_question_to_the_pay(session: Session, brand: Brand) -> None:
    conversation = served(session, brand, stars=4, now=utcnow())
    question = asked(session, brand, now=utcnow())
    path = follow(session, session.get_one(type(question), conversation.question_id), locale="en")
    kinds = [moment.kind for moment in path.moments]
    assert kinds[0] == "asked"
    assert kinds[-1] == "rated"
    for step in ("triage", "made", "match", "first_reply", "answer"):
        assert step in kinds
    assert [moment.at for moment in path.moments] == sorted(moment.at for moment in path.moments)
    assert len(path.choices) == 1
    first = path.choices[0].candidates[0]
    assert (first.rank, first.share) == (1, 1.0)
    assert first.offer is not None
    assert first.offer.delay == 5.0
    assert [(each.gross.minor, each.net.minor) for each in path.earned] == [(400, 320)]
    assert path.rating is not None
    assert path.rating.stars == 4


def test_parts_of_the_score_are_put_back_into_what_they_were_measured_from(session: Session, brand: Brand) -> None:
    question = asked(session, brand, now=utcnow())
    decision = session.scalars(select(Decision).where(Decision.question_id == question.id)).one()
    row = {**decision.candidates[0], "speed": 0.6065, "idle": 0.6321}
    decision.rule, decision.candidates = "score", [row]
    considered = follow(session, question, locale="en").choices[0].candidates[0]
    assert considered.delay == pytest.approx(decision.weights["speed_scale"] / 2, rel=0.01)
    assert considered.idle == pytest.approx(decision.weights["idle_scale"], rel=0.01)


def test_who_declined_and_who_could_not_be_asked_are_named(session: Session, brand: Brand) -> None:
    now = utcnow()
    question = asked(session, brand, now=now)
    offer = session.scalars(select(Offer).where(Offer.question_id == question.id)).one()
    person = session.get_one(Person, offer.person_id)
    offers.decline(session, actor_of(session, person), offer.id, reason="busy", now=now + timedelta(seconds=7))
    decision = session.scalars(select(Decision).where(Decision.question_id == question.id)).first()
    assert decision is not None
    decision.candidates = decision.candidates[:1]
    explain(session, decision.id)
    path = follow(session, question, locale="en")
    assert sum(each.count for each in path.choices[0].excluded) == 3
    assert all(each.names for each in path.choices[0].excluded)
    declined = [moment for moment in path.moments if moment.kind == "declined"]
    assert [(one.who, one.reason) for one in declined] == [(person.name, "busy")]


def test_weights_that_a_brand_moved_are_shown_as_changed(session: Session, brand: Brand) -> None:
    set_policy(session, brand, idle=0.5)
    question = asked(session, brand, now=utcnow())
    choice = follow(session, question, locale="en").choices[0]
    assert choice.changed == {"holdout_share": 0.0, "idle": 0.5}
