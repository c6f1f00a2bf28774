"""Webhooks and reconciliation against a server that speaks like Stripe: hints, in any order, any number of times."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from marketplace.core.web import Platform
from payouts import connect, hooks, ledger, payments, reconciliation, wallet, work
from payouts.chart import AccountKind, brand
from payouts.models import Chargeback, Finding, Hook, Payee, TopUp
from payouts.states import ChargebackState, FindingState, HookState, PayeeState, TopUpState
from payouts.stripe_gateway import StripeGateway
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.factories.payouts import earn, make_market
from tests.payouts.conftest import Provider, stripe_of
from tests.stripe_server.events import Delivery
from tests.stripe_server.server import TEST_KEY, StripeServer

K = AccountKind


@pytest.fixture
def provider(
    app: Flask, parts: Platform, own_database: Database, stripe_server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """Our application behind a webhook endpoint of the server; what it sends is held until a test lets it go."""
    made = stripe_of(stripe_server)
    monkeypatch.setitem(app.extensions, "gateway", made.gateway)
    monkeypatch.setattr(parts, "database", own_database)
    stripe_server.listen("/hooks/stripe", "whsec_a", transport=lambda one: post(app, one))
    stripe_server.listen("/hooks/stripe/thin", "whsec_t", thin=True)
    stripe_server.webhooks.hold()
    yield made
    stripe_server.webhooks.settle()


def post(app: Flask, one: Delivery) -> int:
    headers = {"Stripe-Signature": one.header}
    return app.test_client().post(one.endpoint.url, data=one.payload.encode(), headers=headers).status_code


def deliver(server: StripeServer, *, repeat: int = 1, seed: int = 0) -> None:
    server.webhooks.release(shuffle=random.Random(seed), repeat=repeat)
    server.webhooks.settle()
    server.webhooks.hold()


def process_all(database: Database, provider: Provider) -> None:
    with database.unit_of_work() as session:
        names = session.scalars(select(Hook.id).where(Hook.state.in_([HookState.RECEIVED, HookState.PARKED]))).all()
    for name in names:
        hooks.process(database, provider.gateway, name, now=utcnow())


def begin_top_up(database: Database, provider: Provider) -> TopUp:
    now = utcnow()
    with database.unit_of_work() as session:
        shop = make_brand(session)
        top_up = wallet.start_top_up(session, brand_id=shop.id, amount=Money(5_000, "EUR"), by_person_id=None, now=now)
    payments.open_checkout(database, provider.gateway, top_up.id, return_url="http://chat.localhost/brand/wallet")
    with database.unit_of_work() as session:
        return session.get_one(TopUp, top_up.id)


def wallet_of(database: Database, top_up: TopUp) -> int:
    with database.unit_of_work() as session:
        return ledger.balance(session, brand(K.BRAND_WALLET, top_up.brand_id, "EUR"))


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_and_repeated_webhooks_credit_once(
    own_database: Database, provider: Provider, stripe_server: StripeServer, seed: int
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    provider.pay(top_up.checkout_id)
    assert wallet_of(own_database, top_up) == 0
    deliver(stripe_server, repeat=3, seed=seed)
    for _ in range(2):
        process_all(own_database, provider)
    assert wallet_of(own_database, top_up) == 5_000
    with own_database.unit_of_work() as session:
        assert session.get_one(TopUp, top_up.id).state is TopUpState.PAID
        assert session.scalar(select(func.count()).select_from(Hook).where(Hook.state == HookState.PARKED)) == 0


def test_a_forged_an_old_and_an_unsigned_webhook_leave_no_row(
    app: Flask, own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    provider.pay(top_up.checkout_id)
    good = stripe_server.webhooks.take()[0]
    client = app.test_client()
    good.age = 301
    assert post(app, good) == 400
    good.age, good.payload = 0, good.payload
    header = good.header
    assert (
        client.post("/hooks/stripe", data=good.payload + " ", headers={"Stripe-Signature": header}).status_code == 400
    )
    assert client.post("/hooks/stripe", data=good.payload).status_code == 400
    assert client.post("/hooks/stripe/thin", data=good.payload, headers={"Stripe-Signature": header}).status_code == 400
    with own_database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Hook)) == 0
    assert post(app, good) == 200


def test_what_is_not_known_here_yet_is_parked_and_found_later(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    with own_database.unit_of_work() as session:
        session.get_one(TopUp, top_up.id).checkout_id = None
    provider.pay(top_up.checkout_id)
    deliver(stripe_server)
    process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        assert HookState.PARKED in set(session.scalars(select(Hook.state)))
        session.get_one(TopUp, top_up.id).checkout_id = top_up.checkout_id
    process_all(own_database, provider)
    assert wallet_of(own_database, top_up) == 5_000


def test_an_account_becomes_ready_and_is_stopped_by_what_the_provider_says(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    with own_database.unit_of_work() as session:
        person = make_person(session)
    payee = connect.ensure_account(own_database, provider.gateway, person.id, now=utcnow())
    for act, state in ((provider.onboard, PayeeState.ACTIVE), (provider.restrict, PayeeState.RESTRICTED)):
        act(payee.account_id)
        deliver(stripe_server)
        process_all(own_database, provider)
        with own_database.unit_of_work() as session:
            assert session.get_one(Payee, person.id).state is state


def test_an_account_event_that_never_came_is_made_up_for_where_money_is_due(
    parts: Platform, own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    with own_database.unit_of_work() as session:
        _, mission, person = make_market(session)
        earn(session, mission, person)
        idle = make_person(session)
    for each in (person, idle):
        provider.onboard(connect.ensure_account(own_database, provider.gateway, each.id, now=utcnow()).account_id)
    stripe_server.webhooks.take()
    for hours, state in ((1, PayeeState.PENDING), (21, PayeeState.ACTIVE)):
        work.check_accounts(parts, provider.gateway, int((utcnow() + timedelta(hours=hours)).timestamp()))
        with own_database.unit_of_work() as session:
            assert session.get_one(Payee, person.id).state is state
            assert session.get_one(Payee, idle.id).state is PayeeState.PENDING


def test_a_refusal_of_the_bank_stops_sending(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    stripe_server.turn("fund", amount=10_000)
    with own_database.unit_of_work() as session:
        person = make_person(session)
    payee = connect.ensure_account(own_database, provider.gateway, person.id, now=utcnow())
    provider.onboard(payee.account_id)
    provider.gateway.send(
        key="k", payout_id=uuid4(), run_id=uuid4(), amount=Money(700, "EUR"), account_id=payee.account_id
    )
    sent = stripe_server.turn("bank_payout", account=payee.account_id)
    stripe_server.turn("pay_payout", payout=sent["id"])
    stripe_server.turn("fail_payout", payout=sent["id"])
    deliver(stripe_server)
    process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        assert session.get_one(Payee, person.id).held_because


def test_a_pending_payment_that_fails_is_never_credited(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    stripe_server.turn("pay_session", identifier=top_up.checkout_id, method="sepa_debit")
    deliver(stripe_server)
    process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        begun = session.get_one(TopUp, top_up.id)
        assert begun.state is TopUpState.PROCESSING
        assert begun.payment_id
    assert wallet_of(own_database, top_up) == 0
    stripe_server.turn("settle_debit", intent_id=begun.payment_id, succeeded=False)
    deliver(stripe_server)
    process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        assert session.get_one(TopUp, top_up.id).state is TopUpState.FAILED
    assert wallet_of(own_database, top_up) == 0


def test_reconciliation_names_what_differs_and_closes_it_when_it_no_longer_does(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    provider.pay(top_up.checkout_id)
    found = reconciliation.reconcile(own_database, provider.gateway, now=utcnow())
    assert "balance_differs:stripe.available:EUR" in {one.name for one in found}
    payments.refresh(own_database, provider.gateway, top_up.id, now=utcnow())
    found = reconciliation.reconcile(own_database, provider.gateway, now=utcnow())
    assert {one.kind for one in found} <= {"books"}
    with own_database.unit_of_work() as session:
        kept = session.scalars(select(Finding).where(Finding.kind == "balance_differs")).one()
        assert kept.state is FindingState.RESOLVED
        session.execute(text("UPDATE ledger_account SET balance = balance + 5 WHERE kind = 'stripe.available'"))
    found = reconciliation.reconcile(own_database, provider.gateway, now=utcnow() + timedelta(minutes=1))
    assert {"books", "balance_differs"} == {one.kind for one in found}


def test_a_transfer_made_by_somebody_else_is_named(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    stripe_server.turn("fund", amount=10_000)
    account = provider.gateway.create_account(person_id=uuid4(), email="x@y.example", name="X", country="FR")
    provider.onboard(account.id)
    sent = provider.gateway.send(
        key="by-hand", payout_id=uuid4(), run_id=uuid4(), amount=Money(700, "EUR"), account_id=account.id
    )
    found = reconciliation.reconcile(own_database, provider.gateway, now=utcnow())
    assert f"transfer_unknown:{sent.id}" in {one.name for one in found}


def test_an_account_or_a_mode_that_is_not_ours_is_refused(
    own_database: Database, provider: Provider, stripe_server: StripeServer, app: Flask
) -> None:
    stripe_server.turn("stray_event")
    stripe_server.turn("stray_event", account="", livemode=True)
    strays = stripe_server.webhooks.take()
    assert [post(app, one) for one in strays] == [400, 400]
    with own_database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Hook)) == 0


@pytest.mark.parametrize("secret", ["whsec_t", "whsec_t_old"])
def test_while_secrets_rotate_both_are_good_at_the_thin_door_too(
    app: Flask, own_database: Database, provider: Provider, stripe_server: StripeServer,
    monkeypatch: pytest.MonkeyPatch, secret: str,
) -> None:  # fmt: skip
    rotating = StripeGateway(
        TEST_KEY, base=stripe_server.url, secrets=("whsec_a",), thin_secrets=("whsec_t", "whsec_t_old"), retries=0
    )
    monkeypatch.setitem(app.extensions, "gateway", rotating)
    with own_database.unit_of_work() as session:
        person = make_person(session)
    payee = connect.ensure_account(own_database, provider.gateway, person.id, now=utcnow())
    stripe_server.webhooks.take()
    provider.onboard(payee.account_id)
    sent = next(one for one in stripe_server.webhooks.take() if one.endpoint.thin)
    sent.secrets = (secret,)
    assert post(app, sent) == 200
    assert post(app, sent) == 200
    sent.secrets = ("whsec_of_nobody",)
    assert post(app, sent) == 400


def test_events_that_never_came_are_swept_up_and_acted_on(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    provider.pay(top_up.checkout_id)
    stripe_server.webhooks.take()
    since = utcnow() - timedelta(days=1)
    assert hooks.sweep(own_database, provider.gateway, since=since, now=utcnow())
    assert hooks.sweep(own_database, provider.gateway, since=since, now=utcnow()) == 0
    process_all(own_database, provider)
    assert wallet_of(own_database, top_up) == 5_000


def test_money_events_in_any_order_bring_the_books_to_where_they_belong(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    top_up = begin_top_up(own_database, provider)
    assert top_up.checkout_id
    provider.pay(top_up.checkout_id)
    payments.refresh(own_database, provider.gateway, top_up.id, now=utcnow())
    with own_database.unit_of_work() as session:
        payment_id = str(session.get_one(TopUp, top_up.id).payment_id)
    dispute_id = provider.dispute(payment_id)
    provider.decide(dispute_id, True)
    deliver(stripe_server, repeat=2, seed=7)
    for _ in range(2):
        process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        case = session.scalars(select(Chargeback)).one()
        assert case.state is ChargebackState.WON
    assert wallet_of(own_database, top_up) == 5_000


def test_an_event_or_a_state_that_nobody_knows_yet_is_kept_and_left_alone(
    own_database: Database, provider: Provider, stripe_server: StripeServer
) -> None:
    stripe_server.turn("fund", amount=100)
    deliver(stripe_server)
    process_all(own_database, provider)
    with own_database.unit_of_work() as session:
        kept = session.scalars(select(Hook).where(Hook.type == "topup.succeeded")).one()
        assert kept.state is HookState.IGNORED


def test_while_the_database_is_down_no_webhook_is_acknowledged(
    app: Flask, parts: Platform, own_database: Database, provider: Provider, stripe_server: StripeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    stripe_server.turn("fund", amount=100)
    one = stripe_server.webhooks.take()[0]
    nowhere = Database("postgresql://postgres@127.0.0.1:1/none", info=own_database.info)
    monkeypatch.setattr(parts, "database", nowhere)
    with pytest.raises(OperationalError):
        post(app, one)
    monkeypatch.setattr(parts, "database", own_database)
    assert post(app, one) == 200
    nowhere.engine.dispose()
