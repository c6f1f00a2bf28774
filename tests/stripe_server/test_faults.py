"""What an idempotency key protects, and each fault, seen through the real library."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import stripe

from tests.stripe_server.samples import RECIPIENT, expert, transfer
from tests.stripe_server.server import StripeServer

pytest_plugins = ["tests.stripe_server.fixtures"]

KEY: Any = {"idempotency_key": "xfer:p1:1"}
PATH = "/v1/transfers"


@pytest.fixture
def account(stripe_server: StripeServer) -> str:
    stripe_server.turn("fund", amount=5_000)
    return expert(stripe_server)


def moved(server: StripeServer) -> list[int]:
    """Amounts of all transfers; the balances must agree with them."""
    books = server.books()
    amounts = [int(transfer["amount"]) for transfer in books["transfers"]]
    assert books["platform"]["available"]["eur"] == 5_000 - sum(amounts)
    assert sum(a["available"]["eur"] for a in books["accounts"].values()) == sum(amounts)
    return amounts


def test_the_same_key_moves_once_and_repeats_the_answer(
    stripe_server: StripeServer, stripe_client: Any, account: str
) -> None:
    first = stripe_client.v1.transfers.create(transfer(account), KEY)
    second = stripe_client.v1.transfers.create(transfer(account), KEY)
    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert moved(stripe_server) == [1_000]


def test_the_same_key_with_another_amount_is_an_idempotency_error(
    stripe_server: StripeServer, stripe_client: Any, account: str
) -> None:
    stripe_client.v1.transfers.create(transfer(account), KEY)
    with pytest.raises(stripe.IdempotencyError):
        stripe_client.v1.transfers.create(transfer(account, amount=999), KEY)
    assert moved(stripe_server) == [1_000]


@pytest.mark.parametrize("kind", ["rate_limit", "lock_timeout"])
def test_a_429_is_not_stored_and_not_retried_by_the_library(
    stripe_server: StripeServer, account: str, kind: Any
) -> None:
    client: Any = stripe_server.client(retries=2)
    stripe_server.arm(kind, path=PATH)
    with pytest.raises(stripe.RateLimitError):
        client.v1.transfers.create(transfer(account), KEY)
    assert moved_nothing(stripe_server)
    client.v1.transfers.create(transfer(account), KEY)
    assert moved(stripe_server) == [1_000]


def moved_nothing(server: StripeServer) -> bool:
    return not server.books()["transfers"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_connection_is_retried_by_the_library_and_moves_once(
    stripe_server: StripeServer, account: str, kind: Any
) -> None:
    client: Any = stripe_server.client(retries=2)
    stripe_server.arm(kind, path=PATH)
    assert client.v1.transfers.create(transfer(account), KEY).id
    assert moved(stripe_server) == [1_000]
    assert [seen.status for seen in stripe_server.seen("post", PATH)] == [0, 200]


def test_a_lost_answer_and_a_new_key_pay_twice(stripe_server: StripeServer, stripe_client: Any, account: str) -> None:
    stripe_server.arm("drop_after", path=PATH)
    with pytest.raises(stripe.APIConnectionError):
        stripe_client.v1.transfers.create(transfer(account), KEY)
    stripe_client.v1.transfers.create(transfer(account), {"idempotency_key": "another"})
    assert moved(stripe_server) == [1_000, 1_000]


@pytest.mark.parametrize("effect", [True, False])
def test_a_stored_500_is_repeated_for_its_key_and_the_list_tells_the_truth(
    stripe_server: StripeServer, stripe_client: Any, account: str, effect: bool
) -> None:
    stripe_server.arm("stored_500", path=PATH, effect=effect)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            stripe_client.v1.transfers.create(transfer(account), KEY)
    found = stripe_client.v1.transfers.list({"transfer_group": "run_1", "destination": account})
    assert len(found.data) == (1 if effect else 0)


def test_a_refusal_during_execution_is_stored_but_a_validation_error_is_not(
    stripe_server: StripeServer, stripe_client: Any, account: str
) -> None:
    big = transfer(account, amount=9_000)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        stripe_client.v1.transfers.create(big, KEY)
    assert refusal.value.code == "balance_insufficient"
    stripe_server.turn("fund", amount=9_000)
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.transfers.create(big, KEY)
    other: Any = {"idempotency_key": "xfer:p2:1"}
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.transfers.create(transfer(account, amount=0), other)
    assert stripe_client.v1.transfers.create(transfer(account), other).amount == 1_000


def test_v2_failures_are_not_stored(stripe_server: StripeServer, stripe_client: Any) -> None:
    stripe_server.arm("stored_500", path="/v2/core/accounts", effect=False)
    with pytest.raises(stripe.APIError):
        stripe_client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "acct:1"})
    made = stripe_client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "acct:1"})
    again = stripe_client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "acct:1"})
    assert made.id == again.id


def test_a_key_in_use_is_a_conflict(stripe_server: StripeServer, stripe_client: Any, account: str) -> None:
    started = threading.Event()
    stripe_server.arm("slow", path=PATH, seconds=0.5, reached=started.set)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(stripe_client.v1.transfers.create, transfer(account), KEY)
        assert started.wait(5)
        while not stripe_server.api.running():
            threading.Event().wait(0.002)
        with pytest.raises(stripe.APIError) as refusal:
            stripe_server.client().v1.transfers.create(transfer(account), KEY)  # type: ignore[arg-type]
        assert refusal.value.http_status == 409
        assert slow.result().amount == 1_000
    assert moved(stripe_server) == [1_000]


def test_many_threads_with_one_key_move_once(stripe_server: StripeServer, account: str) -> None:
    client: Any = stripe_server.client(retries=5)
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda _: client.v1.transfers.create(transfer(account), KEY).id, range(16))
        assert len(set(made)) == 1
    assert moved(stripe_server) == [1_000]


def test_many_threads_never_overdraw_the_platform(stripe_server: StripeServer, account: str) -> None:
    def send(_: int) -> bool:
        client: Any = stripe_server.client()
        try:
            client.v1.transfers.create(transfer(account))
        except stripe.InvalidRequestError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(12))) == 5
    assert moved(stripe_server) == [1_000] * 5


@pytest.mark.parametrize(
    ("switch", "code"),
    [("restrict", "insufficient_capabilities_for_transfer"), ("close_account", "resource_missing")],
)
def test_an_account_that_cannot_be_paid_is_refused_for_certain(
    stripe_server: StripeServer, stripe_client: Any, account: str, switch: str, code: str
) -> None:
    stripe_server.turn(switch, account=account)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        stripe_client.v1.transfers.create(transfer(account), KEY)
    assert refusal.value.code == code
    assert moved_nothing(stripe_server)


def test_faults_can_be_skipped_repeated_and_armed_over_http(
    stripe_server: StripeServer, stripe_client: Any, account: str
) -> None:
    armed: Any = {"kind": "rate_limit", "path": PATH, "skip": 1, "times": 2}
    assert requests.post(f"{stripe_server.url}/_faults", json=armed, timeout=5).ok
    outcomes = []
    for _ in range(4):
        try:
            stripe_client.v1.transfers.create(transfer(account))
            outcomes.append(True)
        except stripe.RateLimitError:
            outcomes.append(False)
    assert outcomes == [True, False, False, True]
    turned = {"do": "restrict", "account": account}
    assert requests.post(f"{stripe_server.url}/_faults", json=turned, timeout=5).ok
    assert requests.post(f"{stripe_server.url}/_faults", json={"do": "gold"}, timeout=5).status_code == 400
    assert requests.post(f"{stripe_server.url}/_faults", json={"kind": "gold"}, timeout=5).status_code == 400
    books = requests.get(f"{stripe_server.url}/_books", timeout=5).json()
    assert books == stripe_server.books()


def test_a_pruned_key_is_a_new_key(stripe_server: StripeServer, stripe_client: Any, account: str) -> None:
    stripe_client.v1.transfers.create(transfer(account), KEY)
    stripe_server.api.forget_keys()
    stripe_client.v1.transfers.create(transfer(account), KEY)
    assert moved(stripe_server) == [1_000, 1_000]
