"""Pages of figures, conversations, paths and jobs open for the right people and add up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.world import World, make_world
from tests.marketplace.insights.story import asked, browser, served
from tests.support import JobRunner


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=3, capacity=3)


def brand_of(session: Session, world: World) -> Brand:
    return session.get_one(Brand, world.brand.id)


def owner_of(session: Session, brand: Brand) -> Person:
    key = session.scalars(select(Member.person_id).where(Member.brand_id == brand.id)).one()
    return session.get_one(Person, key)


def test_every_page_opens_in_both_languages(app: Flask, session: Session, world: World, jobs: JobRunner) -> None:
    now = utcnow() - timedelta(minutes=30)
    brand = brand_of(session, world)
    conversation = served(session, brand, now=now)
    helped = asked(session, brand, text="Where is my parcel? My order has not arrived yet.", now=now)
    session.commit()
    jobs.run("matching.explain")
    owner = browser(app, session, owner_of(session, brand))
    operator = browser(app, session, make_person(session, is_operator=True))
    expert = browser(app, session, session.get_one(Person, _server(session, world)))
    question_id = conversation.question_id
    for client, addresses in (
        (owner, ("/brand/figures", "/brand/figures?days=7", "/brand/conversations", "/brand/conversations?q=socks",
                 f"/brand/conversations/{conversation.id}", f"/brand/questions/{question_id}",
                 "/brand/conversations/export.csv", f"/brand/questions/{helped.id}")),
        (operator, ("/operator/questions", f"/operator/questions/{question_id}", f"/operator/questions/{helped.id}",
                    f"/operator/conversations/{conversation.id}", "/operator/jobs", "/operator/jobs?status=failed",
                    "/operator/health", "/operator/questions?overdue=1")),
        (expert, ("/expert/conversations", f"/expert/conversations/{conversation.id}")),
    ):  # fmt: skip
        for locale in ("en", "fr"):
            client.set_cookie("locale", locale)
            for address in addresses:
                answer = client.get(address)
                assert answer.status_code == 200, (address, answer.status_code)


def _server(session: Session, world: World) -> object:
    from marketplace.chat.models import Segment

    return session.scalars(select(Segment.person_id)).one()
