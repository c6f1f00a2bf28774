"""The pages of replies and reviews: the expert's own rating, the brand's and the operator's queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.chat.models import Conversation
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.ratings.models import Rating, RatingReply, RatingReview
from marketplace.ratings.rating import rate
from tests.factories.accounts import make_person
from tests.factories.world import make_world
from tests.marketplace.insights.story import browser, served

Enter = Callable[[Person], FlaskClient]


@pytest.fixture
def rating(session: Session, database: Database) -> Rating:
    brand = session.get_one(Brand, make_world(database).brand.id)
    conversation: Conversation = served(session, brand, stars=None, now=utcnow())
    return rate(session, conversation, stars=2, comment="Too short", now=utcnow())


@pytest.fixture
def enter(app: Flask, session: Session) -> Enter:
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda person: browser(app, session, person)


def test_an_expert_replies_and_asks_for_a_second_look(session: Session, rating: Rating, enter: Enter) -> None:
    client = enter(session.get_one(Person, rating.person_id))
    page = f"/expert/reputation/{rating.id}"
    assert "Too short" in client.get(page).text
    assert client.post(f"{page}/reply", data={"text": ""}).status_code == 422
    assert client.post(f"{page}/reply", data={"text": "I should have asked first."}).status_code == 302
    assert client.post(f"{page}/review", data={"words": "Unfair"}).status_code == 422
    assert client.post(f"{page}/review", data={"words": "It was about a late parcel."}).status_code == 302
    assert "silence decides for you" in client.get(page).text
    listed = client.get("/expert/reputation?counts=yes").text
    assert "I should have asked first." in listed
    assert "second look under way" in listed
    assert session.scalars(select(RatingReply.text)).one() == "I should have asked first."
    stranger = enter(session.get_one(Person, rating.person_id))
    other = make_person(session)
    session.commit()
    assert stranger.get(f"/expert/reputation/{other.id}").status_code == 404


def test_a_manager_decides_and_an_operator_reads_it(session: Session, rating: Rating, enter: Enter) -> None:
    expert = enter(session.get_one(Person, rating.person_id))
    expert.post(f"/expert/reputation/{rating.id}/review", data={"words": "It was about a late parcel."})
    review = session.scalars(select(RatingReview)).one()
    owner_id = session.scalars(select(Member.person_id).where(Member.brand_id == rating.brand_id)).one()
    owner = enter(session.get_one(Person, owner_id))
    assert "Too short" in owner.get("/brand/reviews").text
    page = f"/brand/reviews/{review.id}"
    assert owner.post(page, data={"outcome": "set_aside", "reason": ""}).status_code == 422
    assert owner.post(page, data={"outcome": "set_aside", "reason": "Rated for a parcel."}).status_code == 302
    operator = enter(make_person(session, is_operator=True))
    assert "Rated for a parcel." in operator.get(f"/operator/reviews/{review.id}").text
    assert "rating set aside" in operator.get("/operator/reviews?show=ended").text
    assert "set aside" in expert.get("/expert/reputation?counts=no").text
    rival = enter(make_person(session))
    assert rival.get(page).status_code in {302, 403, 404}
