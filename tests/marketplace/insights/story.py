"""Questions with a past, made by the services, for figures and paths."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import offers
from experts.models import Offer
from marketplace.accounts import signins
from marketplace.accounts.actors import actor_of
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat import conversations, messages
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.questions.asking import ask
from marketplace.questions.models import Question
from marketplace.questions.triage import Page
from marketplace.questions.visitors import new_visitor
from marketplace.ratings.rating import rate

TEXT = "Does this shoe run large for wide feet?"


def asked(session: Session, brand: Brand, *, text: str = TEXT, url: str = "/p/ridge-3", now: datetime) -> Question:
    """A question that went through triage and matching."""
    visitor, _token = new_visitor(session, brand, locale="en", now=now)
    question = ask(
        session, brand=brand, visitor=visitor, client_id=new_id(), text=text, page=Page(url=url), locale="en", now=now
    )
    session.flush()
    return question


def taken(session: Session, question: Question, *, now: datetime) -> Conversation:
    """The open offer of the question accepted by whoever has it."""
    offer = session.scalars(select(Offer).where(Offer.question_id == question.id, Offer.state == "made")).one()
    person = session.get_one(Person, offer.person_id)
    return offers.accept(session, actor_of(session, person), offer.id, now=now)


def said(session: Session, conversation: Conversation, person_id: UUID | None, text: str, *, now: datetime) -> None:
    """A message of the expert, or of the shopper when no person is given."""
    who = (
        Actor(visitor_id=conversation.visitor_id, brand_id=conversation.brand_id)
        if person_id is None
        else actor_of(session, session.get_one(Person, person_id))
    )
    messages.post(
        session, who, conversation_id=conversation.id, client_id=new_id(), content=messages.Content(text), now=now
    )
    session.refresh(conversation)


def served(
    session: Session, brand: Brand, *, text: str = TEXT, stars: int | None = 5,
    reason: CloseReason = CloseReason.SOLVED, now: datetime,
) -> Conversation:  # fmt: skip
    """Asked, taken after 5 s, answered after 20 s, ended after 5 min, perhaps rated."""
    question = asked(session, brand, text=text, now=now)
    conversation = taken(session, question, now=now + timedelta(seconds=5))
    person_id = session.scalars(
        select(Offer.person_id).where(Offer.question_id == question.id, Offer.state == "accepted")
    ).one()
    said(session, conversation, person_id, "It fits true to size.", now=now + timedelta(seconds=20))
    said(session, conversation, None, "Even with thick socks?", now=now + timedelta(seconds=60))
    conversations.close(
        session, conversation, reason=reason, by=AuthorKind.EXPERT, person_id=person_id, topic="size",
        now=now + timedelta(minutes=5),
    )  # fmt: skip
    if stars is not None:
        rate(session, conversation, stars=stars, comment="Thank you", now=now + timedelta(minutes=6))
    session.flush()
    return conversation


def browser(app: Flask, session: Session, person: Person) -> FlaskClient:
    """A browser in which the person is signed in."""
    sign_in = signins.start(session, person, device="test", now=utcnow())
    session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = str(sign_in.id)
        cookie["_fresh"] = True
    return client
