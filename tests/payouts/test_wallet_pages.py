"""The brand's wallet and the operator's exceptions by hand, with test payments."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from payouts import findings, wallet
from payouts.findings import Difference
from payouts.models import Chargeback, Finding, TopUp, WalletSettings
from payouts.states import ChargebackState, FindingState, TopUpState
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.payouts.test_pages import sign_in
from tests.support import JobRunner


@pytest.fixture(autouse=True)
def _without_tokens(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # type: ignore[attr-defined]


@pytest.fixture
def brand(client: FlaskClient, session: Session) -> Brand:
    """A brand whose owner is signed in."""
    owner = make_person(session)
    made = make_brand(session, owner=owner)
    session.commit()
    sign_in(client, owner)
    return made


def local(address: str) -> str:
    return address.removeprefix("http://chat.localhost:5000")


def only(session: Session) -> TopUp:
    session.expire_all()
    return session.scalars(select(TopUp).order_by(TopUp.created_at.desc())).first() or TopUp()


def free(session: Session, brand: Brand) -> int:
    return wallet.funds(session, brand.id, "EUR", now=utcnow()).free.minor


def test_a_bank_transfer_by_hand(client: FlaskClient, session: Session, brand: Brand) -> None:
    page = client.post("/brand/wallet/top-up", data={"amount": "80.00", "way": "transfer"}).headers["Location"]
    shown = client.get(page).text
    top_up = only(session)
    assert "FR76" in shown
    assert f"TEST-{top_up.id.hex[-8:].upper()}" in shown
    client.post(f"/test-payments/payments/{top_up.payment_id}/arrives/half")
    assert "€40.00 has arrived so far." in client.get("/brand/wallet").text
    assert free(session, brand) == 0
    client.post(f"/test-payments/payments/{top_up.payment_id}/arrives/more")
    assert (only(session).state, free(session, brand)) == (TopUpState.PAID, 8_000)
    assert "Transferred too much" in client.get("/brand/wallet").text
    assert "arrived meanwhile" in client.post(f"{page}/cancel", follow_redirects=True).text


def test_coming_back_without_having_paid_changes_nothing(client: FlaskClient, session: Session, brand: Brand) -> None:
    client.post("/brand/wallet/top-up", data={"amount": "80.00"})
    back = client.get(f"/brand/wallet/top-ups/{only(session).id}/back", follow_redirects=True).text
    assert "Nothing was paid" in back
    assert free(session, brand) == 0


def test_automatic_top_ups_by_hand(client: FlaskClient, session: Session, brand: Brand, jobs: JobRunner) -> None:
    wanted = {"on": "y", "below": "20", "amount": "50", "per_day": "2"}
    assert "Choose a payment method first." in client.post("/brand/wallet/automatic", data=wanted).text
    page = local(client.post("/brand/wallet/automatic/method").headers["Location"])
    assert client.get(page).status_code == 200
    client.get(local(client.post(f"{page}/refused").headers["Location"]))
    client.post("/brand/wallet/automatic", data=wanted)
    for _ in range(2):
        jobs._parts.jobs.app.tasks["payouts.fill_all"].func(timestamp=0)
    assert "switched off after two refusals" in client.get("/brand/wallet/automatic").text
    page = local(client.post("/brand/wallet/automatic/method").headers["Location"])
    client.get(local(client.post(f"{page}/works").headers["Location"]))
    client.post("/brand/wallet/automatic", data=wanted)
    jobs._parts.jobs.app.tasks["payouts.fill_all"].func(timestamp=0)
    assert free(session, brand) == 5_000
    client.post("/brand/wallet/automatic/forget")
    session.expire_all()
    assert session.get_one(WalletSettings, brand.id).method_id is None


def test_paying_back_and_a_dispute_by_hand(
    client: FlaskClient, session: Session, brand: Brand, jobs: JobRunner
) -> None:
    page = local(client.post("/brand/wallet/top-up", data={"amount": "50.00"}).headers["Location"])
    client.post(f"{page}/pay")
    assert "At most" in client.post("/brand/wallet/withdraw", data={"withdraw_amount": "50.01"}).text
    client.post("/brand/wallet/withdraw", data={"withdraw_amount": "10"})
    jobs.run("payouts.withdraw")
    top_up = only(session)
    assert "€10.00" in client.get(f"/brand/wallet/top-ups/{top_up.id}").text
    client.post(f"/test-payments/payments/{top_up.payment_id}/dispute")
    assert "is disputed" in client.get("/brand/wallet").text
    client.post(f"/test-payments/payments/{top_up.payment_id}/dispute/lose")
    session.expire_all()
    assert session.scalars(select(Chargeback.state)).one() is ChargebackState.LOST
    moves = client.get("/brand/wallet?sort=returned").text
    assert re.search(r"Money asked back", moves)
    assert "Top-up paid" not in moves
    assert "Nothing matches" in client.get("/brand/wallet?since=2001-01-01&until=2001-01-02").text
    for view in ("movements", "conversations", "top-ups", "nonsense"):
        assert client.get(f"/brand/wallet?view={view}&since=nonsense&page=0").status_code == 200


def test_forms_of_the_wallet_may_lead_to_the_provider_and_no_others(client: FlaskClient, brand: Brand) -> None:
    assert "https://checkout.stripe.com" in client.get("/brand/wallet").headers["Content-Security-Policy"]
    assert "stripe" not in client.get("/brand/catalogue").headers["Content-Security-Policy"]


def test_an_operator_settles_a_difference(client: FlaskClient, session: Session) -> None:
    operator, other = make_person(session, is_operator=True), make_person(session, is_operator=True)
    findings.keep(session, [Difference("movement_unbooked", "txn_9", {"theirs": 5, "currency": "EUR"})], now=utcnow())
    finding = session.scalars(select(Finding).where(Finding.name == "movement_unbooked:txn_9")).one()
    session.commit()
    sign_in(client, operator)
    page = f"/operator/exceptions/{finding.id}"
    assert "€0.05" in client.get(page).text
    client.post(f"{page}/owner", data={"owner": str(other.id)})
    assert client.post(f"{page}/resolve", data={"note": ""}).status_code == 422
    client.post(f"{page}/acknowledge", data={"note": "Looking."})
    client.post(f"{page}/resolve", data={"note": "Booked by hand."})
    assert client.post(f"{page}/resolve", data={"note": "Again."}).status_code == 422
    session.expire_all()
    assert (finding.state, finding.owner_id, finding.note) == (FindingState.RESOLVED, other.id, "Booked by hand.")
    assert "Booked by hand." in client.get(page).text
    assert "txn_9" not in client.get("/operator/exceptions?state=open").text
