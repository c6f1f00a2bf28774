"""Transfers: the first to accept takes over, capacity holds, the shopper is told, pay goes by segments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts.models import Expert
from experts.offers import AtCapacity
from marketplace.chat import colleagues, conversations, notes, transfers
from marketplace.chat.access import live_segment
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.models_desk import Transfer
from marketplace.chat.states import AuthorKind, CloseReason, EventKind, TransferState, TransferTarget
from marketplace.chat.transfers import NobodyFree, TransferGone, TransferOpen
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.web import Platform
from payouts.models import Earning
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk
from tests.support import JobRunner


def propose(
    session: Session, conversation: Conversation, *, target: TransferTarget = TransferTarget.GROUP,
    person_id: UUID | None = None, comment: str = "She hesitates between two sizes",
) -> Transfer:  # fmt: skip
    segment = live_segment(session, conversation.id)
    assert segment is not None
    people = colleagues.chosen(
        session, conversation, target=target, person_id=person_id, category_id=None, but=segment.person_id
    )
    return transfers.ask(
        session, conversation, by_id=segment.person_id, target=target, people=people, comment=comment, now=utcnow()
    )


def expert(person_id: UUID) -> Actor:
    return Actor(person_id=person_id, is_expert=True)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=3, capacity=1)


def test_who_accepts_first_serves_and_the_shopper_reads_who_it_is(session: Session, world: World) -> None:
    conversation, shopper, first = talk(session, world)
    made = propose(session, conversation)
    assert first.person_id not in made.asked
    assert len(made.asked) == 2
    one, other = made.asked
    transfers.accept(session, expert(one), made.id, now=utcnow())
    with pytest.raises(TransferGone):
        transfers.accept(session, expert(other), made.id, now=utcnow())
    assert transfers.accept(session, expert(one), made.id, now=utcnow()).id == conversation.id
    event = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == EventKind.TRANSFERRED)).one()
    assert event.person_id == one
    assert event.data["introduction"]["name"]
    assert "two sizes" not in str(event.data)
    say(session, expert(one), conversation.id, "Hello, I go on from here")
    say(session, shopper, conversation.id, "Good")
    with pytest.raises(Forbidden):
        say(session, first, conversation.id, "still me")
    segments = session.scalars(select(Segment).order_by(Segment.first_seq)).all()
    assert [segment.first_seq for segment in segments] == [1, event.seq]


def test_the_comment_is_a_note_for_the_successor(session: Session, world: World) -> None:
    conversation, _shopper, _first = talk(session, world)
    made = propose(session, conversation)
    transfers.accept(session, expert(made.asked[0]), made.id, now=utcnow())
    found = notes.notes_of(session, conversation, reader=made.accepted_by)
    assert [(note["kind"], note["text"]) for note in found] == [("transfer", "She hesitates between two sizes")]


def test_places_move_with_the_conversation(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    made = propose(session, conversation)
    transfers.accept(session, expert(made.asked[0]), made.id, now=utcnow())
    session.expire_all()
    assert session.get_one(Expert, first.person_id).live == 0
    assert session.get_one(Expert, made.accepted_by).live == 1


def test_who_is_full_cannot_take_over(session: Session, world: World) -> None:
    first, _, _ = talk(session, world)
    made = propose(session, first)
    second, _, other = talk(session, world)
    with pytest.raises(AtCapacity):
        transfers.accept(session, other, made.id, now=utcnow())
    assert live_segment(session, second.id) is not None


def test_only_one_transfer_is_open_and_nobody_else_sees_it(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    made = propose(session, conversation)
    with pytest.raises(TransferOpen):
        propose(session, conversation)
    for stranger in (first, expert(new_id()), Actor(visitor_id=conversation.visitor_id)):
        with pytest.raises(NotFound):
            transfers.accept(session, stranger, made.id, now=utcnow())


def test_when_everybody_passes_it_stays_where_it_was(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    made = propose(session, conversation)
    for person_id in list(made.asked):
        transfers.decline(session, expert(person_id), made.id, now=utcnow())
    segment = live_segment(session, conversation.id)
    assert made.state is TransferState.DECLINED
    assert segment is not None
    assert segment.person_id == first.person_id


def test_the_deadline_brings_it_back(session: Session, world: World, jobs: JobRunner) -> None:
    conversation, _shopper, _first = talk(session, world)
    made = propose(session, conversation)
    assert "chat.transfer_due" in [name for _id, name, _arguments in jobs.waiting()]
    assert not transfers.lapse(session, made.id, now=utcnow())
    assert transfers.lapse(session, made.id, now=made.expires_at + timedelta(seconds=1))
    assert made.state is TransferState.LAPSED
    with pytest.raises(TransferGone):
        transfers.accept(session, expert(made.asked[0]), made.id, now=utcnow())


def test_a_closed_conversation_needs_nobody_else(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    made = propose(session, conversation)
    conversations.close(
        session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.EXPERT, person_id=first.person_id, topic=None,
        now=utcnow(),
    )  # fmt: skip
    assert made.state is TransferState.WITHDRAWN


def test_the_brands_agents_take_over_without_pay(session: Session, world: World) -> None:
    conversation, shopper, first = talk(session, world)
    say(session, first, conversation.id, "I ask the shop")
    say(session, shopper, conversation.id, "Thanks")
    made = propose(session, conversation, target=TransferTarget.AGENTS)
    agent = Actor(person_id=made.asked[0], brands={world.brand.id: "owner"})
    transfers.accept(session, agent, made.id, now=utcnow())
    say(session, agent, conversation.id, "It is in stock")
    say(session, shopper, conversation.id, "Perfect")
    session.refresh(conversation)
    conversations.close(
        session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.AGENT, person_id=agent.person_id, topic=None,
        now=utcnow(),
    )  # fmt: skip
    earned = session.scalars(select(Earning.person_id).where(Earning.conversation_id == conversation.id)).all()
    assert earned == [first.person_id]


def test_a_colleague_who_is_not_free_is_not_asked(session: Session, world: World) -> None:
    conversation, _shopper, _first = talk(session, world)
    with pytest.raises(NobodyFree):
        propose(session, conversation, target=TransferTarget.EXPERT, person_id=new_id())


def test_capacity_holds_when_all_accept_at_once(make_database: Callable[[], str], shared_app: Flask) -> None:
    """Each of four experts serves one; all propose theirs to the two who are free, who accept all of them at once."""
    parts: Platform = shared_app.extensions["comptoir"]
    database = Database(make_database(), pool=12, info=parts.database.info)
    world = make_world(database, experts=5, capacity=1)
    asked: list[tuple[UUID, UUID]] = []
    with database.unit_of_work() as session:
        for _ in range(3):
            talk(session, world)
        for conversation in session.scalars(select(Conversation)):
            made = propose(session, conversation)
            asked += [(person_id, made.id) for person_id in made.asked]
    outcomes: list[str] = []

    def take(person_id: UUID, transfer_id: UUID) -> None:
        try:
            database.run(lambda s: transfers.accept(s, expert(person_id), transfer_id, now=utcnow()).id)
            outcomes.append("taken")
        except (AtCapacity, TransferGone):
            outcomes.append("refused")

    threads = [threading.Thread(target=take, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.unit_of_work() as session:
        live = select(Segment.person_id, func.count().label("n")).where(Segment.closed_at.is_(None))
        served = {row.person_id: row.n for row in session.execute(live.group_by(Segment.person_id))}
        kept = dict(session.execute(select(Expert.person_id, Expert.live).where(Expert.live > 0)).tuples().all())
    assert (len(asked), len(outcomes), outcomes.count("taken")) == (6, 6, 2)
    assert served == kept
    assert set(served.values()) == {1}
    database.engine.dispose()
