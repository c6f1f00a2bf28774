"""Agents of a brand in dispatch: offered in their turn, unpaid, never beyond the team, drained when they come free."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import agents, availability, dispatch, offers, presence, queries, reputation
from experts.errors import ProfileIncomplete
from experts.models import Decision, Expert, Offer
from marketplace.accounts.actors import actor_of
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.chat import conversations, messages
from marketplace.chat.models import ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from marketplace.ratings import rating
from tests.factories.accounts import make_person
from tests.factories.experts import set_policy
from tests.factories.world import World, make_world
from tests.marketplace.insights.story import asked


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, experts=1, capacity=1)


@pytest.fixture
def brand(session: Session, world: World) -> Brand:
    return session.get_one(Brand, world.brand.id)


def seated(session: Session, brand: Brand, *, role: Role = Role.AGENT, on: bool = True) -> Person:
    person, now = make_person(session), utcnow()
    session.add(Member(brand_id=brand.id, person_id=person.id, role=role, created_at=now))
    session.flush()
    desk = agents.take_seat(session, brand, person, languages=["en"], capacity=1, now=now)
    if on:
        presence.renew(session, person.id, now=now)
        availability.switch(session, desk, on=True, now=now)
    return person


def offered(session: Session, question: Question) -> list[UUID]:
    return [offer.person_id for offer in offers.open_offers(session, question.id)]


def test_without_agents_in_the_policy_they_are_not_asked(session: Session, brand: Brand, world: World) -> None:
    seated(session, brand)
    assert offered(session, asked(session, brand, now=utcnow())) == [world.experts[0][0]]


def test_before_the_agent_alone_is_asked_then_the_experts(session: Session, brand: Brand, world: World) -> None:
    person = seated(session, brand)
    set_policy(session, brand, agents="before", agents_seconds=30)
    question = asked(session, brand, now=utcnow())
    assert offered(session, question) == [person.id]
    dispatch.advance(session, question, now=question.asked_at + timedelta(seconds=30))
    assert offered(session, question) == [person.id, world.experts[0][0]]


def test_beside_both_are_asked_and_the_first_wins_without_pay(session: Session, brand: Brand, world: World) -> None:
    person = seated(session, brand)
    set_policy(session, brand, agents="beside")
    question = asked(session, brand, now=utcnow())
    assert set(offered(session, question)) == {person.id, world.experts[0][0]}
    rules = session.scalars(select(Decision.rule).where(Decision.question_id == question.id))
    assert "agents" in set(rules)
    offer = session.scalars(select(Offer).where(Offer.person_id == person.id)).one()
    assert (offer.enrolment_id, offer.pays_minor) == (None, 0)
    actor = actor_of(session, person)
    assert not actor.is_expert
    conversation = offers.accept(session, agents.at_the_desk(session, actor), offer.id, now=utcnow())
    assert conversation.mission_id is None
    assert session.scalars(select(Segment.kind)).one() is AuthorKind.AGENT
    joined = session.scalars(select(ConversationEvent.data).where(ConversationEvent.author == AuthorKind.AGENT)).one()
    assert joined["introduction"]["agent"] is True
    messages.post(
        session, agents.at_the_desk(session, actor), conversation_id=conversation.id, client_id=new_id(),
        content=messages.Content("Gladly."), now=utcnow(),
    )  # fmt: skip
    wrote = select(ConversationEvent.author).where(ConversationEvent.text == "Gladly.")
    assert session.scalars(wrote).one() is AuthorKind.AGENT
    session.refresh(conversation)
    assert session.get_one(Expert, person.id, populate_existing=True).live == 1
    conversations.close(
        session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.AGENT, person_id=person.id, topic=None,
        now=utcnow(),
    )  # fmt: skip
    assert session.get_one(Expert, person.id, populate_existing=True).live == 0


def test_what_an_agent_serves_counts_for_the_brand_and_for_nobodys_reputation(
    session: Session, brand: Brand, world: World
) -> None:
    person, now = seated(session, brand), utcnow()
    set_policy(session, brand, agents="before")
    question = asked(session, brand, now=now)
    offer = session.scalars(select(Offer).where(Offer.question_id == question.id)).one()
    conversation = offers.accept(session, agents.at_the_desk(session, actor_of(session, person)), offer.id, now=now)
    conversations.close(
        session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.AGENT, person_id=person.id, topic=None, now=now
    )
    assert rating.rate(session, conversation, stars=1, now=now).counts
    session.flush()
    desk = session.get_one(Expert, person.id, populate_existing=True)
    reputation.rebuild(session, person.id, now=now)
    assert reputation.of(session, person.id, now=now).count == 0
    assert queries.star_counts(session, person.id) == [0] * 5
    assert queries.ratings_of(session, person.id) == []
    assert (desk.offered, desk.accepted, desk.live) == (0, 0, 0)


def test_after_the_agent_is_asked_when_no_expert_is_left(session: Session, brand: Brand, world: World) -> None:
    person = seated(session, brand)
    set_policy(session, brand, agents="after")
    first, second = asked(session, brand, now=utcnow()), asked(session, brand, now=utcnow())
    assert offered(session, first) == [world.experts[0][0]]
    assert offered(session, second) == [person.id]


def test_an_agent_who_comes_free_is_offered_what_waits(session: Session, brand: Brand, database: Database) -> None:
    person = seated(session, brand, on=False)
    set_policy(session, brand, agents="after")
    asked(session, brand, now=utcnow())
    waiting = asked(session, brand, now=utcnow())
    assert waiting.state is QuestionState.WAITING
    presence.renew(session, person.id, now=utcnow())
    availability.switch(session, session.get_one(Expert, person.id), on=True, now=utcnow())
    session.commit()
    dispatch.drain(database, person.id)
    session.expire_all()
    assert offered(session, waiting) == [person.id]
    assert agents.count_own(session, brand.id) == 1


@pytest.mark.parametrize("role", [Role.ANALYST, None])
def test_only_the_team_s_own_agents_count(session: Session, brand: Brand, role: Role | None) -> None:
    person = seated(session, brand)
    set_policy(session, brand, agents="before")
    member = session.get_one(Member, (brand.id, person.id))
    if role is None:
        session.delete(member)
    else:
        member.role = role
    session.flush()
    assert person.id not in offered(session, asked(session, brand, now=utcnow()))
    assert not agents.at_the_desk(session, actor_of(session, person)).is_expert


def test_a_seat_is_given_up_and_needs_a_language(session: Session, brand: Brand) -> None:
    person = seated(session, brand)
    set_policy(session, brand, agents="before")
    with pytest.raises(ProfileIncomplete):
        agents.take_seat(session, brand, person, languages=[], capacity=1, now=utcnow())
    agents.leave_seat(session, brand.id, person.id)
    assert agents.seat_of(session, brand.id, person.id) is None
    assert person.id not in offered(session, asked(session, brand, now=utcnow()))
