"""Messages: numbered without gaps, stored once, refused to strangers, whatever happens at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from experts import offers
from marketplace.chat import conversations, messages
from marketplace.chat.limits import Buckets, Repeated, Repeats
from marketplace.chat.messages import Content, ConversationEnded
from marketplace.chat.models import Conversation, ConversationEvent
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Forbidden, Invalid, NotFound, TooMany
from marketplace.core.web import Platform
from marketplace.questions.conduct import CoolDown
from marketplace.questions.models import Visitor
from tests.experts.test_dispatch import made, put
from tests.factories.world import World, make_world


def talk(session: Session, world: World) -> tuple[Conversation, Actor, Actor]:
    """A conversation that just began: (it, the shopper, the expert)."""
    question = put(session, world)
    offer = made(session, question)[0]
    expert = Actor(person_id=offer.person_id, is_expert=True)
    conversation = offers.accept(session, expert, offer.id, now=utcnow())
    return conversation, Actor(visitor_id=conversation.visitor_id), expert


def say(session: Session, actor: Actor, conversation_id: UUID, text: str, client_id: UUID | None = None) -> int:
    content = Content(text)
    name = client_id or new_id()
    return messages.post(
        session, actor, conversation_id=conversation_id, client_id=name, content=content, now=utcnow()
    ).seq


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def test_numbers_have_no_gaps(session: Session, world: World) -> None:
    conversation, shopper, expert = talk(session, world)
    seqs = [say(session, who, conversation.id, "x") for who in (expert, shopper, expert, expert)]
    assert seqs == [3, 4, 5, 6]


def test_the_same_name_again_gives_the_same_number(session: Session, world: World) -> None:
    conversation, shopper, _expert = talk(session, world)
    name = new_id()
    assert say(session, shopper, conversation.id, "x", name) == say(session, shopper, conversation.id, "x", name) == 3


def test_only_the_two_of_the_conversation_write_in_it(session: Session, world: World) -> None:
    conversation, _shopper, _expert = talk(session, world)
    for stranger in (Actor(visitor_id=uuid4()), Actor(person_id=uuid4(), is_expert=True)):
        with pytest.raises(NotFound):
            say(session, stranger, conversation.id, "x")
    with pytest.raises(Forbidden):
        say(session, Actor(person_id=uuid4(), brands={world.brand.id: "owner"}), conversation.id, "x")


def test_nothing_is_added_to_a_closed_conversation(session: Session, world: World) -> None:
    conversation, shopper, expert = talk(session, world)
    session.refresh(conversation)
    conversations.close(
        session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.EXPERT, person_id=expert.person_id,
        topic="size", now=utcnow(),
    )  # fmt: skip
    with pytest.raises(ConversationEnded):
        say(session, shopper, conversation.id, "one more thing")


def test_a_reply_of_the_shopper_counts_only_after_an_answer(session: Session, world: World) -> None:
    conversation, shopper, expert = talk(session, world)
    say(session, shopper, conversation.id, "hello?")
    say(session, expert, conversation.id, "yes")
    say(session, shopper, conversation.id, "thank you")
    session.refresh(conversation)
    assert (conversation.shopper_replies, conversation.shopper_messages, conversation.server_messages) == (1, 3, 1)
    assert conversation.state is ConversationState.OPEN


def test_an_empty_message_is_refused(session: Session, world: World) -> None:
    conversation, shopper, _expert = talk(session, world)
    with pytest.raises(Invalid):
        say(session, shopper, conversation.id, "")


def test_eight_threads_leave_no_gap_and_no_double(make_database: Callable[[], str], shared_app: Flask) -> None:
    """Both sides write at once, and every message is sent twice."""
    parts: Platform = shared_app.extensions["comptoir"]
    database = Database(make_database(), pool=12, info=parts.database.info)
    world = make_world(database)
    with database.unit_of_work() as session:
        conversation, shopper, expert = talk(session, world)
        conversation_id = conversation.id
    names = [new_id() for _ in range(80)]

    def write(part: int) -> None:
        who = shopper if part % 2 else expert
        for name in names[part // 2 * 20 : part // 2 * 20 + 20]:
            for _ in range(2):
                try:
                    database.run(lambda s, n=name: say(s, who, conversation_id, f"{n}", n))  # type: ignore[misc]
                except IntegrityError:
                    database.run(lambda s, n=name: say(s, who, conversation_id, f"{n}", n))  # type: ignore[misc]

    threads = [threading.Thread(target=write, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.unit_of_work() as session:
        rows = session.execute(
            select(ConversationEvent.seq, ConversationEvent.client_id)
            .where(ConversationEvent.conversation_id == conversation_id)
            .order_by(ConversationEvent.seq)
        ).all()
    assert [row.seq for row in rows] == list(range(1, 83))
    assert {row.client_id for row in rows[2:]} == set(names)
    database.engine.dispose()


def test_a_writer_over_the_limit_is_told_how_long_to_wait() -> None:
    buckets, writer = Buckets(per_minute=60, burst=3), uuid4()
    for _ in range(3):
        buckets.take(writer, at=0.0)
    with pytest.raises(TooMany) as refused:
        buckets.take(writer, at=0.0)
    assert refused.value.retry_after == 1.0
    buckets.take(writer, at=1.0)


def test_the_same_words_again_and_again_are_refused_but_not_a_resend() -> None:
    repeats, writer = Repeats(), uuid4()
    names = [new_id() for _ in range(3)]
    for name in (*names[:2], names[0], names[1]):
        repeats.check(writer, "Hello?", name, at=0.0)
    with pytest.raises(Repeated):
        repeats.check(writer, " hello? ", names[2], at=1.0)
    repeats.check(writer, "Something else", new_id(), at=1.0)
    repeats.check(uuid4(), "Hello?", new_id(), at=1.0)
    repeats.check(writer, "Hello?", new_id(), at=62.0)


def test_who_pauses_after_an_insult_writes_nothing(session: Session, world: World) -> None:
    conversation, shopper, expert = talk(session, world)
    session.get_one(Visitor, conversation.visitor_id).quiet_until = utcnow() + timedelta(minutes=2)
    session.flush()
    with pytest.raises(CoolDown):
        say(session, shopper, conversation.id, "Sorry")
    assert say(session, expert, conversation.id, "Let us start again.") == 3
