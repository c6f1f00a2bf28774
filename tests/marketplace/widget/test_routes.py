"""The shopper's door over HTTP: the script, the panel, and the twin of every socket verb."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.questions import visitors
from marketplace.widget.colours import readable_accent
from tests.factories.world import ORIGIN, World, make_world
from tests.support import Sockets


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def shopper(client: FlaskClient, world: World) -> dict[str, str]:
    """Headers of a visitor who came through the REST door."""
    made = client.post("/w/v1/visitor", json={"key": world.brand.key, "locale": "en"}, headers={"Origin": ORIGIN})
    assert made.status_code == 201
    return {"Authorization": f"Bearer {made.json['token']}"}  # type: ignore[index]


def test_one_script_carries_code_settings_and_availability(client: FlaskClient, world: World) -> None:
    answer = client.get(f"/w/v1/{world.brand.key}.js", headers={"Referer": f"{ORIGIN}/p/1"})
    assert answer.mimetype == "text/javascript"
    config = json.loads(answer.text[answer.text.rindex("})(") + 3 : -2].replace("\\u003c", "<"))
    assert config["key"] == world.brand.key
    assert config["availability"]["state"] == "live"
    assert set(config["locale_texts"]) == {"en", "fr"}
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_only_the_brands_sites_may_frame_the_panel(client: FlaskClient, world: World) -> None:
    answer = client.get(f"/w/panel?key={world.brand.key}&locale=fr")
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {ORIGIN}" in policy
    assert "unsafe-inline" not in policy
    assert "X-Frame-Options" not in answer.headers
    assert 'lang="fr"' in answer.text


def test_an_unknown_key_is_not_found(client: FlaskClient) -> None:
    assert client.get("/w/v1/pk_nobody.js").status_code == 404
    assert client.get("/w/panel?key=pk_nobody").status_code == 404


def test_a_question_can_be_asked_and_answered_without_sockets(
    client: FlaskClient, world: World, shopper: dict[str, str], sockets: Sockets
) -> None:
    expert = sockets.connect("/expert", {"token": world.experts[0][1]})
    question = {"client_id": str(new_id()), "text": "Does it run large?", "page_url": f"{ORIGIN}/p/ridge-3"}
    asked = client.post("/w/v1/ask", json=question, headers=shopper)
    assert (asked.status_code, asked.json["state"]) == (201, "offered")  # type: ignore[index]
    offer = next(p["args"][0] for p in expert.get_received("/expert") if p["name"] == "offer")
    opened = expert.emit("offer_accept", {"offer_id": offer["offer_id"]}, namespace="/expert", callback=True)
    where = f"/w/v1/conversations/{opened['conversation_id']}"
    message = {"client_id": str(new_id()), "text": "For wide feet?"}
    first, again = (client.post(f"{where}/messages", json=message, headers=shopper) for _ in range(2))
    assert first.json == again.json
    events: Any = client.get(f"{where}/events?after=1", headers=shopper).json
    assert [event["kind"] for event in events["events"]] == ["joined", "message"]
    assert client.post(f"{where}/read", json={"seq": 3}, headers=shopper).json == {"seq": 3}
    assert client.post(f"{where}/close", json={}, headers=shopper).status_code == 200
    assert client.post(f"{where}/rate", json={"stars": 4}, headers=shopper).json == {"stars": 4}
    state: Any = client.get("/w/v1/state", headers=shopper).json
    assert state["open"][0]["closed"] is True


def test_errors_are_problem_details(client: FlaskClient, world: World, shopper: dict[str, str]) -> None:
    refused = client.post("/w/v1/ask", json={"client_id": str(new_id()), "text": "\u200b "}, headers=shopper)
    assert (refused.status_code, refused.content_type) == (422, "application/problem+json")
    assert refused.json["field"] == "text"  # type: ignore[index]
    assert client.post("/w/v1/ask", json={"text": "x"}).status_code == 401


def test_another_sites_page_gets_no_visitor(client: FlaskClient, world: World) -> None:
    answer = client.post("/w/v1/visitor", json={"key": world.brand.key}, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json["code"]) == (403, "wrong_origin")  # type: ignore[index]


def signed(brand: Brand, **claims: Any) -> str:
    given = {
        "sub": "customer-7",
        "aud": brand.key,
        "exp": utcnow() + timedelta(minutes=5),
        "name": "Camille R.",
        **claims,
    }
    return jwt.encode(given, brand.secret, algorithm="HS256")


def test_a_signed_customer_is_the_same_visitor_with_a_new_token_each_time(session: Session, world: World) -> None:
    one, first = visitors.identify(session, world.brand, signed(world.brand), locale="en", now=utcnow())
    two, second = visitors.identify(session, world.brand, signed(world.brand), locale="en", now=utcnow())
    assert one.id == two.id
    assert first != second
    assert visitors.find_visitor(session, world.brand, second, now=utcnow()) is two


@pytest.mark.parametrize(
    "claims",
    [{"exp": utcnow() - timedelta(seconds=1)}, {"exp": utcnow() + timedelta(hours=2)}, {"aud": "pk_other"}],
    ids=["expired", "valid too long", "another key"],
)
def test_an_identity_that_the_shop_would_not_sign_now_is_refused(
    session: Session, world: World, claims: dict[str, Any]
) -> None:
    with pytest.raises(visitors.BadIdentity):
        visitors.identify(session, world.brand, signed(world.brand, **claims), locale="en", now=utcnow())


def test_an_unsigned_identity_is_refused(session: Session, world: World) -> None:
    claims = {"sub": "x", "aud": world.brand.key, "exp": utcnow() + timedelta(minutes=5)}
    no_key: Any = None
    for forged in (jwt.encode(claims, "wrong-secret-of-some-length-for-hs256", algorithm="HS256"),
                   jwt.encode(claims, no_key, algorithm="none")):  # fmt: skip
        with pytest.raises(visitors.BadIdentity):
            visitors.identify(session, world.brand, forged, locale="en", now=utcnow())


@pytest.mark.parametrize("accent", ["#ffd24a", "#ff0000", "#0b4a5b", "#ffffff", "not a colour"])
def test_the_accent_can_always_be_read(accent: str) -> None:
    background, text = readable_accent(accent)
    assert text in {"#ffffff", "#111111"}
    assert len(background) == 7


def test_signed_only_lets_in_whom_the_shop_vouches_for_and_nobody_else(
    client: FlaskClient, world: World, shopper: dict[str, str], database: Database
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Brand, world.brand.id).signed_identity_only = True
    headers, key = {"Origin": ORIGIN}, world.brand.key
    refused = client.post("/w/v1/visitor", json={"key": key}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "identity_needed")  # type: ignore[index]
    let_in = client.post("/w/v1/visitor", json={"key": key, "jwt": signed(world.brand)}, headers=headers)
    assert let_in.status_code == 201


def test_an_insult_is_not_passed_on_and_the_shopper_is_told_for_how_long(
    client: FlaskClient, shopper: dict[str, str]
) -> None:
    for text in ("You are an idiot", "Does it run large?"):
        refused: Any = client.post("/w/v1/ask", json={"client_id": str(new_id()), "text": text}, headers=shopper)
        assert (refused.status_code, refused.json["code"]) == (429, "cool_down")
        assert "2 min" in refused.json["detail"]
        assert 100 < refused.json["retry_after"] <= 120


def test_a_challenge_is_there_for_those_who_need_one(client: FlaskClient, world: World) -> None:
    answer: Any = client.get(f"/w/v1/challenge?key={world.brand.key}").json
    assert len(answer["challenge"].split(".")) == 5
