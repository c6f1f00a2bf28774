"""Events as they are sent: signed officially, in any order, any number of times."""

import queue
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
import stripe

from tests.stripe_server.events import Delivery
from tests.stripe_server.samples import RECIPIENT, SESSION, expert, transfer
from tests.stripe_server.server import StripeServer

pytest_plugins = ["tests.stripe_server.fixtures"]

SECRET = "whsec_current"
OLD_SECRET = "whsec_old"


class Inbox:
    """Stands for the product's endpoint: keeps what arrives, answers ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.deliveries: list[Delivery] = []

    def __call__(self, delivery: Delivery) -> int:
        self.deliveries.append(delivery)
        return self.status

    def types(self) -> list[str]:
        return [delivery.event["type"] for delivery in self.deliveries]

    def parse(self, secret: str = SECRET) -> list[stripe.Event]:
        return [stripe.Webhook.construct_event(d.payload.encode(), d.header, secret) for d in self.deliveries]


@pytest.fixture
def inbox(stripe_server: StripeServer) -> Iterator[Inbox]:
    inbox = Inbox()
    stripe_server.listen("http://127.0.0.1:1/hook", SECRET, transport=inbox)
    yield inbox
    stripe_server.webhooks.reset()


def test_a_transfer_sends_a_signed_snapshot(stripe_server: StripeServer, stripe_client: Any, inbox: Inbox) -> None:
    account = expert(stripe_server)
    stripe_server.turn("fund", amount=5_000)
    made = stripe_client.v1.transfers.create(transfer(account))
    stripe_server.webhooks.settle()
    event: Any = inbox.parse()[-1]
    assert (event.type, event.data.object.id) == ("transfer.created", made.id)
    assert (event.livemode, event.api_version) == (False, stripe.api_version)
    by_account = {e.type: getattr(e, "account", None) for e in inbox.parse()}
    assert by_account == {
        "account.updated": account,
        "capability.updated": account,
        "topup.succeeded": None,
        "transfer.created": None,
    }


def test_signatures_are_checked_by_the_library(stripe_server: StripeServer, inbox: Inbox) -> None:
    stripe_server.turn("fund", amount=1)
    stripe_server.webhooks.settle()
    (sent,) = inbox.deliveries
    construct = stripe.Webhook.construct_event
    for payload, header, secret in (
        (sent.payload.replace("topup", "t0pup"), sent.header, SECRET),
        (sent.payload, sent.header, OLD_SECRET),
        (sent.payload, None, SECRET),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            construct(payload.encode(), header, secret)
    sent.age = 301
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        construct(sent.payload.encode(), sent.header, SECRET)


def test_both_secrets_sign_during_a_rotation_and_a_wrong_one_can_be_forced(
    stripe_server: StripeServer, inbox: Inbox
) -> None:
    stripe_server.webhooks.endpoints[0].secrets = (SECRET, OLD_SECRET)
    stripe_server.turn("fund", amount=1)
    stripe_server.webhooks.settle()
    assert inbox.parse(SECRET)
    assert inbox.parse(OLD_SECRET)
    stripe_server.turn("wrong_secret")
    stripe_server.turn("fund", amount=1)
    stripe_server.webhooks.settle()
    with pytest.raises(stripe.SignatureVerificationError):
        inbox.parse(SECRET)


def test_account_state_arrives_as_thin_events_for_the_thin_endpoint(
    stripe_server: StripeServer, stripe_client: Any
) -> None:
    inbox = Inbox()
    stripe_server.listen("http://127.0.0.1:1/thin", SECRET, thin=True, transport=inbox)
    account = expert(stripe_server)
    stripe_server.webhooks.settle()
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    assert inbox.types() == ["v2.core.account.created", kind, "v2.core.account[requirements].updated"]
    thin = inbox.deliveries[1]
    notification = stripe_client.parse_event_notification(thin.payload.encode(), thin.header, SECRET)
    assert notification.related_object.id == account
    assert notification.fetch_related_object().id == account
    assert notification.fetch_event().type == kind
    with pytest.raises(ValueError, match="thin event"):
        inbox.parse()


def test_held_events_are_released_shuffled_doubled_and_late(stripe_server: StripeServer, inbox: Inbox) -> None:
    stripe_server.turn("hold_webhooks")
    for amount in range(1, 9):
        stripe_server.turn("fund", amount=amount)
    assert inbox.deliveries == []
    stripe_server.webhooks.release(shuffle=random.Random(5), repeat=2, age=10)
    stripe_server.webhooks.settle()
    amounts = [event.data.object["amount"] for event in inbox.parse()]
    assert sorted(amounts) == sorted([*range(1, 9)] * 2)
    assert amounts != sorted(amounts)


def test_a_test_may_take_what_is_held_and_post_it_itself(stripe_server: StripeServer, inbox: Inbox) -> None:
    stripe_server.webhooks.hold()
    stripe_server.turn("fund", amount=1)
    (taken,) = stripe_server.webhooks.take()
    assert stripe.Webhook.construct_event(taken.payload.encode(), taken.header, SECRET).type == "topup.succeeded"
    assert stripe_server.webhooks.take() == inbox.deliveries == []


def test_failed_deliveries_are_retried_then_listed_and_can_be_sent_again(
    stripe_server: StripeServer, stripe_client: Any, inbox: Inbox
) -> None:
    inbox.status = 500
    stripe_server.turn("fund", amount=1)
    stripe_server.webhooks.settle()
    assert len(inbox.deliveries) == 4
    undelivered = {"delivery_success": False, "created": {"gte": 0}}
    assert [e.type for e in stripe_client.v1.events.list(undelivered).data] == ["topup.succeeded"]
    inbox.status = 200
    stripe_server.turn("redeliver")
    stripe_server.webhooks.settle()
    assert stripe_client.v1.events.list(undelivered).data == []
    assert stripe_client.v1.events.retrieve(inbox.deliveries[0].event["id"]).type == "topup.succeeded"


def test_events_of_strangers_and_of_live_mode_can_be_sent(stripe_server: StripeServer, inbox: Inbox) -> None:
    stripe_server.turn("stray_event")
    stripe_server.turn("stray_event", account="", livemode=True)
    stripe_server.webhooks.settle()
    foreign, live = inbox.parse()
    assert foreign.account == "acct_of_somebody_else"
    assert live.livemode
    assert not hasattr(live, "account")


def test_a_checkout_tells_its_story_in_order(stripe_server: StripeServer, stripe_client: Any, inbox: Inbox) -> None:
    session = stripe_client.v1.checkout.sessions.create(SESSION)
    done = stripe_server.turn("pay_session", identifier=session.id, method="sepa_debit")
    stripe_server.turn("settle_debit", intent_id=done["payment_intent"])
    stripe_server.webhooks.settle()
    assert inbox.types() == [
        "payment_intent.processing",
        "checkout.session.completed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    assert inbox.deliveries[1].event["data"]["object"]["payment_status"] == "unpaid"


class Mailbox(BaseHTTPRequestHandler):
    """An endpoint over real HTTP; what arrives goes to ``received`` as (body, signature)."""

    received: queue.Queue[tuple[bytes, str]] = queue.Queue()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.put((body, self.headers["Stripe-Signature"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def mailbox() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Mailbox) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


def test_the_server_runs_alone_and_posts_over_http(mailbox: str) -> None:
    command = [sys.executable, "-m", "tests.stripe_server", "--port", "0", "--float", "700"]
    command += ["--webhook-url", mailbox, "--webhook-secret", SECRET]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as alone:
        assert alone.stderr is not None
        too_late = threading.Timer(20, alone.kill)
        too_late.start()
        url = alone.stderr.readline().split()[0].removeprefix("STRIPE_API_BASE=")
        books = requests.get(f"{url}/_books", timeout=5).json()
        client: Any = stripe.StripeClient("sk_test_x", base_addresses={"api": url})
        assert client.v2.core.accounts.create(RECIPIENT).id
        body, signature = Mailbox.received.get(timeout=10)
        alone.terminate()
        assert alone.wait(10) == 0
        too_late.cancel()
    assert books["platform"]["available"] == {"eur": 700}
    assert stripe.Webhook.construct_event(body, signature, SECRET).type == "topup.succeeded"
