"""A copy of the conversation by mail; its erasure takes words away and leaves numbers."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.models import Attachment, Conversation, ConversationEvent
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.mail.models import Mail
from marketplace.questions.models import Question, Visitor
from marketplace.widget.own_data import CopiedEnough, mail_transcript
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk
from tests.marketplace.chat.test_pictures import Talk, bring, photograph


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def test_a_copy_goes_to_the_address_that_was_left_or_to_another(session: Session, world: World) -> None:
    conversation, _shopper, expert = talk(session, world)
    say(session, expert, conversation.id, "It fits true to size.")
    with pytest.raises(Invalid):
        mail_transcript(session, conversation, email=None, now=utcnow())
    session.get_one(Visitor, conversation.visitor_id).email = "camille@shopper.example"
    assert mail_transcript(session, conversation, email=None, now=utcnow()) == "camille@shopper.example"
    mail_transcript(session, conversation, email="other@shopper.example", now=utcnow())
    mails = session.scalars(select(Mail).where(Mail.template == "transcript").order_by(Mail.created_at)).all()
    assert [mail.recipient for mail in mails] == ["camille@shopper.example", "other@shopper.example"]
    assert mails[0].context["lines"][-1]["text"] == "It fits true to size."


def test_copies_go_to_three_addresses_and_no_other(session: Session, world: World) -> None:
    conversation, _shopper, _expert = talk(session, world)
    for name in ("one", "two", "three", "ONE"):
        mail_transcript(session, conversation, email=f"{name}@shopper.example", now=utcnow())
    with pytest.raises(CopiedEnough):
        mail_transcript(session, conversation, email="four@shopper.example", now=utcnow())
    assert len(conversation.copies) == 4
    assert mail_transcript(session, conversation, email="two@shopper.example", now=utcnow()) == "two@shopper.example"


def test_erasing_takes_words_pictures_and_addresses_and_leaves_numbers(
    client: FlaskClient, database: Database, world: World
) -> None:
    talking = Talk(database, world)
    where = f"/w/v1/conversations/{talking.id}"
    picture = bring(client, talking, photograph(), headers=talking.shopper).json["picture"]
    said = {"client_id": picture["id"], "attachment_id": picture["id"], "text": "My knee hurts"}
    assert client.post(f"{where}/messages", json=said, headers=talking.shopper).status_code == 201
    assert client.post(f"{where}/erase", headers=talking.shopper).status_code == 200
    with database.unit_of_work() as session:
        conversation = session.get_one(Conversation, talking.id)
        events = session.scalars(select(ConversationEvent).where(ConversationEvent.conversation_id == talking.id)).all()
        assert {event.text for event in events} == {""}
        assert conversation.shopper_messages == 2
        assert session.get_one(Question, conversation.question_id).text == ""
        assert session.query(Attachment).count() == 0
        assert session.get_one(Visitor, conversation.visitor_id).email is None
    seen: Any = client.get(f"{where}/events", headers=talking.shopper).json
    assert all(event["data"]["erased"] for event in seen["events"] if event["kind"] == "message")


def test_nobody_erases_what_is_not_hers(client: FlaskClient, database: Database, world: World) -> None:
    talking = Talk(database, world)
    stranger = {"Authorization": "Bearer ctv_somebody-else"}
    assert client.post(f"/w/v1/conversations/{talking.id}/erase", headers=stranger).status_code == 401
