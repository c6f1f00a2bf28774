"""The application with a key of its own: from the top-up to the transfer, through pages, webhooks and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from app import create_app
from experts.models import Expert
from marketplace.core.db import Database
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from payouts.models import Hook, Payout, PayoutRun, TopUp
from payouts.states import HookState, PayoutState, RunState, TopUpState
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.payouts import NOW, earn
from tests.stripe_server.checkout import pay_session
from tests.stripe_server.events import Delivery
from tests.stripe_server.server import TEST_KEY, StripeServer
from tests.support import JobRunner


@pytest.fixture
def stripe_app(settings: Settings, own_database: Database, stripe_server: StripeServer) -> Iterator[Flask]:
    """An application with a key of its own and its webhooks delivered at once."""
    given = settings.model_copy(
        update={
            "database_url": own_database.url, "stripe_api_base": stripe_server.url,
            "stripe_secret_key": SecretStr(TEST_KEY), "stripe_webhook_secret": SecretStr("whsec_new"),
            "stripe_webhook_secret_previous": SecretStr("whsec_old"),
            "stripe_thin_webhook_secret": SecretStr("whsec_thin"),
        }
    )  # fmt: skip
    app = create_app(given)
    app.config["WTF_CSRF_ENABLED"] = False

    def transport(one: Delivery) -> int:
        headers = {"Stripe-Signature": one.header}
        return app.test_client().post(one.endpoint.url, data=one.payload.encode(), headers=headers).status_code

    stripe_server.listen("/hooks/stripe", "whsec_old", transport=transport)
    stripe_server.listen("/hooks/stripe/thin", "whsec_thin", thin=True)
    yield app
    stripe_server.webhooks.settle()
    parts: Platform = app.extensions["comptoir"]
    parts.database.engine.dispose()


def test_the_whole_way_on_a_server_that_speaks_like_stripe(stripe_app: Flask, stripe_server: StripeServer) -> None:
    parts: Platform = stripe_app.extensions["comptoir"]
    database, client, jobs = parts.database, stripe_app.test_client(), JobRunner(parts)
    with database.unit_of_work() as session:
        owner, person, operator = make_person(session), make_person(session), make_person(session, is_operator=True)
        brand = make_brand(session, owner=owner)
        mission = make_mission(session, brand, pay_minor=2_000)
        session.add(Expert(person_id=person.id, public_name="A", languages=["en"], country="FR", joined_at=NOW))

    def as_person(email: str) -> None:
        client.post("/sign-out")
        client.post("/sign-in", data={"email": email, "password": PASSWORD})

    as_person(owner.email)
    page = client.post("/brand/wallet/top-up", data={"amount": "100.00"}).headers["Location"]
    assert page.startswith(f"{stripe_server.url}/checkout/")
    with stripe_server.world.books.lock:
        pay_session(stripe_server.world, page.rsplit("/", 1)[1])
    stripe_server.webhooks.settle()
    jobs.run("payouts.hook")
    with database.unit_of_work() as session:
        assert session.scalars(select(TopUp.state)).one() is TopUpState.PAID
        earn(session, mission, person)

    as_person(person.email)
    page = client.post("/expert/payment-account/open").headers["Location"]
    assert urlsplit(page).path.startswith("/onboarding/")
    stripe_server.turn("onboard", account=next(iter(stripe_server.world.accounts)))
    stripe_server.webhooks.settle()
    jobs.run("payouts.hook")

    as_person(operator.email)
    page = client.post("/operator/runs/prepare", data={"currency": "EUR"}).headers["Location"]
    client.post(f"{page}/approve")
    client.post(f"{page}/execute")
    jobs.run("payouts.execute")
    stripe_server.webhooks.settle()
    jobs.run("payouts.hook")
    with database.unit_of_work() as session:
        payout = session.scalars(select(Payout)).one()
        assert payout.state is PayoutState.PAID
        assert session.scalars(select(PayoutRun.state)).one() is RunState.DONE
        assert HookState.PARKED not in set(session.scalars(select(Hook.state)))
    assert [(one["amount"], one["id"]) for one in stripe_server.books()["transfers"]] == [(1_600, payout.transfer_id)]
    assert "agree" in client.post("/operator/exceptions/compare", follow_redirects=True).text
    assert "The books are clean" in client.post("/operator/ledger/check").text
