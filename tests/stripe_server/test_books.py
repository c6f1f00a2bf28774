"""The books are complete: every cent that came in is somewhere, whatever happened."""

from typing import Any

import pytest
import requests
import stripe

from tests.stripe_server.payments import DISPUTE_FEE
from tests.stripe_server.samples import BANK_TRANSFER, SESSION, charge, expert, onboarding, transfer
from tests.stripe_server.server import StripeServer

pytest_plugins = ["tests.stripe_server.fixtures"]


def available(server: StripeServer, account: str = "") -> int:
    books = server.books()
    return int((books["accounts"][account] if account else books["platform"])["available"]["eur"])


def test_a_card_payment_arrives_less_its_fee_and_pending_until_settled(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    stripe_server.turn("settlement", seconds=7 * 86_400)
    intent = charge(stripe_server)
    paid = stripe_client.v1.charges.retrieve(intent.latest_charge, {"expand": ["balance_transaction"]})
    assert (paid.amount, paid.balance_transaction.fee, paid.balance_transaction.net) == (50_000, 775, 49_225)
    balance = stripe_client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 49_225)
    stripe_server.turn("advance", seconds=7 * 86_400)
    balance = stripe_client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (49_225, 0)


def test_a_reversal_gives_back_up_to_the_amount_and_the_balance(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    account = expert(stripe_server)
    stripe_server.turn("fund", amount=5_000)
    sent = stripe_client.v1.transfers.create(transfer(account))
    reversals = stripe_client.v1.transfers.reversals
    reversals.create(sent.id, {"amount": 400})
    with pytest.raises(stripe.InvalidRequestError, match="greater than the unreversed amount"):
        reversals.create(sent.id, {"amount": 601})
    stripe_server.turn("bank_payout", account=account)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        reversals.create(sent.id, {"amount": 600})
    assert refusal.value.code == "balance_insufficient"
    stripe_server.turn("connected_reserves", on=True)
    reversals.create(sent.id)
    assert available(stripe_server, account) == -600
    assert stripe_client.v1.transfers.retrieve(sent.id).reversed
    with pytest.raises(stripe.InvalidRequestError, match="already fully reversed"):
        reversals.create(sent.id)
    assert available(stripe_server) == 5_000
    assert len(reversals.list(sent.id).data) == 2


def test_a_payout_can_fail_after_it_was_paid(stripe_server: StripeServer, stripe_client: Any) -> None:
    account = expert(stripe_server)
    stripe_server.turn("fund", amount=5_000)
    stripe_client.v1.transfers.create(transfer(account))
    payout = stripe_server.turn("bank_payout", account=account)
    assert available(stripe_server, account) == 0
    stripe_server.turn("pay_payout", payout=payout["id"])
    stripe_server.turn("fail_payout", payout=payout["id"])
    fetched = stripe_client.v1.payouts.retrieve(payout["id"], {}, {"stripe_account": account})
    assert (fetched.status, fetched.failure_code) == ("failed", "account_closed")
    assert available(stripe_server, account) == 1_000


def test_refunds_stop_at_the_charge_wait_for_money_and_may_fail(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    intent = charge(stripe_server)
    refunds = stripe_client.v1.refunds
    part = refunds.create({"payment_intent": intent.id, "amount": 20_000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        refunds.create({"payment_intent": intent.id, "amount": 30_001})
    # The fee is gone, so the rest is not covered yet.
    rest = refunds.create({"payment_intent": intent.id})
    assert rest.status == "pending"
    stripe_server.turn("fund", amount=1_000)
    stripe_server.turn("advance", seconds=1)
    assert refunds.retrieve(rest.id).status == "succeeded"
    before = available(stripe_server)
    stripe_server.turn("fail_refund", refund=part.id)
    assert refunds.retrieve(part.id).status == "failed"
    assert available(stripe_server) == before + 20_000


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_takes_amount_and_fee_and_gives_back_the_amount_when_won(
    stripe_server: StripeServer, stripe_client: Any, won: bool
) -> None:
    intent = charge(stripe_server)
    before = available(stripe_server)
    case = stripe_server.turn("dispute", charge=intent.latest_charge)
    assert available(stripe_server) == before - 50_000 - DISPUTE_FEE
    stripe_server.turn("close_dispute", dispute=case["id"], won=won)
    assert available(stripe_server) == before - DISPUTE_FEE - (0 if won else 50_000)
    assert stripe_client.v1.disputes.retrieve(case["id"]).status == ("won" if won else "lost")


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_direct_debit_completes_unpaid_and_settles_later(
    stripe_server: StripeServer, stripe_client: Any, succeeded: bool
) -> None:
    session = stripe_client.v1.checkout.sessions.create(SESSION)
    done = stripe_server.turn("pay_session", identifier=session.id, method="sepa_debit")
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    assert stripe_server.books()["platform"]["transactions"] == 0
    stripe_server.turn("settle_debit", intent_id=done["payment_intent"], succeeded=succeeded)
    final = stripe_client.v1.checkout.sessions.retrieve(session.id)
    assert final.payment_status == ("paid" if succeeded else "unpaid")
    assert stripe_server.books()["platform"]["transactions"] == (1 if succeeded else 0)


def test_a_bank_transfer_pays_when_it_covers_and_leaves_the_rest_as_cash(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    customer = stripe_client.v1.customers.create({"email": "brand@example.org"}).id
    intent = stripe_client.v1.payment_intents.create({**BANK_TRANSFER, "customer": customer})
    fund = stripe_client.v1.test_helpers.customers.fund_cash_balance
    fund(customer, {"amount": 50_000, "currency": "eur"})
    waiting = stripe_client.v1.payment_intents.retrieve(intent.id)
    assert waiting.next_action.display_bank_transfer_instructions.amount_remaining == 30_000
    fund(customer, {"amount": 35_000, "currency": "eur"})
    assert stripe_client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert stripe_client.v1.customers.cash_balance.retrieve(customer).available["eur"] == 5_000


def test_a_saved_card_pays_off_session_and_a_declining_one_does_not(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    customer = stripe_client.v1.customers.create({"email": "brand@example.org"}).id
    kept = {"setup_future_usage": "off_session"}
    first = charge(stripe_server, customer=customer, payment_intent_data=kept)
    off_session = {"amount": 10_000, "currency": "eur", "customer": customer, "confirm": True, "off_session": True}
    again = stripe_client.v1.payment_intents.create({**off_session, "payment_method": first.payment_method})
    assert again.status == "succeeded"
    with pytest.raises(stripe.CardError) as refusal:
        stripe_client.v1.payment_intents.create({**off_session, "payment_method": "pm_card_chargeDeclined"})
    assert refusal.value.code == "card_declined"


def test_the_hosted_page_pays_declines_and_cancels(stripe_server: StripeServer, stripe_client: Any) -> None:
    session = stripe_client.v1.checkout.sessions.create(SESSION)
    assert "Pay by SEPA debit" in requests.get(session.url, timeout=5).text

    def press(action: str) -> str:
        answer = requests.post(session.url, {"action": action}, timeout=5, allow_redirects=False)
        return answer.headers["Location"]

    assert press("cancel") == SESSION["cancel_url"]
    assert press("declined") == session.url
    assert press("card") == f"http://127.0.0.1/ok?session={session.id}"
    assert requests.post(session.url, {"action": "card"}, timeout=5).status_code == 400
    assert requests.get(session.url, timeout=5).status_code == 410
    assert stripe_server.books()["platform"]["by_type"] == {"charge": {"eur": 50_000}}


def test_an_expired_session_cannot_be_paid(stripe_server: StripeServer, stripe_client: Any) -> None:
    session = stripe_client.v1.checkout.sessions.create(SESSION)
    stripe_server.turn("advance", seconds=86_400)
    assert requests.post(session.url, {"action": "card"}, timeout=5).status_code == 400
    assert stripe_client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_an_onboarding_link_works_once_and_not_for_long(stripe_server: StripeServer, stripe_client: Any) -> None:
    account = expert(stripe_server)
    stripe_server.turn("restrict", account=account)
    link = stripe_client.v2.core.account_links.create(onboarding(account)).url
    pressed = requests.post(link, {"action": "finish"}, timeout=5, allow_redirects=False)
    assert pressed.headers["Location"] == "http://127.0.0.1/back"
    assert stripe_client.v1.accounts.retrieve(account).capabilities.transfers == "active"
    assert requests.get(link, timeout=5).status_code == 410
    late = stripe_client.v2.core.account_links.create(onboarding(account)).url
    stripe_server.turn("advance", seconds=301)
    assert requests.get(late, timeout=5).status_code == 410


def test_lists_page_to_the_end_and_filter(stripe_server: StripeServer, stripe_client: Any) -> None:
    account, other = expert(stripe_server), expert(stripe_server)
    stripe_server.turn("fund", amount=50_000)
    made = [stripe_client.v1.transfers.create(transfer(account, amount=100 + n)).id for n in range(23)]
    stripe_client.v1.transfers.create(transfer(other))
    wanted = {"transfer_group": "run_1", "destination": account, "limit": 5}
    pages = stripe_client.v1.transfers.list(wanted)
    assert len(pages.data) == 5
    assert [found.id for found in pages.auto_paging_iter()] == made[::-1]
    moved = stripe_client.v1.balance_transactions.list({"type": "transfer", "limit": 7})
    assert len(list(moved.auto_paging_iter())) == 24
    assert not stripe_client.v1.balance_transactions.list({"created": {"gte": 9_999_999_999}}).data
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        stripe_client.v1.transfers.list({"limit": 101})


def test_no_cent_is_lost_between_the_platform_and_the_accounts(stripe_server: StripeServer, stripe_client: Any) -> None:
    accounts = [expert(stripe_server) for _ in range(3)]
    intent = charge(stripe_server)
    sent = [stripe_client.v1.transfers.create(transfer(a, amount=3_333)) for a in accounts]
    stripe_client.v1.transfers.reversals.create(sent[0].id, {"amount": 1_111})
    stripe_client.v1.refunds.create({"payment_intent": intent.id, "amount": 7})
    stripe_server.turn("bank_payout", account=accounts[1])
    books = stripe_server.books()
    held = available(stripe_server) + sum(available(stripe_server, a) for a in accounts)
    fees = books["platform"]["fees"]["eur"]
    assert held == 50_000 - fees - 7 - 3_333
    assert sum(t["amount"] - t["amount_reversed"] for t in books["transfers"]) == 3 * 3_333 - 1_111
