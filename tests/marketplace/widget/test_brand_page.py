"""The brand's page of its widget: what it changes, shops see; the secret is shown once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.world import ORIGIN, World, make_world
from tests.marketplace.conftest import SignIn

PAGE = "/brand/widget"
FORM = {"accent": "#ffd24a", "position": "left", "launcher_en": "Ask a climber", "welcome_fr": "Demandez à Aïcha."}


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def owner(world: World, database: Database, sign_in: SignIn) -> FlaskClient:
    with database.unit_of_work() as session:
        query = select(Person).join(Member, Member.person_id == Person.id).where(Member.brand_id == world.brand.id)
        return sign_in(session.scalars(query).one())


def config(client: FlaskClient, world: World) -> dict[str, Any]:
    script = client.get(f"/w/v1/{world.brand.key}.js").text
    found: dict[str, Any] = json.loads(script[script.rindex("})(") + 3 : -2].replace("\\u003c", "<"))
    return found


def test_colour_corner_and_words_reach_the_shop_and_stay_readable(
    owner: FlaskClient, client: FlaskClient, world: World
) -> None:
    assert owner.post(PAGE, data=FORM).status_code == 302
    seen = config(client, world)
    assert (seen["position"], seen["on_accent"]) == ("left", "#111111")
    assert seen["locale_texts"]["en"]["A question?"] == "Ask a climber"
    assert seen["locale_texts"]["fr"]["A question?"] == "Une question\u00a0?"
    assert (
        "Demandez à Aïcha."
        in json.loads(
            client.get(f"/w/panel?key={world.brand.key}&locale=fr").text.split('id="panel">')[1].split("</script>")[0]
        )["welcome"]
    )
    shown = owner.get(PAGE).text
    assert "to 1; at least 4.5" in shown


@pytest.mark.parametrize("wrong", [{"accent": "blue"}, {"launcher_en": "x" * 41}, {"position": "top"}])
def test_what_cannot_be_is_explained_and_kept_on_screen(owner: FlaskClient, wrong: dict[str, str]) -> None:
    refused = owner.post(PAGE, data={**FORM, **wrong})
    assert refused.status_code == 422
    assert "Demandez à Aïcha." in refused.text


def test_a_new_secret_is_shown_once_and_the_one_before_still_signs(
    owner: FlaskClient, world: World, database: Database
) -> None:
    shown = owner.post(f"{PAGE}/secret")
    with database.unit_of_work() as session:
        brand = session.get_one(Brand, world.brand.id)
        assert brand.secret in shown.text
        assert brand.secret_before == world.brand.secret
        assert brand.secret not in owner.get(PAGE).text


def test_only_an_owner_decides_who_may_ask(
    owner: FlaskClient, world: World, database: Database, sign_in: SignIn
) -> None:
    with database.unit_of_work() as session:
        manager = make_person(session)
        session.add(
            Member(brand_id=world.brand.id, person_id=manager.id, role=Role.MANAGER, created_at=manager.created_at)
        )
    assert sign_in(manager).post(f"{PAGE}/identity", data={"only": "y"}).status_code == 403
    assert owner.post(f"{PAGE}/identity", data={"only": "y"}).status_code == 302
    with database.unit_of_work() as session:
        assert session.get_one(Brand, world.brand.id).signed_identity_only


def test_whether_somebody_can_answer_now_is_told_to_frames_and_programs(client: FlaskClient, world: World) -> None:
    there: Any = client.get(f"/w/now?key={world.brand.key}", headers={"Accept": "application/json"}).json
    assert there["state"] == "live"
    page = client.get(f"/w/now?key={world.brand.key}", headers={"Accept": "text/html"})
    assert f"frame-ancestors 'self' {ORIGIN}" in page.headers["Content-Security-Policy"]
