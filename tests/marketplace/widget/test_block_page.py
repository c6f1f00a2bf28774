"""The brand reviews blocked shoppers: reads why, confirms or lifts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.brands.models import Member
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions.blocks import block, standing
from marketplace.questions.models import Visitor
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import talk
from tests.marketplace.conftest import SignIn


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def test_a_block_is_read_with_its_reason_and_decided(world: World, database: Database, sign_in: SignIn) -> None:
    with database.unit_of_work() as session:
        conversation, _shopper, expert = talk(session, world)
        visitor = session.get_one(Visitor, conversation.visitor_id)
        assert expert.person_id is not None
        made = block(
            session, visitor, by_id=expert.person_id, reason="Threats", conversation_id=conversation.id, now=utcnow()
        )
        query = select(Person).join(Member, Member.person_id == Person.id).where(Member.brand_id == world.brand.id)
        owner = sign_in(session.scalars(query).one())
        expert_client = sign_in(session.get_one(Person, expert.person_id))
        key, visitor_id = made.id, visitor.id
    assert "Threats" in owner.get("/brand/blocks").text
    assert expert_client.post(f"/brand/blocks/{key}/lift").status_code == 403
    for verdict in ("confirm", "lift"):
        assert owner.post(f"/brand/blocks/{key}/{verdict}").status_code == 302
    with database.unit_of_work() as session:
        assert standing(session, visitor_id) is None
    assert owner.post(f"/brand/blocks/{key}/confirm").status_code == 409
