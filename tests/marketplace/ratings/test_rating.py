"""Ratings: each click saved, one per person's part, not counted where the expert had no share in it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat import conversations
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Conflict, Invalid
from marketplace.ratings.models import Rating
from marketplace.ratings.rating import rate
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def ended(session: Session, world: World, reason: CloseReason = CloseReason.SOLVED) -> Conversation:
    conversation, _shopper, expert = talk(session, world)
    say(session, expert, conversation.id, "It fits true to size.")
    session.refresh(conversation)
    conversations.close(
        session, conversation, reason=reason, by=AuthorKind.EXPERT, person_id=expert.person_id, topic=None,
        now=utcnow(),
    )  # fmt: skip
    return conversation


def test_later_clicks_change_the_same_rating(session: Session, world: World) -> None:
    conversation = ended(session, world)
    rate(session, conversation, stars=3, now=utcnow())
    rate(session, conversation, stars=5, solved=True, comment=" Very kind ", now=utcnow())
    rating = session.scalars(select(Rating)).one()
    assert (rating.stars, rating.solved, rating.comment, rating.counts) == (5, True, "Very kind", True)


@pytest.mark.parametrize("reason", [CloseReason.MISROUTED, CloseReason.ABUSIVE, CloseReason.SPAM, CloseReason.FORCED])
def test_a_conversation_that_says_nothing_of_the_expert_does_not_count(
    session: Session, world: World, reason: CloseReason
) -> None:
    rating = rate(session, ended(session, world, reason), stars=1, now=utcnow())
    assert not rating.counts
    assert rating.ignored_because == reason.value


def test_an_open_conversation_cannot_be_rated(session: Session, world: World) -> None:
    conversation, _shopper, _expert = talk(session, world)
    with pytest.raises(Conflict):
        rate(session, conversation, stars=5, now=utcnow())


@pytest.mark.parametrize(("stars", "nps"), [(0, None), (6, None), (5, 11), (5, -1)])
def test_figures_outside_the_scale_are_refused(session: Session, world: World, stars: int, nps: int | None) -> None:
    with pytest.raises(Invalid):
        rate(session, ended(session, world), stars=stars, nps=nps, now=utcnow())
    assert session.scalar(select(func.count()).select_from(Rating)) == 0
