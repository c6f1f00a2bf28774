"""What the shopper has not read goes by mail, once, with a link of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.later import mail_answer
from marketplace.chat.links import LinkExpired, access_by_link
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.settings import Settings
from marketplace.mail.models import Mail
from marketplace.questions.models import Visitor
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def answers(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.template == "answer").order_by(Mail.created_at)))


def test_an_unread_answer_is_mailed_once(session: Session, world: World, settings: Settings) -> None:
    conversation, _shopper, expert = talk(session, world)
    session.get_one(Visitor, conversation.visitor_id).email = "camille@shopper.example"
    say(session, expert, conversation.id, "It fits true to size.")
    session.expire_all()
    assert mail_answer(session, conversation.id, settings=settings, now=utcnow())
    assert not mail_answer(session, conversation.id, settings=settings, now=utcnow())
    mail = answers(session)[0]
    assert mail.context["answers"] == ["It fits true to size."]


def test_an_answer_that_was_read_is_not_mailed(session: Session, world: World, settings: Settings) -> None:
    conversation, _shopper, expert = talk(session, world)
    session.get_one(Visitor, conversation.visitor_id).email = "camille@shopper.example"
    say(session, expert, conversation.id, "It fits true to size.")
    session.refresh(conversation)
    conversation.shopper_read = conversation.last_seq
    assert not mail_answer(session, conversation.id, settings=settings, now=utcnow())


def test_the_mailed_link_opens_this_conversation_until_it_expires(
    session: Session, world: World, settings: Settings
) -> None:
    conversation, _shopper, expert = talk(session, world)
    session.get_one(Visitor, conversation.visitor_id).email = "camille@shopper.example"
    say(session, expert, conversation.id, "It fits true to size.")
    session.expire_all()
    mail_answer(session, conversation.id, settings=settings, now=utcnow())
    token = answers(session)[0].context["link"].rsplit("/", 1)[1]
    found, actor = access_by_link(session, token, now=utcnow())
    assert (found.id, actor.visitor_id) == (conversation.id, conversation.visitor_id)
    for wrong, at in ((token, utcnow() + timedelta(days=31)), (token + "x", utcnow())):
        with pytest.raises(LinkExpired):
            access_by_link(session, wrong, now=at)
