"""Snoozed conversations come back in time, or as soon as the shopper writes; they keep their place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.models import Expert
from marketplace.chat import snoozing
from marketplace.chat.models import ConversationEvent
from marketplace.chat.states import ConversationState, EventKind
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def test_it_comes_back_when_the_time_has_come(session: Session, world: World) -> None:
    conversation, _shopper, expert = talk(session, world)
    now, assigned = utcnow(), expert.person_id
    assert assigned is not None
    until = now + timedelta(hours=3)
    snoozing.snooze(session, conversation, until=until, by_id=assigned, now=now)
    assert conversation.state is ConversationState.SNOOZED
    assert not snoozing.wake_due(session, conversation.id, now=now + timedelta(hours=1))
    assert snoozing.wake_due(session, conversation.id, now=until)
    kinds = session.scalars(select(ConversationEvent.kind).order_by(ConversationEvent.seq)).all()
    assert kinds[-2:] == [EventKind.SNOOZED, EventKind.WOKEN]
    assert not snoozing.wake_due(session, conversation.id, now=until)


def test_the_shopper_brings_it_back_early(session: Session, world: World) -> None:
    conversation, shopper, expert = talk(session, world)
    now, assigned = utcnow(), expert.person_id
    assert assigned is not None
    snoozing.snooze(session, conversation, until=now + timedelta(hours=3), by_id=assigned, now=now)
    session.flush()
    say(session, shopper, conversation.id, "I am back already")
    session.refresh(conversation)
    assert (conversation.state, conversation.snoozed_until) == (ConversationState.OPEN, None)
    assert not snoozing.wake_due(session, conversation.id, now=now + timedelta(hours=4))


def test_it_keeps_its_place_among_those_served_at_once(session: Session, world: World) -> None:
    conversation, _shopper, expert = talk(session, world)
    now, assigned = utcnow(), expert.person_id
    assert assigned is not None
    snoozing.snooze(session, conversation, until=now + timedelta(hours=3), by_id=assigned, now=now)
    session.flush()
    assert session.get_one(Expert, assigned, populate_existing=True).live == 1


@pytest.mark.parametrize("wait", [timedelta(seconds=-1), timedelta(seconds=5), timedelta(days=15)])
def test_only_a_time_within_two_weeks_is_taken(session: Session, world: World, wait: timedelta) -> None:
    conversation, _shopper, expert = talk(session, world)
    assert expert.person_id is not None
    with pytest.raises(Invalid):
        snoozing.snooze(session, conversation, until=utcnow() + wait, by_id=expert.person_id, now=utcnow())
