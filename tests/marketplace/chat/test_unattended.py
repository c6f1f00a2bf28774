"""A shopper without an answer for a day gets another expert; after three days the conversation ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat import transfers
from marketplace.chat.access import live_segment
from marketplace.chat.models import Conversation
from marketplace.chat.states import CloseReason, ConversationState
from marketplace.chat.unattended import AFTER, GIVEN_UP_AFTER, hand_on, unattended
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk

DAY = AFTER + timedelta(minutes=1)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=2)


def test_colleagues_are_asked_after_a_day_and_take_over(session: Session, world: World) -> None:
    conversation, _shopper, first = talk(session, world)
    now = utcnow()
    assert unattended(session, now=now) == []
    assert unattended(session, now=now + DAY) == [conversation.id]
    assert hand_on(session, conversation.id, now=now + DAY)
    assert not hand_on(session, conversation.id, now=now + DAY)  # one transfer at a time
    transfer = transfers.open_transfer(session, conversation.id)
    assert transfer is not None
    second = next(person for person, _token in world.experts if person != first.person_id)
    assert transfer.asked == [second]
    transfers.accept(session, Actor(person_id=second, is_expert=True), transfer.id, now=now + DAY)
    assert live_segment(session, conversation.id).person_id == second  # type: ignore[union-attr]


def test_who_was_answered_waits_for_nobody(session: Session, world: World) -> None:
    conversation, _shopper, expert = talk(session, world)
    say(session, expert, conversation.id, "It fits true to size.")
    session.expire_all()
    assert unattended(session, now=utcnow() + DAY) == []
    assert not hand_on(session, conversation.id, now=utcnow() + DAY)


def test_nothing_waits_forever(session: Session, world: World) -> None:
    conversation, _shopper, _expert = talk(session, world)
    assert hand_on(session, conversation.id, now=utcnow() + GIVEN_UP_AFTER + timedelta(minutes=1))
    ended = session.scalars(select(Conversation).where(Conversation.id == conversation.id)).one()
    assert (ended.state, ended.close_reason) == (ConversationState.CLOSED, CloseReason.SILENT)
