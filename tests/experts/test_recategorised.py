"""A choice or correction of the category: offers move to those who know it, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from experts.models import Expert
from experts.offers import open_offers
from experts.states import OfferState
from marketplace.accounts import tokens
from marketplace.brands.models import Brand, Category
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.questions.learning import correct_category
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free
from tests.factories.payouts import fund
from tests.factories.world import ORIGIN
from tests.support import Sockets

STOVES = "Which stove boils a litre fastest?"


@dataclass(slots=True)
class Camp:
    """Two categories, and one free expert for each with a token for `/expert`."""

    brand: Brand
    tents: Category
    stoves: Category
    camper: Expert
    cook: Expert
    tokens: dict[str, str]


@pytest.fixture
def camp(database: Database) -> Camp:
    now = utcnow()
    with database.unit_of_work() as session:
        brand = make_brand(session)
        tents, stoves = make_category(session, brand, "Tents"), make_category(session, brand, "Stoves")
        mission = make_mission(session, brand, categories=[tents, stoves], starts_on=now.date())
        fund(session, brand, 100_000, now=now)
        people = []
        for category in (tents, stoves):
            expert = make_expert(session, person=make_person(session), now=now)
            make_enrolment(session, mission, expert=expert, categories=[category], now=now)
            make_free(session, expert, now=now)
            people.append(expert)
        camper, cook = people
        keys = {
            name: tokens.issue(session, person_id=expert.person_id, label="test", now=now)
            for name, expert in (("camper", camper), ("cook", cook))
        }
        return Camp(brand, tents, stoves, camper, cook, keys)


def heard(client: Any, namespace: str, name: str) -> list[Any]:
    return [packet["args"][0] for packet in client.get_received(namespace) if packet["name"] == name]


def ask(shopper: Any, text: str = STOVES) -> dict[str, Any]:
    asked: dict[str, Any] = shopper.emit(
        "ask", {"client_id": str(new_id()), "text": text, "page_url": f"{ORIGIN}/", "locale": "en"},
        namespace="/shopper", callback=True,
    )  # fmt: skip
    assert asked["ok"], asked
    return asked


def test_an_unclear_question_is_offered_on_the_guess_and_moves_with_the_choice(sockets: Sockets, camp: Camp) -> None:
    camper = sockets.connect("/expert", {"token": camp.tokens["camper"]})
    cook = sockets.connect("/expert", {"token": camp.tokens["cook"]})
    shopper = sockets.connect("/shopper", {"key": camp.brand.key}, headers={"Origin": ORIGIN})
    asked = ask(shopper)
    assert asked["state"] == "offered"
    assert {each["name"] for each in asked["choose"]} == {"Tents", "Stoves"}
    first = heard(cook, "/expert", "offer")[0]

    chosen = {"question_id": asked["question_id"], "category_id": str(camp.tents.id)}
    answer = shopper.emit("choose", chosen, namespace="/shopper", callback=True)
    assert answer["ok"], answer
    assert (answer["state"], answer["choose"]) == ("offered", [])
    assert heard(cook, "/expert", "offer_gone") == [{"offer_id": first["offer_id"], "why": "recategorised"}]
    assert heard(camper, "/expert", "offer")[0]["question"]["category"] == "Tents"
    assert heard(shopper, "/shopper", "question")[-1]["choose"] == []
    assert shopper.emit("choose", chosen, namespace="/shopper", callback=True)["ok"]


def test_an_offer_to_somebody_who_knows_the_chosen_category_stays(
    sockets: Sockets, camp: Camp, database: Database
) -> None:
    shopper = sockets.connect("/shopper", {"key": camp.brand.key}, headers={"Origin": ORIGIN})
    asked = ask(shopper)
    chosen = {"question_id": asked["question_id"], "category_id": str(camp.stoves.id)}
    shopper.emit("choose", chosen, namespace="/shopper", callback=True)
    with database.unit_of_work() as session:
        assert [offer.person_id for offer in open_offers(session, asked["question_id"])] == [camp.cook.person_id]


def test_the_choice_is_made_over_plain_http_too(client: FlaskClient, camp: Camp) -> None:
    made = client.post("/w/v1/visitor", json={"key": camp.brand.key}, headers={"Origin": ORIGIN}).get_json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    asked = client.post(
        "/w/v1/ask", json={"client_id": str(new_id()), "text": STOVES, "page_url": f"{ORIGIN}/"}, headers=bearer
    ).get_json()
    path = f"/w/v1/questions/{asked['question_id']}/choose"
    assert client.post(path, json={"category_id": str(new_id())}, headers=bearer).status_code == 422
    assert client.post(path, json={"category_id": None}, headers=bearer).get_json()["choose"] == []
    assert client.post(path, json={"category_id": str(camp.stoves.id)}, headers=bearer).status_code == 409


def test_a_category_without_a_free_expert_leaves_the_question_waiting(
    sockets: Sockets, camp: Camp, database: Database
) -> None:
    shopper = sockets.connect("/shopper", {"key": camp.brand.key}, headers={"Origin": ORIGIN})
    asked = ask(shopper)
    with database.unit_of_work() as session:
        ropes = make_category(session, session.get_one(Brand, camp.brand.id), "Ropes")
        question = session.get_one(Question, asked["question_id"])
        offer = open_offers(session, question.id)[0]
        correct_category(session, question, ropes.id, by=camp.camper.person_id, now=utcnow())
        assert offer.state is OfferState.WITHDRAWN
        assert question.state is QuestionState.WAITING
        assert question.due_at is not None
