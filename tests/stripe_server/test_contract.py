"""Every call the product makes is accepted by the contract of the library; wrong ones are not."""

import time
from typing import Any

import pytest
import stripe

from tests.stripe_server import schema
from tests.stripe_server.samples import (
    BANK_TRANSFER,
    CONTROLLER,
    RECIPIENT,
    SESSION,
    expert,
    onboarding,
    transfer,
)
from tests.stripe_server.server import StripeServer
from tests.stripe_server.world import HANDLERS

pytest_plugins = ["tests.stripe_server.fixtures"]


def test_an_endpoint_is_read_from_the_package_in_little_time() -> None:
    schema.index.cache_clear()
    schema.endpoint.cache_clear()
    started = time.process_time()
    transfers = schema.endpoint("post", "/v1/transfers").params
    assert time.process_time() - started < 1
    assert transfers is not None
    required = {name for name, field in transfers.fields.items() if field.required}
    assert required == {"currency", "destination"}
    assert "stripe_account" not in transfers.fields


def test_every_endpoint_of_the_package_has_a_schema() -> None:
    assert len(schema.index()) > 600
    for verb, template in schema.index():
        params = schema.endpoint(verb, template).params
        assert params is not None, (verb, template)
        assert isinstance(params.fields, dict)


def test_every_handler_serves_a_call_that_the_package_makes() -> None:
    assert set(HANDLERS) <= set(schema.index())


def test_a_v2_recipient_becomes_ready_and_can_be_restricted(stripe_server: StripeServer, stripe_client: Any) -> None:
    core = stripe_client.v2.core
    account = core.accounts.create(RECIPIENT)
    assert _status(account) == "restricted"
    assert len(account.requirements.entries) == 2
    assert core.account_links.create(onboarding(account.id)).url.startswith(stripe_server.url)
    stripe_server.turn("onboard", account=account.id)
    include = {"include": ["configuration.recipient"]}
    assert _status(core.accounts.retrieve(account.id, include)) == "active"
    assert stripe_client.v1.accounts.login_links.create(account.id).url
    stripe_server.turn("restrict", account=account.id)
    assert _status(core.accounts.retrieve(account.id, include)) == "restricted"
    assert core.accounts.retrieve(account.id).configuration is None


def _status(account: Any) -> str:
    return str(account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status)


def test_a_v1_controller_account_is_the_same_account(stripe_server: StripeServer, stripe_client: Any) -> None:
    account = stripe_client.v1.accounts.create(CONTROLLER)
    assert account.capabilities.transfers == "inactive"
    link = stripe_client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1/again",
            "return_url": "http://127.0.0.1/back",
            "collection_options": {"fields": "eventually_due"},
        }
    )
    assert "/onboarding/" in link.url
    stripe_server.turn("onboard", account=account.id)
    assert stripe_client.v1.accounts.retrieve(account.id).capabilities.transfers == "active"


def test_checkout_bank_transfer_and_refund_are_accepted(stripe_server: StripeServer, stripe_client: Any) -> None:
    customer = stripe_client.v1.customers.create({"email": "brand@example.org"})
    params = {**SESSION, "customer": customer.id}
    session = stripe_client.v1.checkout.sessions.create(params, {"idempotency_key": "topup:t1"})
    assert (session.status, session.payment_status) == ("open", "unpaid")
    stripe_server.turn("pay_session", identifier=session.id)
    session = stripe_client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert session.payment_status == "paid"
    assert session.payment_intent.metadata["topup_id"] == "t1"
    refund = stripe_client.v1.refunds.create(
        {"payment_intent": session.payment_intent.id, "amount": 100, "metadata": {"r": "1"}},
        {"idempotency_key": "rfnd:1"},
    )
    assert refund.status == "succeeded"
    intent = stripe_client.v1.payment_intents.create({**BANK_TRANSFER, "customer": customer.id})
    assert intent.next_action.display_bank_transfer_instructions.financial_addresses[0].iban.iban


