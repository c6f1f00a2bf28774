"""What every provider must do, held against both."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from marketplace.core.money import Money
from payouts.gateway import Refused
from payouts.states import TopUpAction
from tests.payouts.conftest import Provider

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def checkout(provider: Provider, minor: int = 20_000) -> str:
    return provider.gateway.open_checkout(
        top_up_id=uuid4(), brand_id=uuid4(), amount=Money(minor, "EUR"),
        success_url="http://chat.localhost/ok", cancel_url="http://chat.localhost/no",
    ).id  # fmt: skip


def ready_account(provider: Provider) -> str:
    account = provider.gateway.create_account(person_id=uuid4(), email="a@x.example", name="A", country="FR")
    assert not account.ready
    assert account.version == "v2"
    provider.onboard(account.id)
    return account.id


def test_it_says_that_no_real_money_moves(provider: Provider) -> None:
    assert provider.gateway.is_test


def test_a_checkout_is_open_until_paid_and_then_says_what_was_paid(provider: Provider) -> None:
    identifier = checkout(provider, 12_300)
    opened = provider.gateway.checkout(identifier)
    assert opened.outcome is None
    assert opened.url
    provider.pay(identifier)
    paid = provider.gateway.checkout(identifier)
    assert paid.outcome is TopUpAction.PAY
    assert paid.amount == Money(12_300, "EUR")
    assert paid.payment_id
    assert provider.gateway.holdings().available["EUR"] == 12_300 - paid.fee_minor


def test_the_same_top_up_opens_one_checkout(provider: Provider) -> None:
    top_up, brand = uuid4(), uuid4()
    made = {
        provider.gateway.open_checkout(
            top_up_id=top_up, brand_id=brand, amount=Money(1_000, "EUR"), success_url="http://x.localhost/",
            cancel_url="http://x.localhost/",
        ).id
        for _ in range(2)
    }  # fmt: skip
    assert len(made) == 1


def test_an_account_becomes_ready_and_can_lose_it_again(provider: Provider) -> None:
    account = ready_account(provider)
    assert provider.gateway.account(account, "v2").ready
    assert provider.gateway.dashboard_link(account).startswith("http")
    provider.restrict(account)
    after = provider.gateway.account(account, "v2")
    assert not after.ready
    assert after.missing
    link = provider.gateway.onboarding_link(
        account, "v2", refresh_url="http://x.localhost/again", return_url="http://x.localhost/back"
    )
    assert link.startswith("http")


def test_the_same_key_sends_once_and_other_content_is_refused(provider: Provider) -> None:
    provider.pay(checkout(provider))
    account, payout, run = ready_account(provider), uuid4(), uuid4()
    first = provider.gateway.send(key="k1", payout_id=payout, run_id=run, amount=Money(500, "EUR"), account_id=account)
    again = provider.gateway.send(key="k1", payout_id=payout, run_id=run, amount=Money(500, "EUR"), account_id=account)
    assert first == again
    assert provider.sent() == [(account, 500)]
    with pytest.raises(Refused, match="idempotency_error"):
        provider.gateway.send(key="k1", payout_id=payout, run_id=run, amount=Money(501, "EUR"), account_id=account)
    assert provider.gateway.find_transfer(payout_id=payout, run_id=run, account_id=account) == first
    assert provider.gateway.find_transfer(payout_id=uuid4(), run_id=run, account_id=account) is None
    assert provider.gateway.transfer(first.id) == first


@pytest.mark.parametrize(
    "reason", ["balance_insufficient", "insufficient_capabilities_for_transfer", "resource_missing"]
)
def test_a_refusal_names_its_reason(provider: Provider, reason: str) -> None:
    if reason != "balance_insufficient":
        provider.pay(checkout(provider))
    account = ready_account(provider) if reason != "resource_missing" else "acct_nobody"
    if reason == "insufficient_capabilities_for_transfer":
        provider.restrict(account)
    with pytest.raises(Refused) as refusal:
        provider.gateway.send(
            key=str(uuid4()), payout_id=uuid4(), run_id=uuid4(), amount=Money(500, "EUR"), account_id=account
        )
    assert refusal.value.reason == reason
    assert provider.sent() == []


def test_the_book_of_movements_adds_up_to_the_balance(provider: Provider) -> None:
    provider.pay(checkout(provider))
    account = ready_account(provider)
    provider.gateway.send(key="k", payout_id=uuid4(), run_id=uuid4(), amount=Money(700, "EUR"), account_id=account)
    lines = list(provider.gateway.movements(since=EPOCH))
    assert sum(line.amount.minor - line.fee_minor for line in lines) == provider.gateway.holdings().available["EUR"]
    assert {line.kind for line in lines} == {"charge", "transfer"}
