"""The live board: what it shows, and what the brand's team may do from it and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import agents
from experts.desk import desk_state
from experts.models import Expert
from marketplace.accounts import tokens
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.chat import transfers
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.models_desk import Note, Transfer
from marketplace.chat.states import AuthorKind, CloseReason, NoteKind, TransferState, TransferTarget
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from payouts.models import Earning
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.factories.world import World, make_world
from tests.marketplace.insights.story import asked, said, taken
from tests.support import Sockets

Call = Callable[..., dict[str, Any]]
WHY = "Sent the shopper to a shop of his own."


@dataclass(slots=True)
class Live:
    """A conversation that runs, and whoever connects to `/brand`."""

    world: World
    conversation: UUID
    expert: UUID
    database: Database
    sockets: Sockets

    def member(self, role: Role, *, elsewhere: bool = False) -> tuple[UUID, Call]:
        """Somebody of the brand's team (or of another brand): (person, how to call a verb)."""
        with self.database.unit_of_work() as session:
            person = make_person(session)
            brand_id = make_brand(session).id if elsewhere else self.world.brand.id
            session.add(Member(brand_id=brand_id, person_id=person.id, role=role, created_at=utcnow()))
            token = tokens.issue(session, person_id=person.id, label="test", now=utcnow())
        client = self.sockets.connect("/brand", {"token": token})

        def call(verb: str, **more: Any) -> dict[str, Any]:
            body = {"conversation_id": str(self.conversation), "brand_id": str(self.world.brand.id), **more}
            answer: dict[str, Any] = client.emit(verb, body, namespace="/brand", callback=True)
            return answer

        return person.id, call


@pytest.fixture
def live(database: Database, sockets: Sockets) -> Live:
    world = make_world(database, experts=1)
    now = utcnow()
    with database.unit_of_work() as session:
        brand = session.get_one(Brand, world.brand.id)
        conversation = taken(session, asked(session, brand, now=now), now=now)
        said(session, conversation, world.experts[0][0], "It fits true to size.", now=now + timedelta(seconds=9))
        said(session, conversation, None, "With thick socks too?", now=now + timedelta(seconds=30))
        key = conversation.id
    return Live(world, key, world.experts[0][0], database, sockets)


def test_the_board_shows_who_waits_what_runs_and_how_busy_each_is(live: Live) -> None:
    with live.database.unit_of_work() as session:
        session.get_one(Expert, live.expert).capacity = 1
        asked(session, session.get_one(Brand, live.world.brand.id), now=utcnow())
    _person, call = live.member(Role.ANALYST)
    board = call("board")
    assert [row["id"] for row in board["conversations"]] == [str(live.conversation)]
    talk = board["conversations"][0]
    assert (talk["unanswered"], talk["server"]["id"], talk["state"]) == (True, str(live.expert), "open")
    assert len(board["waiting"]) == 1
    assert [(row["live"], row["here"]) for row in board["experts"]] == [(1, 1)]


def test_a_whisper_reaches_the_expert_and_never_the_shoppers_sequence(live: Live, session: Session) -> None:
    _person, call = live.member(Role.AGENT)
    before = session.get_one(Conversation, live.conversation).last_seq
    assert call("whisper", text="Ask for the width first.")["ok"]
    session.expire_all()
    note = session.scalars(select(Note)).one()
    assert (note.kind, note.author, note.text) == (NoteKind.WHISPER, AuthorKind.AGENT, "Ask for the width first.")
    assert session.get_one(Conversation, live.conversation).last_seq == before
    assert [row["text"] for row in call("notes")["notes"]] == ["Ask for the width first."]


def test_taking_over_opens_a_segment_of_the_agent_and_frees_the_expert(live: Live, session: Session) -> None:
    person, call = live.member(Role.AGENT)
    assert call("take_over")["ok"]
    session.expire_all()
    segments = session.scalars(select(Segment).order_by(Segment.opened_at)).all()
    assert [(one.person_id, one.kind, one.closed_at is None) for one in segments] == [
        (live.expert, AuthorKind.EXPERT, False), (person, AuthorKind.AGENT, True),
    ]  # fmt: skip
    assert session.get_one(Expert, live.expert).live == 0
    assert call("sync", after=0)["events"][-1]["kind"] == "transferred"
    assert call("take_over")["ok"], "the same again changes nothing"


def test_an_agent_sees_on_the_board_and_at_the_desk_that_an_expert_asks_for_him_and_takes_over(
    live: Live, session: Session
) -> None:
    person, call = live.member(Role.AGENT)
    with live.database.unit_of_work() as other:
        conversation = other.get_one(Conversation, live.conversation)
        transfers.ask(
            other, conversation, by_id=live.expert, target=TransferTarget.AGENTS, people=[person],
            comment="She asks about an order.", now=utcnow(),
        )  # fmt: skip
    assert call("board")["conversations"][0]["asked"]["comment"] == "She asks about an order."
    desk = agents.take_seat(
        session, session.get_one(Brand, live.world.brand.id), session.get_one(Person, person), languages=["en"],
        capacity=1, now=utcnow(),
    )  # fmt: skip
    assert transfers.count_asked(session, person, now=utcnow()) == 1
    assert [row["comment"] for row in desk_state(session, desk, locale="en", now=utcnow())["transfers"]]
    session.commit()
    assert call("take_over")["ok"]
    session.expire_all()
    transfer = session.scalars(select(Transfer)).one()
    assert (transfer.state, transfer.accepted_by) == (TransferState.ACCEPTED, person)
    assert [row["text"] for row in call("notes")["notes"]] == ["She asks about an order."]
    assert call("board")["conversations"][0]["asked"] is None


@pytest.mark.parametrize(("rule", "paid"), [(None, True), ("away_from_here", False)])
def test_a_forced_end_keeps_the_pay_unless_a_rule_is_named(
    live: Live, session: Session, rule: str | None, paid: bool
) -> None:
    _person, call = live.member(Role.MANAGER)
    assert call("force_close", rule=rule, why=WHY)["ok"]
    session.expire_all()
    assert session.get_one(Conversation, live.conversation).close_reason is CloseReason.FORCED
    assert (session.scalar(select(Earning.id)) is not None) == paid
    assert [note.text for note in session.scalars(select(Note))] == [WHY]


def test_a_broken_rule_is_explained_and_one_that_does_not_exist_refused(live: Live) -> None:
    _person, call = live.member(Role.MANAGER)
    assert call("force_close", rule="rude", why="")["error"]["code"] == "invalid"
    assert call("force_close", rule="tired", why=WHY)["error"]["code"] == "invalid"


def test_only_those_who_may_steer_do(live: Live) -> None:
    _analyst, read_only = live.member(Role.ANALYST)
    for verb in ("whisper", "take_over", "force_close"):
        assert read_only(verb, text="x", why=WHY)["error"]["code"] == "forbidden"
    _agent, agent = live.member(Role.AGENT)
    assert agent("force_close", why=WHY)["error"]["code"] == "forbidden"
    _rival, rival = live.member(Role.OWNER, elsewhere=True)
    for verb in ("board", "whisper", "take_over", "force_close", "sync"):
        assert rival(verb, text="x", why=WHY, after=0)["error"]["code"] == "not_found"
