"""A brand's first hour in the browser, and who is kept out."""

from io import BytesIO

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands import registry
from marketplace.brands.models import Brand, CatalogueImport, Member, Mission
from marketplace.brands.states import MissionState, Role
from tests.factories.accounts import NOW, make_person
from tests.factories.brands import make_brand, make_mission, make_product
from tests.marketplace.brands.test_imports import file
from tests.marketplace.conftest import SignIn
from tests.support import JobRunner

MISSION = {
    "title_fr": "Traileurs", "title_en": "", "description_fr": "Répondez.", "languages": ["fr"], "pay": "4.00",
    "floor": "3.00", "sale_percent": "2.5", "attribution_hours": "48", "starts_on": "2026-11-01", "seats": "5",
}  # fmt: skip


def test_from_nothing_to_a_published_mission(sign_in: SignIn, session: Session, jobs: JobRunner) -> None:
    person = make_person(session)
    session.commit()
    client = sign_in(person)
    new = {"name": "Nordet", "origin": "https://nordet.example", "help_url": "", "currency": "EUR"}
    refused = client.post("/brand/new", data={**new, "origin": "nordet"})
    assert refused.status_code == 422
    assert 'value="Nordet"' in refused.text
    assert client.post("/brand/new", data=new).headers["Location"] == "/brand"
    brand = session.scalars(select(Brand)).one()
    assert "Three steps" in client.get("/brand").text
    sites = client.get("/brand/sites").text
    assert f"/w/v1/{brand.key}.js" in sites
    assert "not seen yet" in sites
    answer = client.post("/brand/catalogue/import", data={"file": (BytesIO(file(3, bad=frozenset({1}))), "c.csv")})
    session.expire_all()
    upload = session.scalars(select(CatalogueImport)).one()
    assert answer.headers["Location"].endswith(str(upload.id))
    jobs.run()
    assert "every 1s" not in client.get(answer.headers["Location"], headers={"HX-Request": "true"}).text
    assert "P1" in client.get(f"{answer.headers['Location']}/errors.csv").text
    assert "P1" not in client.get("/brand/catalogue").text


def test_a_mission_is_written_edited_and_published(sign_in: SignIn, session: Session) -> None:
    owner = make_person(session)
    brand = make_brand(session, owner=owner)
    product = make_product(session, brand)
    session.commit()
    client = sign_in(owner)
    given = {**MISSION, "category_ids": [str(product.category_id)]}
    refused = client.post("/brand/missions/new", data={**given, "pay": "0.10", "floor": "0"})
    assert refused.status_code == 422
    assert "at least 0.50" in refused.text
    created = client.post("/brand/missions/new", data=given)
    assert created.status_code == 302, created.text
    mission = session.scalars(select(Mission)).one()
    assert (mission.pay_minor, mission.floor_minor, mission.sale_bps, mission.title_en) == (400, 300, 250, "Traileurs")
    assert mission.commission_bps == 2_000
    assert client.get(f"/missions/{brand.slug}/{mission.slug}").status_code == 404
    assert 'value="4' in client.get(f"/brand/missions/{mission.id}/edit").text
    assert client.post(f"/brand/missions/{mission.id}/edit", data={**given, "seats": "9"}).status_code == 302
    assert client.post(f"/brand/missions/{mission.id}/publish").status_code == 302
    session.refresh(mission)
    assert (mission.state, mission.seats) == (MissionState.OPEN, 9)
    assert "3.20" in client.get(f"/missions/{brand.slug}/{mission.slug}").text
    assert "Traileurs" in client.get("/missions").text
    assert client.post(f"/brand/missions/{mission.id}/publish").status_code == 409


def test_an_analyst_reads_and_changes_nothing(sign_in: SignIn, session: Session) -> None:
    person = make_person(session)
    brand = make_brand(session)
    mission = make_mission(session, brand)
    session.add(Member(brand_id=brand.id, person_id=person.id, role=Role.ANALYST, created_at=NOW))
    session.commit()
    client = sign_in(person)
    for path in ("", "/sites", "/team", "/catalogue", "/missions", f"/missions/{mission.id}"):
        assert client.get(f"/brand{path}").status_code == 200, path
    site = registry.sites_of(session, brand.id)[0]
    for path in (f"/missions/{mission.id}/close", f"/sites/{site.id}/remove", f"/team/{person.id}/role"):
        assert client.post(f"/brand{path}", data={"role": "owner"}).status_code == 403, path
    for path in ("/settings", "/missions/new"):
        assert client.get(f"/brand{path}").status_code == 403, path
    refused = client.post("/brand/sites", data={"origin": "https://other.example"})
    assert refused.status_code == 422
    assert not registry.is_allowed_origin(session, brand.id, "https://other.example")


def test_a_stranger_finds_nothing_of_anothers_brand(sign_in: SignIn, app: Flask, session: Session) -> None:
    brand, owner = make_brand(session), make_person(session)
    make_brand(session, owner=owner)
    mission, product = make_mission(session, brand), make_product(session, brand)
    session.commit()
    client = sign_in(owner)
    for path in (f"/missions/{mission.id}", f"/missions/{mission.id}/edit", f"/catalogue/{product.id}"):
        assert client.get(f"/brand{path}").status_code == 404, path
    assert client.post(f"/brand/missions/{mission.id}/close").status_code == 404
    assert app.test_client().get("/brand/missions").headers["Location"].startswith("/sign-in")


def test_somebody_with_two_brands_changes_between_them(sign_in: SignIn, session: Session) -> None:
    owner = make_person(session)
    first, second = make_brand(session, owner=owner, name="Aster"), make_brand(session, owner=owner, name="Zebra")
    foreign = make_brand(session, name="Foreign")
    session.commit()
    client = sign_in(owner)
    assert f"<title>{first.name}" in client.get("/brand").text
    assert client.get(f"/brand/missions?b={second.slug}").headers["Location"] == "/brand/missions"
    assert f"<title>{second.name}" in client.get("/brand").text
    client.get(f"/brand?b={foreign.slug}")
    assert f"<title>{second.name}" in client.get("/brand").text


def test_an_operator_closes_a_brand_and_opens_it_again(sign_in: SignIn, session: Session) -> None:
    operator, brand = make_person(session, is_operator=True), make_brand(session)
    session.commit()
    client = sign_in(operator)
    assert brand.name in client.get("/operator/brands").text
    assert client.get(f"/operator/brands/{brand.id}").status_code == 200
    for action, is_found in (("close", False), ("open", True)):
        assert client.post(f"/operator/brands/{brand.id}/{action}").status_code == 302
        session.expire_all()
        assert (registry.find_by_key(session, brand.key) is not None) is is_found


def test_public_pages_open_for_everybody(app: Flask) -> None:
    anybody = app.test_client()
    for path in ("/", "/experts", "/brands", "/help", "/privacy", "/terms", "/accessibility", "/missions"):
        for locale in ("fr", "en"):
            answer = anybody.get(path, headers={"Accept-Language": locale})
            assert answer.status_code == 200, path
            assert f'<html lang="{locale}"' in answer.text
    assert anybody.get("/missions/nobody/nothing").status_code == 404
