"""Deny by default: every endpoint and every socket event says who may enter, and is tried as each wrong person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from marketplace.accounts import signins
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.realtime import SocketDoor
from marketplace.core.web import Door, Platform, verify_doors
from tests.factories.accounts import make_person
from tests.factories.world import ORIGIN, make_world
from tests.support import Sockets

PERSONAS = ("stranger", "expert", "brand", "operator")


def endpoints(app: Flask) -> Iterator[tuple[str, str, Audience]]:
    """(method, address with made-up ids, who may enter)"""
    for rule in app.url_map.iter_rules():
        door = app.blueprints[rule.endpoint.partition(".")[0]]
        assert isinstance(door, Door)
        values = {name: _made_up(rule, name) for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            built = rule.build(values, append_unknown=False)
            assert built is not None, rule
            yield method, built[1], door.audience


def _made_up(rule: Any, name: str) -> Any:
    converter = type(rule._converters[name]).__name__
    if converter == "AnyConverter":
        return next(iter(rule._converters[name].items))
    return {"UUIDConverter": uuid4(), "IntegerConverter": 1}.get(converter, "x")


@pytest.fixture
def people(app: Flask, database: Database) -> dict[str, FlaskClient]:
    """A browser signed in as each persona."""

    world = make_world(database)
    with database.unit_of_work() as session:
        now = utcnow()
        owner = next(iter(_owners(session, world.brand.id)))
        operator = make_person(session, is_operator=True)
        rows = {"expert": world.experts[0][0], "brand": owner, "operator": operator.id}
        clients = {"stranger": app.test_client()}
        for persona, person_id in rows.items():
            from marketplace.accounts.models import Person

            sign_in = signins.start(session, session.get_one(Person, person_id), device="test", now=now)
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"] = str(sign_in.id)
                cookie["_fresh"] = True
            clients[persona] = client
    return clients


def _owners(session: Any, brand_id: Any) -> list[Any]:
    from sqlalchemy import select

    from marketplace.brands.models import Member

    return list(session.scalars(select(Member.person_id).where(Member.brand_id == brand_id)))


OPEN_TO: dict[Audience, set[str]] = {
    Audience.PUBLIC: set(PERSONAS),
    Audience.WEBHOOK: set(PERSONAS),
    Audience.SIGNED_IN: {"expert", "brand", "operator"},
    Audience.EXPERT: {"expert"},
    Audience.BRAND: {"brand"},
    Audience.OPERATOR: {"operator"},
    Audience.SHOPPER: set(),
}


def test_every_endpoint_refuses_each_wrong_person(app: Flask, people: dict[str, FlaskClient]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for method, address, audience in endpoints(app):
            for persona in PERSONAS:
                if persona in OPEN_TO[audience]:
                    continue
                answer = people[persona].open(address, method=method)
                if persona == "stranger":
                    assert answer.status_code in {302, 401}, (method, address, persona, answer.status_code)
                    if answer.status_code == 302:
                        assert "/sign-in" in answer.location
                else:
                    assert answer.status_code in {401, 403}, (method, address, persona, answer.status_code)
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_every_endpoint_answers_the_right_person_without_breaking(app: Flask, people: dict[str, FlaskClient]) -> None:
    """With made-up ids, a row is absent: never a 500, never somebody else's page."""
    for method, address, audience in endpoints(app):
        if method != "GET":
            continue
        for persona in OPEN_TO[audience]:
            if address != "/readyz":  # 503 is its word for “not ready”
                assert people[persona].get(address).status_code < 500, (address, persona)


def test_an_endpoint_without_a_door_stops_the_start(app: Flask) -> None:
    careless = Flask("careless")
    careless.register_blueprint(Blueprint("open", __name__), url_prefix="/open")
    careless.add_url_rule("/leak", "leak", lambda: "secret")
    with pytest.raises(RuntimeError, match="does not declare who may enter"):
        verify_doors(careless)


def test_a_namespace_without_an_access_rule_stops_the_start(parts: Platform) -> None:
    rules: Any = {"audience": None, "identify": None}
    careless = SocketDoor(name="/leak", events=(), rooms=lambda _c: (), **rules)
    with pytest.raises(RuntimeError, match="does not declare who may enter"):
        parts.realtime.add(careless)
    assert "/leak" not in parts.realtime.doors


def test_every_namespace_refuses_each_wrong_person(
    parts: Platform, sockets: Sockets, people: dict[str, FlaskClient], database: Database
) -> None:
    world = make_world(database)
    expert_token = world.experts[0][1]
    tries: dict[str, list[dict[str, Any]]] = {
        "/shopper": [{}, {"key": "pk_unknown"}, {"token": expert_token}],
        "/expert": [{}, {"token": "ct_wrong"}, {"key": world.brand.key}],
        "/brand": [{}, {"token": "ct_wrong"}, {"token": expert_token}],
    }
    assert set(tries) == set(parts.realtime.doors)
    for namespace, wrong in tries.items():
        for auth in wrong:
            client = sockets.connect(namespace, auth, headers={"Origin": ORIGIN})
            assert not client.is_connected(namespace), (namespace, auth)


def test_every_socket_event_refuses_a_stranger_to_the_row(
    parts: Platform, sockets: Sockets, database: Database
) -> None:
    """A shopper and an expert who have nothing to do with a conversation, question or offer learn nothing of it."""
    world = make_world(database)
    shopper = sockets.connect("/shopper", {"key": world.brand.key}, headers={"Origin": ORIGIN})
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    about = {
        "conversation_id": str(uuid4()), "client_id": str(uuid4()), "text": "x", "after": 0, "seq": 1, "stars": 5,
        "offer_id": str(uuid4()), "question_id": str(uuid4()), "email": "a@shop.example", "q": "",
        "transfer_id": str(uuid4()), "note_id": str(uuid4()), "reason": "abusive", "category_id": str(uuid4()),
    }  # fmt: skip
    harmless = {"ask", "state", "heartbeat", "availability"}
    for client, namespace in ((shopper, "/shopper"), (expert, "/expert")):
        for event in parts.realtime.doors[namespace].events:
            if event.name in harmless:
                continue
            answer = client.emit(event.name, about, namespace=namespace, callback=True)
            assert answer["ok"] is False, (namespace, event.name)
            assert answer["error"]["code"] == "not_found", (namespace, event.name, answer)


def test_a_person_without_a_role_is_led_to_the_ways_in(app: Flask, database: Database) -> None:
    with database.unit_of_work() as session:
        sign_in = signins.start(session, make_person(session), device="test", now=utcnow())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = str(sign_in.id)
        cookie["_fresh"] = True
    for address in ("/brand", "/expert/"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (302, "/home")
