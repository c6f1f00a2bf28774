"""The desk's events: notes and drafts stay behind the counter, ready replies are filled in, blocks hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import consulting
from marketplace.accounts import tokens
from marketplace.chat import canned, drafts, notes, transfers
from marketplace.chat.models import Conversation
from marketplace.chat.states import NoteKind
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Conflict, Invalid, NotFound
from marketplace.questions import blocks
from marketplace.questions.blocks import Blocked
from marketplace.questions.models import Visitor
from marketplace.questions.states import BlockAction
from tests.experts.test_dispatch import put
from tests.factories.brands import make_category
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk
from tests.marketplace.chat.test_transfers import expert, propose
from tests.support import Sockets

Heard = list[tuple[str, str, dict[str, Any], str]]


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=2, capacity=2)


def test_notes_are_never_on_the_shoppers_wire(emitted: Heard, session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    assert first.person_id is not None
    notes.add(session, conversation, person_id=first.person_id, text="She seems in a hurry", now=utcnow())
    session.commit()
    for hook in session.info["after_commit"]:
        hook()
    reached = {namespace for namespace, _room, payload, _event in emitted if "hurry" in str(payload)}
    assert reached == {"/expert", "/brand"}


def test_who_left_reads_no_later_notes_and_successors_read_all(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    assert first.person_id is not None
    notes.add(session, conversation, person_id=first.person_id, text="before", now=utcnow())
    made = propose(session, conversation, comment="")
    transfers.accept(session, expert(made.asked[0]), made.id, now=utcnow())
    later = utcnow() + timedelta(minutes=1)
    notes.add(session, conversation, person_id=made.asked[0], text="after", now=later)
    assert [n["text"] for n in notes.notes_of(session, conversation, reader=first.person_id)] == ["before"]
    assert [n["text"] for n in notes.notes_of(session, conversation, reader=made.asked[0])] == ["before", "after"]
    assert [n["text"] for n in notes.notes_of(session, conversation, reader=None)] == ["before", "after"]


def test_the_brands_note_beside_a_conversation_is_a_whisper(
    session: Session, world: World, sockets: Sockets, database: Database
) -> None:
    conversation, _shopper, _first = talk(session, world)
    owner = transfers.agents_of(session, world.brand.id)[0]
    token = tokens.issue(session, person_id=owner, label="test", now=utcnow())
    session.commit()
    client = sockets.connect("/brand", {"token": token})
    about = {"conversation_id": str(conversation.id), "text": "Say that it is in stock"}
    assert client.emit("note", about, namespace="/brand", callback=True)["ok"] is True
    found = client.emit("notes", about, namespace="/brand", callback=True)["notes"]
    assert [(note["kind"], note["text"]) for note in found] == [("whisper", "Say that it is in stock")]


def test_a_draft_follows_its_writer_and_goes_with_the_conversation(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    person_id = first.person_id
    assert person_id is not None
    for text in ("It runs", "It runs large"):
        drafts.keep(session, person_id=person_id, conversation_id=conversation.id, text=text, now=utcnow())
    assert drafts.drafts_of(session, person_id, [conversation.id]) == {conversation.id: "It runs large"}
    assert drafts.drafts_of(session, new_id(), [conversation.id]) == {}
    drafts.keep(session, person_id=person_id, conversation_id=conversation.id, text=" ", now=utcnow())
    assert drafts.drafts_of(session, person_id, [conversation.id]) == {}


def test_ready_replies_are_filled_in_own_ones_first(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    session.get_one(Visitor, conversation.visitor_id).name = "Léa Martin"
    given: dict[str, Any] = {"language": "en", "now": utcnow()}
    canned.save(session, brand_id=world.brand.id, shortcut="bye", text="{brand} thanks you {name}", **given)
    canned.save(session, person_id=first.person_id, shortcut="/Hello", text="Hello {name}, the {product}?", **given)
    assert first.person_id is not None
    found = canned.ready_for(session, conversation, person_id=first.person_id)
    assert [(each["shortcut"], each["text"]) for each in found] == [
        ("hello", "Hello Léa, the Ridge 3 trail shoe?"), ("bye", f"{world.brand.name} thanks you Léa"),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        canned.save(session, person_id=first.person_id, shortcut="hello", text="again", **given)
    with pytest.raises(Invalid):
        canned.save(session, person_id=first.person_id, shortcut="mail", text="{email}", **given)


def test_a_variable_without_a_value_leaves_no_hole() -> None:
    assert canned.fill("Hello {name}, welcome", {"name": ""}) == "Hello, welcome"


def test_colleagues_read_the_question_alone_and_their_answers_are_notes(session: Session, world: World) -> None:
    conversation, shopper, first = talk(session, world)
    say(session, shopper, conversation.id, "a secret")
    assert first.person_id is not None
    asked = consulting.ask(session, conversation, by_id=first.person_id, text="Does it fit wide feet?", now=utcnow())
    other = next(person_id for person_id, _ in world.experts if person_id != first.person_id)
    seen = consulting.open_for(session, other, now=utcnow())
    assert [each["text"] for each in seen] == ["Does it fit wide feet?"]
    assert "secret" not in str(seen)
    consulting.answer(session, expert(other), asked.id, text="Yes, half a size up", now=utcnow())
    assert consulting.open_for(session, other, now=utcnow()) == []
    answers = [n for n in notes.notes_of(session, conversation, reader=first.person_id) if n["kind"] == NoteKind.ANSWER]
    assert [(note["text"], note.get("about")) for note in answers] == [("Yes, half a size up", str(asked.id))]
    with pytest.raises(NotFound):
        consulting.answer(session, expert(new_id()), asked.id, text="me too", now=utcnow())


def test_a_blocked_shopper_asks_again_once_the_brand_has_lifted_it(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    visitor = session.get_one(Visitor, conversation.visitor_id)
    assert first.person_id is not None
    made = blocks.block(
        session, visitor, by_id=first.person_id, reason="Insults", conversation_id=conversation.id, now=utcnow()
    )
    with pytest.raises(Blocked):
        blocks.refuse_blocked(session, visitor)
    blocks.decide(session, made, BlockAction.LIFT, by_id=first.person_id, now=utcnow())
    blocks.refuse_blocked(session, visitor)


def test_an_expert_acts_over_the_socket(session: Session, world: World, sockets: Sockets, database: Database) -> None:
    conversation, _shopper, first = talk(session, world)
    session.commit()
    client = sockets.connect("/expert", {"token": dict(world.experts)[_id(first)]})

    def call(verb: str, **more: Any) -> dict[str, Any]:
        about = {"conversation_id": str(conversation.id), **more}
        answer: dict[str, Any] = client.emit(verb, about, namespace="/expert", callback=True)
        return answer

    until = (utcnow() + timedelta(hours=3)).isoformat()
    assert call("snooze", until=until)["ok"] is True
    assert call("sync", after=0)["state"] == "snoozed"
    assert call("snooze", until=None)["ok"] is True
    assert call("draft", text="To be continued")["ok"] is True
    state = client.emit("state", {}, namespace="/expert", callback=True)
    assert state["conversations"][0]["draft"] == "To be continued"
    colleagues = call("colleagues")
    assert [each["free"] for each in colleagues["experts"]] == [True]
    assert call("transfer", target="group", comment="Over to you")["transfer"]["state"] == "asked"
    assert call("transfer_withdraw")["ok"] is True
    shoes = make_category(session, world.brand, "Shoes", "Trail shoes")
    session.commit()
    assert call("recategorise", category_id=str(shoes.id))["category"] == "Trail shoes"
    assert call("close", survey={"page": "no", "next": "buys"})["ok"] is True
    kept = session.scalars(select(Conversation).execution_options(populate_existing=True)).one()
    assert (kept.survey, kept.category_id) == ({"page": "no", "next": "buys"}, shoes.id)


def test_a_blocked_shopper_cannot_ask(session: Session, world: World) -> None:
    question = put(session, world)
    visitor = session.get_one(Visitor, question.visitor_id)
    blocks.block(session, visitor, by_id=world.experts[0][0], reason="Spam", conversation_id=None, now=utcnow())
    with pytest.raises(Invalid):
        blocks.block(session, visitor, by_id=world.experts[0][0], reason=" ", conversation_id=None, now=utcnow())
    with pytest.raises(Blocked):
        blocks.refuse_blocked(session, visitor)


def _id(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id
