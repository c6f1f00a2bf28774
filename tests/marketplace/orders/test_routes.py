"""Shops tell of orders: a tag with the visitor's token, a server with the brand's and a signature."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts import tokens
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.orders import signing
from marketplace.orders.models import Order, OrderReturn
from marketplace.questions.visitors import new_visitor
from tests.factories.brands import make_brand

ORDER = {"id": "W1", "total_minor": 8_400, "currency": "EUR", "lines": [{"id": "P1", "quantity": 1}]}
RETURN = {"id": "R1", "amount_minor": 4_200, "currency": "EUR"}


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


@pytest.fixture
def token(session: Session, brand: Brand) -> str:
    return tokens.issue(session, brand_id=brand.id, label="shop", now=utcnow())


def said(answer: TestResponse) -> Any:
    return answer.get_json()


def served(
    client: FlaskClient, brand: Brand, token: str, path: str, content: Any, *, at: datetime | None = None,
    secret: str | None = None,
) -> TestResponse:  # fmt: skip
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json",
        "Comptoir-Signature": signing.sign(secret or brand.secret, body, now=at or utcnow()),
    }  # fmt: skip
    return client.post(path, data=body, headers=headers)


def test_a_server_tells_an_order_and_a_return_each_counted_once(
    client: FlaskClient, session: Session, brand: Brand, token: str
) -> None:
    for _ in range(2):
        answer = served(client, brand, token, "/api/v1/orders", ORDER)
        assert (answer.status_code, said(answer)["state"], said(answer)["reason"]) == (
            201,
            "unattributed",
            "no_shopper",
        )
        answer = served(client, brand, token, "/api/v1/orders/W1/returns", RETURN)
        assert (answer.status_code, said(answer)["order_known"]) == (201, True)
    order = session.scalars(select(Order)).one()
    assert (order.total_minor, order.returned_minor, order.lines[0]["id"]) == (8_400, 4_200, "P1")
    shown = client.get("/api/v1/orders/W1", headers={"Authorization": f"Bearer {token}"})
    assert said(shown)["returned_minor"] == 4_200
    assert client.get("/api/v1/orders/W2", headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_the_page_tells_an_order_with_its_shopper(client: FlaskClient, session: Session, brand: Brand) -> None:
    visitor, token = new_visitor(session, brand, locale="en", now=utcnow())
    session.commit()
    for _ in range(2):
        answer = client.post("/w/v1/orders", json=ORDER, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, said(answer)) == (201, {"id": "W1", "recorded": True})
    order = session.scalars(select(Order)).one()
    assert (order.visitor_id, order.tag_total_minor, order.server_at) == (visitor.id, 8_400, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total_minor": 84.0}, "total_minor"), ({"total_minor": "8400"}, "total_minor"),
        ({"total_minor": -1}, "total_minor"),
        ({"currency": "euro"}, "currency"), ({"id": ""}, "id"), ({"placed_at": "2026-11-18T14:00:00"}, "placed_at"),
        ({"placed_at": "2099-01-01T00:00:00Z"}, "placed_at"), ({"lines": [{"quantity": -1}]}, "lines.0.quantity"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_with_the_field_at_fault(
    client: FlaskClient, session: Session, brand: Brand, token: str, changes: dict[str, Any], field: str
) -> None:
    answer = served(client, brand, token, "/api/v1/orders", {**ORDER, **changes})
    assert (answer.status_code, answer.content_type, said(answer)["field"]) == (422, "application/problem+json", field)
    assert session.scalars(select(Order)).all() == []


def test_an_unsigned_an_old_and_a_forged_call_leave_nothing(
    client: FlaskClient, session: Session, brand: Brand, token: str
) -> None:
    old = utcnow() - timedelta(minutes=6)
    bearer = {"Authorization": f"Bearer {token}"}
    answers = [
        client.post("/api/v1/orders", json=ORDER, headers=bearer),
        client.post("/api/v1/orders", json=ORDER, headers={**bearer, "Comptoir-Signature": "t=²,v1=é"}),
        served(client, brand, token, "/api/v1/orders", ORDER, at=old),
        served(client, brand, token, "/api/v1/orders", ORDER, secret="another"),
    ]
    assert {(answer.status_code, said(answer)["code"]) for answer in answers} == {(403, "bad_signature")}
    assert client.post("/api/v1/orders", json=ORDER).status_code == 401
    assert served(client, brand, "ct_wrong", "/api/v1/orders", ORDER).status_code == 401
    assert session.scalars(select(Order)).all() == []


def test_a_server_that_contradicts_itself_is_told(client: FlaskClient, brand: Brand, token: str) -> None:
    served(client, brand, token, "/api/v1/orders", ORDER)
    again = served(client, brand, token, "/api/v1/orders", {**ORDER, "total_minor": 1})
    assert (again.status_code, said(again)["code"]) == (409, "order_differs")
    served(client, brand, token, "/api/v1/orders/W1/returns", RETURN)
    twice = served(client, brand, token, "/api/v1/orders/W1/returns", {**RETURN, "amount_minor": 1})
    assert (twice.status_code, said(twice)["code"]) == (409, "return_differs")
    foreign = served(client, brand, token, "/api/v1/orders/W1/returns", {**RETURN, "id": "R2", "currency": "USD"})
    assert (foreign.status_code, said(foreign)["code"]) == (422, "return_currency")


def test_what_is_no_json_or_holds_what_nobody_can_store_is_refused(
    client: FlaskClient, session: Session, brand: Brand, token: str
) -> None:
    for content in (b"", b"[]", b"{", json.dumps({**ORDER, "id": "a\x00b"}).encode(), b"x" * 300_000):
        assert served(client, brand, token, "/api/v1/orders", content).status_code in {413, 422}
    assert session.scalars(select(OrderReturn)).all() == []


def test_brands_do_not_share_order_numbers(client: FlaskClient, session: Session, brand: Brand, token: str) -> None:
    other = make_brand(session)
    theirs = tokens.issue(session, brand_id=other.id, label="shop", now=utcnow())
    served(client, brand, token, "/api/v1/orders", ORDER)
    assert client.get("/api/v1/orders/W1", headers={"Authorization": f"Bearer {theirs}"}).status_code == 404
    served(client, other, theirs, "/api/v1/orders", {**ORDER, "total_minor": 5})
    assert sorted(session.scalars(select(Order.total_minor))) == [5, 8_400]