def test_balance_schedule_and_payout_calls_are_accepted(stripe_server: StripeServer, stripe_client: Any) -> None:
    account = expert(stripe_server)
    v1, connected = stripe_client.v1, {"stripe_account": account}
    manual = v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    assert manual.payments.payouts.schedule.interval == "manual"
    weekly = {"interval": "weekly", "weekly_payout_days": ["friday"]}
    v1.balance_settings.update({"payments": {"payouts": {"schedule": weekly}}}, connected)
    assert v1.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"
    stripe_server.turn("fund", amount=5_000)
    sent = v1.transfers.create(transfer(account), {"idempotency_key": "xfer:p1:1"})
    assert not hasattr(sent, "status")
    assert v1.balance.retrieve({}, connected).available[0].amount == 1_000
    back = v1.transfers.reversals.create(sent.id, {"amount": 400, "metadata": {"clawback_id": "c1"}})
    assert back.amount == 400
    payout = v1.payouts.create(
        {"amount": 600, "currency": "eur", "statement_descriptor": "COMPTOIR", "metadata": {"p": "1"}},
        {"stripe_account": account, "idempotency_key": "bank:1"},
    )
    assert payout.status == "pending"
    assert v1.balance_transactions.list({"created": {"gte": 0}, "limit": 100}).data
    assert v1.events.list({"delivery_success": False, "created": {"gte": 0}}).data


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"amout": 1}, "amout", "parameter_unknown"),
        ({"amount": "ten"}, "amount", "parameter_invalid_integer"),
        ({"amount": -5}, "amount", "parameter_invalid_integer"),
        ({"amount": 10.5}, "amount", "parameter_invalid_integer"),
        ({"currency": "xyz"}, "currency", "invalid_currency"),
        ({"currency": "EUR"}, "currency", "invalid_currency"),
        ({"destination": "acct_nobody"}, "destination", "resource_missing"),
        ({"source_type": "gold"}, "source_type", "parameter_invalid_choice"),
        ({"metadata": "text"}, "metadata", None),
        ({"destination": ""}, "destination", "parameter_invalid_empty"),
    ],
)
def test_a_wrong_transfer_is_refused(
    stripe_server: StripeServer, stripe_client: Any, changes: dict[str, Any], param: str, code: str | None
) -> None:
    account = expert(stripe_server)
    stripe_server.turn("fund", amount=5_000)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        stripe_client.v1.transfers.create(transfer(account, **changes))
    assert refusal.value.param == param
    assert code in (None, refusal.value.code)
    assert stripe_server.books()["transfers"] == []


def test_a_missing_parameter_is_refused(stripe_client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: destination"):
        stripe_client.v1.transfers.create({"amount": 1, "currency": "eur"})


def test_removed_parameters_are_refused(stripe_client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        stripe_client.v1.checkout.sessions.create({**SESSION, "payment_method_types": ["card"]})
    assert refusal.value.code == "payment_method_types_no_longer_supported"
    wrong = onboarding("acct_1")
    wrong["use_case"]["account_onboarding"]["configurations"] = ["recipient"]
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        stripe_client.v2.core.account_links.create(wrong)


def test_json_bodies_are_checked_strictly(stripe_client: Any) -> None:
    wrong = {**RECIPIENT, "dashboard": "gold"}
    with pytest.raises(stripe.InvalidRequestError, match="must be one of express, full, none"):
        stripe_client.v2.core.accounts.create(wrong)
    with pytest.raises(stripe.InvalidRequestError, match="Invalid string"):
        stripe_client.v2.core.accounts.create({**RECIPIENT, "display_name": 5})


def test_type_and_controller_exclude_each_other(stripe_client: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="both"):
        stripe_client.v1.accounts.create({**CONTROLLER, "type": "express"})


def test_an_unknown_url_an_unserved_call_and_a_live_key_are_refused(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        stripe_client.raw_request("get", "/v1/gold")
    with pytest.raises(stripe.APIError, match="does not serve"):
        stripe_client.v1.coupons.list()
    with pytest.raises(stripe.AuthenticationError):
        stripe_server.client(key="sk_live_x").v1.balance.retrieve()


def test_a_foreign_connected_account_is_forbidden(stripe_client: Any) -> None:
    with pytest.raises(stripe.PermissionError):
        stripe_client.v1.balance.retrieve({}, {"stripe_account": "acct_nobody"})
