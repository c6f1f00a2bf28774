"""The story over the sockets' protocol: asked, offered, accepted, said, closed, rated, earned."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from marketplace.core.clock import new_id
from marketplace.core.db import Database
from payouts.models import Earning
from tests.factories.world import ORIGIN, World, make_world
from tests.support import JobRunner, Sockets


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def heard(client: Any, namespace: str, name: str) -> list[Any]:
    """Payloads of one event that the client received since it last asked."""
    return [packet["args"][0] for packet in client.get_received(namespace) if packet["name"] == name]


def shopper_of(sockets: Sockets, world: World, **auth: Any) -> Any:
    return sockets.connect("/shopper", {"key": world.brand.key, **auth}, headers={"Origin": ORIGIN})


def ask(client: Any, text: str = "Does this shoe run large for wide feet?", **more: Any) -> dict[str, Any]:
    question = {"client_id": str(new_id()), "text": text, "page_url": f"{ORIGIN}/p/ridge-3", "locale": "en", **more}
    answer: dict[str, Any] = client.emit("ask", question, namespace="/shopper", callback=True)
    return answer


def test_a_question_becomes_a_paid_and_rated_conversation(
    sockets: Sockets, world: World, database: Database, jobs: JobRunner
) -> None:
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    shopper = shopper_of(sockets, world)
    welcome = heard(shopper, "/shopper", "welcome")[0]
    assert welcome["token"].startswith("ctv_")
    assert welcome["open"] == []

    asked = ask(shopper)
    assert asked["ok"], asked
    assert asked["state"] == "offered"
    offer = heard(expert, "/expert", "offer")[0]
    assert offer["question"]["id"] == asked["question_id"]
    assert offer["product"]["title"] == world.product.title_en
    assert offer["pays"] == {"minor": 320, "currency": "EUR"}

    accepted = expert.emit("offer_accept", {"offer_id": offer["offer_id"]}, namespace="/expert", callback=True)
    assert accepted["ok"], accepted
    conversation = accepted["conversation_id"]
    received = shopper.get_received("/shopper")
    matched = [p["args"][0] for p in received if p["name"] == "question"][-1]
    assert matched["state"] == "matched"
    assert matched["conversation_id"] == conversation

    for client, namespace, text in (
        (expert, "/expert", "It fits true to size."), (shopper, "/shopper", "Even with thick socks?"),
        (expert, "/expert", "Then take half a size more."),
    ):  # fmt: skip
        sent = client.emit(
            "message", {"conversation_id": conversation, "client_id": str(new_id()), "text": text},
            namespace=namespace, callback=True,
        )  # fmt: skip
        assert sent["ok"], sent
    synced = shopper.emit("sync", {"conversation_id": conversation, "after": 0}, namespace="/shopper", callback=True)
    assert [event["seq"] for event in synced["events"]] == [1, 2, 3, 4, 5]
    assert [event["kind"] for event in synced["events"]] == ["message", "joined", "message", "message", "message"]

    closed = expert.emit(
        "close", {"conversation_id": conversation, "topic": "size"}, namespace="/expert", callback=True
    )
    assert closed["ok"], closed
    rated = shopper.emit(
        "rate", {"conversation_id": conversation, "stars": 5, "solved": True}, namespace="/shopper", callback=True
    )
    assert rated == {"ok": True, "stars": 5}
    with database.unit_of_work() as session:
        earning = session.scalars(select(Earning)).one()
        assert (earning.gross_minor, earning.commission_minor, earning.net_minor) == (400, 80, 320)
    jobs.run()


def test_the_same_message_sent_twice_is_stored_once(sockets: Sockets, world: World) -> None:
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    shopper = shopper_of(sockets, world)
    ask(shopper)
    offer = heard(expert, "/expert", "offer")[0]
    conversation = expert.emit("offer_accept", {"offer_id": offer["offer_id"]}, namespace="/expert", callback=True)
    message = {"conversation_id": conversation["conversation_id"], "client_id": str(new_id()), "text": "Hello"}
    first = expert.emit("message", message, namespace="/expert", callback=True)
    second = expert.emit("message", message, namespace="/expert", callback=True)
    assert first == second
    assert first["seq"] == 3


def test_an_order_question_never_reaches_an_expert(sockets: Sockets, world: World) -> None:
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    shopper = shopper_of(sockets, world)
    asked = ask(shopper, "Where is my parcel? My order has not arrived yet.")
    assert asked["state"] == "redirected"
    assert asked["help_url"] == world.brand.help_url
    assert heard(expert, "/expert", "offer") == []


def test_a_page_of_another_site_cannot_connect(sockets: Sockets, world: World) -> None:
    client = sockets.connect("/shopper", {"key": world.brand.key}, headers={"Origin": "https://evil.example"})
    assert not client.is_connected("/shopper")


def test_a_reload_finds_the_conversation_again(sockets: Sockets, world: World) -> None:
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    shopper = shopper_of(sockets, world)
    token = heard(shopper, "/shopper", "welcome")[0]["token"]
    ask(shopper)
    offer = heard(expert, "/expert", "offer")[0]
    expert.emit("offer_accept", {"offer_id": offer["offer_id"]}, namespace="/expert", callback=True)
    again = shopper_of(sockets, world, token=token)
    welcome = heard(again, "/shopper", "welcome")[0]
    assert "token" not in welcome
    assert welcome["open"][0]["state"] == "matched"
    assert welcome["open"][0]["expert"]["name"]


def test_a_stranger_cannot_read_a_conversation(sockets: Sockets, world: World) -> None:
    stranger = shopper_of(sockets, world)
    answer = stranger.emit("sync", {"conversation_id": str(uuid4()), "after": 0}, namespace="/shopper", callback=True)
    assert answer["error"]["code"] == "not_found"
