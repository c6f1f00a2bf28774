"""Pages of money: who may see them, what they show, and the way from a top-up to a payout by hand."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts import bonuses
from payouts.models import LedgerTransaction, Payout, PayoutRun, TopUp
from payouts.states import PayoutState, RunState, TopUpState
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.payouts import NOW, earn, make_market
from tests.factories.world import make_world
from tests.support import JobRunner


def sign_in(client: FlaskClient, person: Person) -> None:
    answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code in {302, 303}, answer.text


@pytest.fixture(autouse=True)
def _without_tokens(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # type: ignore[attr-defined]


def make_expert(session: Session, person: Person) -> None:
    session.add(Expert(person_id=person.id, public_name=person.name, languages=["en"], joined_at=NOW))
    session.flush()


def test_a_bonus_is_a_line_of_the_earnings(client: FlaskClient, session: Session, database: Database) -> None:
    world = make_world(database)
    person = session.get_one(Person, world.experts[0][0])
    bonuses.give_by_brand(
        session, id=uuid4(), brand_id=world.brand.id, person_id=person.id, amount=Money(500, "EUR"),
        reason="Twelve patient answers", by=None, commission_bps=2_000, now=NOW,
    )  # fmt: skip
    session.commit()
    sign_in(client, person)
    assert "Bonus from the brand" in client.get("/expert/earnings").text


def test_the_whole_way_by_hand(client: FlaskClient, session: Session, jobs: JobRunner) -> None:
    owner, person, operator = make_person(session), make_person(session), make_person(session, is_operator=True)
    brand = make_brand(session, owner=owner)
    mission = make_mission(session, brand, pay_minor=2_000)
    make_expert(session, person)
    session.commit()
    sign_in(client, owner)
    answer = client.post("/brand/wallet/top-up", data={"amount": "50,00"})
    assert answer.status_code == 422
    page = client.post("/brand/wallet/top-up", data={"amount": "50.00"}).headers["Location"]
    page = page.removeprefix("http://chat.localhost:5000")
    assert "50.00" in client.get(page).text
    client.post(f"{page}/pay")
    assert session.scalars(select(TopUp.state).where(TopUp.brand_id == brand.id)).one() is TopUpState.PAID
    assert "€50.00" in client.get("/brand/wallet").text
    earn(session, mission, person)
    session.commit()
    client.post("/sign-out")

    sign_in(client, person)
    shown = client.get("/expert/earnings").text
    assert "€16.00" in shown
    assert "Less 20 % commission: €4.00." in shown
    assert client.get("/expert/statements/2026-W47").status_code == 200
    assert b"16.00" in client.get("/expert/earnings.csv").data
    page = client.post("/expert/payment-account/open").headers["Location"].removeprefix("http://chat.localhost:5000")
    client.get(page)
    client.post(f"{page}/finish")
    assert "Ready to be paid" in client.get("/expert/payment-account").text
    client.post("/sign-out")

    sign_in(client, operator)
    page = client.post("/operator/runs/prepare", data={"currency": "EUR"}).headers["Location"]
    client.post(f"{page}/approve")
    client.post(f"{page}/execute")
    client.post(f"{page}/execute")
    jobs.run("payouts.execute")
    session.expire_all()
    assert session.scalars(select(PayoutRun.state)).one() is RunState.DONE
    assert session.scalars(select(Payout.state)).one() is PayoutState.PAID
    assert "€16.00" in client.get(page).text
    assert "The books are clean" in client.post("/operator/ledger/check").text
    assert "agree" in client.post("/operator/exceptions/compare", follow_redirects=True).text
    for path in ("/operator/runs", "/operator/ledger", "/operator/exceptions", "/operator/ledger?kind=brand.wallet"):
        assert client.get(path).status_code == 200
    for transaction in session.scalars(select(LedgerTransaction.id)):
        assert client.get(f"/operator/ledger/transactions/{transaction}").status_code == 200


@pytest.mark.parametrize("path", ["/operator/ledger", "/operator/runs", "/operator/exceptions"])
def test_books_and_runs_are_for_operators(client: FlaskClient, session: Session, path: str) -> None:
    person = make_person(session)
    make_expert(session, person)
    session.commit()
    sign_in(client, person)
    assert client.get(path).status_code == 403


def test_nobody_sees_the_money_of_others(client: FlaskClient, session: Session) -> None:
    brand, _, _ = make_market(session)
    stranger = make_person(session)
    make_brand(session, owner=stranger)
    top_up = session.scalars(select(TopUp.id).where(TopUp.brand_id == brand.id)).one()
    session.commit()
    sign_in(client, stranger)
    assert client.get(f"/brand/wallet/top-ups/{top_up}").status_code == 404
    assert client.get("/test-payments/accounts/acct_test_1").status_code == 404
    assert client.get(f"/test-payments/checkout/cs_test_{uuid4().hex}").status_code == 404


def test_limits_are_kept(client: FlaskClient, session: Session) -> None:
    owner = make_person(session)
    make_brand(session, owner=owner)
    session.commit()
    sign_in(client, owner)
    client.post("/brand/wallet/limits", data={"month_cap": "100", "warn_below": "15"})
    assert 'value="100.00"' in client.get("/brand/wallet/limits").text
    assert "of €100.00" in client.get("/brand/wallet").text


def test_a_webhook_without_a_good_signature_is_refused(client: FlaskClient) -> None:
    assert client.post("/hooks/stripe", data=b"{}").status_code == 400
