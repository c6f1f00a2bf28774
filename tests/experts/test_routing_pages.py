"""The pages of a brand's routing: edit, refuse by name, versions, back again."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from experts import routing
from marketplace.accounts import signins
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand

NUMBER = re.compile(r'<input[^>]*id="(\w+)"[^>]*name="\1"[^>]*value="([^"]*)"')


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def signed_in(app: Flask, database: Database, brand: Brand, role: Role) -> FlaskClient:
    with database.unit_of_work() as session:
        person = make_person(session)
        session.add(Member(brand_id=brand.id, person_id=person.id, role=role, created_at=utcnow()))
        session.flush()
        sign_in = signins.start(session, person, device="test", now=utcnow())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = str(sign_in.id)
        cookie["_fresh"] = True
    return client


@pytest.fixture
def manager(app: Flask, database: Database, session: Session, brand: Brand) -> Iterator[FlaskClient]:
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(app, database, brand, Role.MANAGER)
    app.config["WTF_CSRF_ENABLED"] = True


def as_shown(client: FlaskClient, **changes: str) -> dict[str, str]:
    """What a browser would send of the page, with some fields written anew."""
    page = client.get("/brand/routing").text
    sent = dict(NUMBER.findall(page)) | {"agents": "none", "when_full": "later", "when_closed": "later"}
    return {**sent, "days_back": "7", **changes}


def test_the_editor_shows_default_and_bounds_beside_each_number(manager: FlaskClient) -> None:
    page = manager.get("/brand/routing").text
    assert "How long one person may think before the question moves on. Default 45, from 10 to 120." in page
    assert "Default 72, from 1 to 336." in page
    assert "The defaults are in force" in page


def test_a_changed_policy_becomes_a_version_and_can_be_taken_back(
    manager: FlaskClient, session: Session, brand: Brand
) -> None:
    sent = as_shown(manager, offer_seconds="30", **{"holdout_share": "2,5", "days-0-starts_1": "09:00"})
    sent |= {"days-0-ends_1": "18:00", "exceptions": "2026-12-25\n2026-12-24 09:00-13:00", "reason": "Faster"}
    assert manager.post("/brand/routing", data=sent).status_code == 302
    session.expire_all()
    session.info.pop("routing", None)
    policy = routing.current(session, brand.id).policy
    assert (policy.cascade.offer_seconds, policy.weights.holdout_share) == (30, 0.025)
    assert policy.week == ((0, 540, 1080),)
    assert len(policy.exceptions) == 2
    listed = manager.get("/brand/routing/versions").text
    assert all(each in listed for each in ("Faster", "Life of an offer", "45 seconds", "30 seconds", "Mon 09:00–18:00"))
    assert manager.post("/brand/routing", data=as_shown(manager) | sent).status_code == 422
    assert manager.post("/brand/routing/versions/0/use").status_code == 302
    assert "the defaults" in manager.get("/brand/routing/versions").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("offer_seconds", "5", "between 10 and 120"),
        ("expires_after", "1000", "between 1 and 336"),
        ("offer_seconds", "soon", "Write a number"),
        ("most_waiting", "1.5", "whole number"),
        ("exceptions", "Christmas", "Line 1 is not a day"),
        ("days-0-starts_1", "09:00", "both a start and an end"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_with_the_rest_kept(
    manager: FlaskClient, field: str, value: str, words: str
) -> None:
    answer = manager.post("/brand/routing", data=as_shown(manager, reason="Kept", **{field: value}))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept" in answer.text


def test_an_analyst_reads_but_does_not_change(
    app: Flask, database: Database, manager: FlaskClient, brand: Brand
) -> None:
    analyst = signed_in(app, database, brand, Role.ANALYST)
    assert "You may read this" in analyst.get("/brand/routing").text
    assert analyst.post("/brand/routing", data=as_shown(manager)).status_code == 403
    assert analyst.post("/brand/routing/versions/0/use").status_code == 403
