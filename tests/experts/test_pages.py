"""The pages of experts, brands and operators, from the first application to a suspension."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import profiles, reputation
from experts.models import Enrolment, Expert, HoursException, WeeklyHours
from experts.rules import Exclusion
from experts.states import EnrolmentState
from marketplace.accounts import signins
from marketplace.accounts.models import Person
from marketplace.brands.models import Mission, MissionCategory
from marketplace.core.clock import new_id, utcnow
from marketplace.ratings.models import Rating
from tests.experts.test_considered import Market
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.experts import make_enrolment, make_expert

SignIn = Callable[[Person], FlaskClient]
WORDS = "Two hundred kilometres a month, in every kind of mud."


@pytest.fixture
def sign_in(app: Flask) -> Iterator[SignIn]:
    """A browser signed in as somebody; forms need no token."""
    app.config["WTF_CSRF_ENABLED"] = False

    def sign_in(person: Person) -> FlaskClient:
        client = app.test_client()
        with app.extensions["comptoir"].database.unit_of_work() as session:
            key = str(signins.start(session, person, device="test", now=utcnow()).id)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = key, True
        return client

    yield sign_in
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def owner(session: Session) -> Person:
    return make_person(session, name="Odile Owner")


@pytest.fixture
def mission(session: Session, owner: Person) -> Mission:
    return make_mission(session, make_brand(session, owner=owner, name="Nordet"), languages=["fr", "en"])


def profile(**more: object) -> dict[str, object]:
    return {
        "public_name": "Cam", "headline_fr": "Coureuse", "headline_en": "Runner", "languages": ["fr"], "country": "FR",
        "time_zone": "Europe/Paris", "bio": "", **more,
    }  # fmt: skip


def test_a_draft_waits_in_the_browser_then_the_application_is_sent_once(
    session: Session, sign_in: SignIn, mission: Mission
) -> None:
    person = make_person(session)
    category = session.scalars(select(MissionCategory.category_id)).one()
    session.commit()
    client = sign_in(person)
    url = f"/missions/nordet/{mission.slug}/apply"
    assert client.get(url).status_code == 200
    draft = profile(category_ids=[str(category)], motivation="Because", later="1")
    assert client.post(url, data=draft).status_code == 302
    assert "Because" in client.get(url).text
    refused = client.post(url, data=profile(category_ids=[str(category)], motivation="short"))
    assert refused.status_code == 422
    assert "between 20 and 2,000" in refused.text
    assert session.scalar(select(Expert.person_id)) is None
    sent = client.post(url, data=profile(category_ids=[str(category)], motivation=WORDS))
    assert sent.headers["Location"].endswith("/expert/missions")
    assert "waiting for the brand" in client.get("/expert/missions").text
    assert "applied for this mission already" in client.get(url).text
    assert session.scalar(select(Enrolment.motivation)) == WORDS


def test_a_brand_reads_compares_accepts_and_declines(
    session: Session, sign_in: SignIn, owner: Person, mission: Mission
) -> None:
    first, second = (make_enrolment(session, mission, accepted=False) for _ in range(2))
    session.commit()
    client = sign_in(owner)
    queue = client.get("/brand/applications").text
    assert queue.count("/brand/applications/0") >= 2
    assert client.get(f"/brand/applications/compare?id={first.id}&id={second.id}").status_code == 200
    assert client.get("/brand/applications/compare").status_code == 200
    page = client.get(f"/brand/applications/{first.id}").text
    assert "kilometres" in page
    category = re.search(r'name="category_ids" value="([0-9a-f-]+)"', page)
    assert category is not None
    refused = client.post(f"/brand/applications/{first.id}/accept", data={"welcome": "Yes"})
    assert refused.status_code == 422
    given = {"welcome": "Welcome", "category_ids": [category[1]]}
    assert client.post(f"/brand/applications/{first.id}/accept", data=given).status_code == 302
    assert client.post(f"/brand/applications/{second.id}/decline", data={"message": ""}).status_code == 422
    assert client.post(f"/brand/applications/{second.id}/decline", data={"message": "Not now"}).status_code == 302
    session.expire_all()
    assert (first.state, second.state) == (EnrolmentState.ACTIVE, EnrolmentState.DECLINED)
    assert "Not now" in client.get(f"/brand/applications/{second.id}").text
    assert client.get("/brand/applications?state=declined").text.count(str(second.id)) >= 1


def test_a_brand_pauses_suspends_by_a_rule_and_reinstates(
    session: Session, sign_in: SignIn, owner: Person, mission: Mission
) -> None:
    enrolment = make_enrolment(session, mission)
    expert = session.get_one(Person, enrolment.person_id)
    session.commit()
    client, own = sign_in(owner), sign_in(expert)
    url = f"/brand/experts/{enrolment.id}"
    assert client.get("/brand/experts").status_code == 200
    assert client.get("/brand/experts?state=suspended&q=x").status_code == 200
    assert client.get(url).status_code == 200
    assert client.post(f"{url}/pause", data={"reason": "Stock-taking"}).status_code == 302
    assert "The brand paused this enrolment" in own.get("/expert/missions").text
    assert own.post(f"/expert/missions/{enrolment.id}/resume").status_code == 409
    assert client.post(f"{url}/resume").status_code == 302
    assert client.post(f"{url}/suspend", data={"rule": "truth", "evidence": "x"}).status_code == 422
    evidence = "Promised a discount that does not exist."
    assert client.post(f"{url}/suspend", data={"rule": "truth", "evidence": evidence}).status_code == 302
    seen = own.get("/expert/missions").text
    assert evidence in seen
    assert "Say only what you know" in seen
    assert client.post(f"{url}/reinstate").status_code == 302
    assert own.post(f"/expert/missions/{enrolment.id}/leave").status_code == 302
    assert client.get(url).status_code == 200


def test_strangers_and_lower_roles_decide_nothing(session: Session, sign_in: SignIn, mission: Mission) -> None:
    enrolment = make_enrolment(session, mission, accepted=False)
    stranger = make_person(session)
    make_brand(session, owner=stranger)
    other_expert = session.get_one(Person, make_expert(session).person_id)
    session.commit()
    client = sign_in(stranger)
    for address in (f"/brand/applications/{enrolment.id}", f"/brand/experts/{enrolment.id}"):
        assert client.get(address).status_code == 404
    assert client.post(f"/brand/applications/{enrolment.id}/accept", data={}).status_code == 404
    assert sign_in(other_expert).post(f"/expert/missions/{enrolment.id}/leave").status_code == 404


def test_the_profile_and_its_picture(session: Session, sign_in: SignIn) -> None:
    person = session.get_one(Person, make_expert(session).person_id)
    session.commit()
    client = sign_in(person)
    assert client.post("/expert/profile", data=profile(public_name="")).status_code == 422
    assert client.post("/expert/profile", data=profile(public_name="Zoé")).status_code == 302
    assert "Zoé" in client.get("/expert/profile").text
    out = io.BytesIO()
    Image.new("RGB", (500, 300), "teal").save(out, "PNG")
    assert client.post("/expert/profile/picture", data={"picture": (io.BytesIO(b"no"), "a.png")}).status_code == 422
    sent = {"picture": (io.BytesIO(out.getvalue()), "a.png")}
    assert client.post("/expert/profile/picture", data=sent).status_code == 302
    assert "/avatars/" in client.get("/expert/profile").text
    assert client.post("/expert/profile/picture/remove").status_code == 302


def test_the_week_exceptions_capacity_and_the_switch(session: Session, sign_in: SignIn) -> None:
    person = session.get_one(Person, make_expert(session).person_id)
    session.commit()
    client = sign_in(person)
    assert client.get("/expert/hours").status_code == 200
    week = {"days-0-starts_1": "09:00", "days-0-ends_1": "12:00", "days-0-starts_2": "20:00", "days-0-ends_2": "00:00"}
    assert client.post("/expert/hours", data=week).status_code == 302
    stored = session.execute(select(WeeklyHours.weekday, WeeklyHours.starts, WeeklyHours.ends)).all()
    assert sorted(map(tuple, stored)) == [(0, 540, 720), (0, 1200, 1440)]
    assert 'value="20:00"' in client.get("/expert/hours").text
    overlapping = {**week, "days-0-starts_2": "11:00", "days-0-ends_2": "13:00"}
    assert "overlap" in client.post("/expert/hours", data=overlapping).text
    half = client.post("/expert/hours", data={"days-3-starts_1": "09:00"})
    assert half.status_code == 422
    assert 'value="09:00"' in half.text
    day = (utcnow() + timedelta(days=3)).date().isoformat()
    assert client.post("/expert/hours/exceptions", data={"on_date": day}).status_code == 302
    assert "day off" in client.get("/expert/hours").text
    assert client.post("/expert/hours/exceptions", data={"on_date": "2020-01-01"}).status_code == 422
    assert client.post(f"/expert/hours/exceptions/{day}/remove").status_code == 302
    assert session.scalar(select(HoursException.id)) is None
    assert client.post("/expert/hours/capacity", data={"capacity": "11"}).status_code == 422
    assert client.post("/expert/hours/capacity", data={"capacity": "3"}).status_code == 302
    assert client.post("/expert/hours/switch", data={"on": "1"}).status_code == 302
    session.expire_all()
    expert = session.get_one(Expert, person.id)
    assert (expert.capacity, expert.switched_on) == (3, True)


def test_pages_show_decisions_and_ratings(session: Session, sign_in: SignIn) -> None:
    market = Market(session, utcnow())
    for number, rule in enumerate(Exclusion):
        market.decide(ranked=[], excluded={rule.value: [market.experts[0]]}, minutes_ago=number)
    market.offer(market.decide(ranked=market.experts, excluded={}), 0)
    for stars in (5, 4, 1, 5, 5):
        session.add(
            Rating(
                segment_id=new_id(), conversation_id=new_id(), brand_id=market.brand.id, rated_at=utcnow(),
                person_id=market.experts[0].person_id, category_id=market.category.id, stars=stars,
                counts=stars > 1, ignored_because=None if stars > 1 else "misrouted", comment="Very clear, thank you.",
            )
        )  # fmt: skip
    session.flush()
    reputation.rebuild(session, market.experts[0].person_id, now=utcnow())
    person = session.get_one(Person, market.experts[0].person_id)
    operator = make_person(session, is_operator=True)
    session.commit()
    client = sign_in(person)
    why = client.get("/expert/why").text
    assert "Do they run small?" in why
    assert "1 of 4" in why
    assert "outside your hours" in why
    page = client.get("/expert/reputation").text
    assert "Very clear, thank you." in page
    assert "4 ratings, shown from 5 on" in page
    assert "not counted: misrouted" in page
    assert "Do they run small?" in sign_in(operator).get(f"/operator/experts/{person.id}").text


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_page_opens_when_there_is_nothing_to_show(session: Session, sign_in: SignIn, locale: str) -> None:
    person = make_person(session, is_operator=True, locale=locale)
    make_brand(session, owner=person)
    make_expert(session, person=person)
    session.commit()
    client = sign_in(person)
    for address in (
        "/expert/missions", "/expert/profile", "/expert/hours", "/expert/reputation", "/expert/why",
        "/brand/applications", "/brand/experts", "/operator/experts", f"/operator/experts/{person.id}",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert f'lang="{locale}"' in answer.text


def test_profiles_headline_falls_back(session: Session) -> None:
    expert = make_expert(session, headline_en="", headline_fr="Coureuse")
    assert profiles.headline(expert, "en") == "Coureuse"
