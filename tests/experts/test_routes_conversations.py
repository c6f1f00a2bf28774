"""Past conversations and ready replies on their pages."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.chat.models_desk import CannedReply
from marketplace.core.db import Database
from tests.factories.world import make_world
from tests.marketplace.chat.test_messages import say, talk
from tests.marketplace.conftest import SignIn, sign_in

__all__ = ["sign_in"]


def _open(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def test_an_expert_finds_and_reads_what_was_said(session: Session, database: Database, sign_in: SignIn) -> None:
    world = make_world(database, experts=2)
    conversation, shopper, first = talk(session, world)
    say(session, shopper, conversation.id, "Is it waterproof? lea@mail.example")
    session.commit()
    client = sign_in(session.get_one(Person, first.person_id))
    assert f"/expert/conversations/{conversation.id}" in _open(client, "/expert/conversations?q=waterproof")
    assert "Nothing matches" in _open(client, "/expert/conversations?q=tent")
    page = _open(client, f"/expert/conversations/{conversation.id}")
    assert "waterproof" in page
    assert "lea@" not in page
    other = next(person_id for person_id, _ in world.experts if person_id != first.person_id)
    stranger = sign_in(session.get_one(Person, other))
    assert stranger.get(f"/expert/conversations/{conversation.id}").status_code == 404


def test_replies_are_written_changed_and_removed(session: Session, database: Database, sign_in: SignIn) -> None:
    world = make_world(database, experts=2)
    session.commit()
    client = sign_in(session.get_one(Person, world.experts[0][0]))
    given = {"shortcut": "hello", "language": "en", "text": "Hello {name}"}
    assert client.post("/expert/replies", data=given).status_code == 302
    refused = client.post("/expert/replies", data={**given, "text": "Hello {email}", "shortcut": "mail"})
    assert refused.status_code == 422
    assert "Hello {email}" in refused.text
    reply = session.scalars(select(CannedReply)).one()
    assert client.post(f"/expert/replies/{reply.id}", data={**given, "text": "Hi {name}"}).status_code == 302
    stranger = sign_in(session.get_one(Person, world.experts[1][0]))
    assert stranger.post(f"/expert/replies/{reply.id}/remove").status_code == 404
    assert client.post(f"/expert/replies/{reply.id}/remove").status_code == 302
    assert "No ready reply yet" in _open(client, "/expert/replies")
