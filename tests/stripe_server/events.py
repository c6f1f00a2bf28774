"""Webhooks: events, their official signatures, and a courier that can hold, shuffle and repeat."""

import http.client
import json
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import stripe

from tests.stripe_server.books import PLATFORM, Books, new_id
from tests.stripe_server.wire import Json

ATTEMPTS = 4
RETRY_SECONDS = 0.25
TIMEOUT_SECONDS = 10


@dataclass
class Endpoint:
    """Where events go. Several ``secrets`` sign each delivery, as during a rotation.

    ``thin`` endpoints get v2 events, the others v1 snapshots.
    """

    url: str
    secrets: Sequence[str]
    thin: bool = False


@dataclass
class Delivery:
    """One event on its way to one endpoint; ``header`` is the Stripe-Signature."""

    event: Json
    endpoint: Endpoint
    payload: str
    attempts: int = 0
    secrets: Sequence[str] = ()
    age: int = 0

    @property
    def header(self) -> str:
        return sign(self.payload, self.secrets or self.endpoint.secrets, age=self.age)


Transport = Callable[[Delivery], int]


def sign(payload: str, secrets: Sequence[str], *, age: int = 0) -> str:
    """The Stripe-Signature header, ``age`` seconds old, one ``v1`` per secret."""
    at = int(time.time()) - age
    headers = [str(stripe.WebhookSignature.generate_signature_header(payload, secret, at)) for secret in secrets]
    return ",".join([headers[0], *(header.partition(",")[2] for header in headers[1:])])


def post(delivery: Delivery) -> int:
    """Send one delivery over HTTP; the status, or 0 when nobody answered."""
    parts = urlsplit(delivery.endpoint.url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=TIMEOUT_SECONDS)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "Stripe-Signature": delivery.header}
    try:
        connection.request("POST", target or "/", delivery.payload.encode(), headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@dataclass
class Courier:
    """Delivers events in order on its own thread, or keeps them while held."""

    transport: Transport = post
    endpoints: list[Endpoint] = field(default_factory=list)
    holding: bool = False
    held: list[Delivery] = field(default_factory=list)
    undelivered: list[Delivery] = field(default_factory=list)
    wrong_secrets: int = 0

    def __post_init__(self) -> None:
        self._queue: queue.Queue[Delivery | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._abandon = threading.Event()

    def dispatch(self, event: Json) -> None:
        thin = event["object"] == "v2.core.event"
        for endpoint in self.endpoints:
            if endpoint.thin == thin:
                self._enqueue(Delivery(event, endpoint, json.dumps(_body(event))))

    def _enqueue(self, delivery: Delivery) -> None:
        if self.wrong_secrets > 0:
            self.wrong_secrets -= 1
            delivery.secrets = ("whsec_of_somebody_else",)
        if self.holding:
            self.held.append(delivery)
        else:
            self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="courier", daemon=True)
            self._thread.start()
        self._queue.put(delivery)

    def _work(self) -> None:
        while (delivery := self._queue.get()) is not None:
            self._deliver(delivery)
            self._queue.task_done()
        self._queue.task_done()

    def _deliver(self, delivery: Delivery) -> None:
        while delivery.attempts < ATTEMPTS and not self._abandon.is_set():
            delivery.attempts += 1
            if 200 <= self.transport(delivery) < 300:
                delivery.event["_delivered"] = True
                return
            if delivery.attempts < ATTEMPTS:
                self._abandon.wait(RETRY_SECONDS)
        delivery.event["_delivered"] = False
        self.undelivered.append(delivery)

    def hold(self) -> None:
        """Keep every following delivery until released."""
        self.holding = True

    def take(self) -> list[Delivery]:
        """Remove and return what is held, for a test that posts it itself."""
        taken, self.held = self.held, []
        return taken

    def release(self, *, shuffle: random.Random | None = None, repeat: int = 1, age: int = 0) -> None:
        """Send what is held, each ``repeat`` times, signed ``age`` seconds ago; stop holding."""
        self.holding = False
        waiting = [
            Delivery(d.event, d.endpoint, d.payload, secrets=d.secrets, age=age)
            for d in self.take()
            for _ in range(repeat)
        ]
        if shuffle is not None:
            shuffle.shuffle(waiting)
        for delivery in waiting:
            self._send(delivery)

    def redeliver(self) -> None:
        """Try everything that was given up on once more."""
        failed, self.undelivered = self.undelivered, []
        for delivery in failed:
            self._send(Delivery(delivery.event, delivery.endpoint, delivery.payload))

    def settle(self) -> None:
        """Wait until nothing is on its way any more (each delivery is bounded in time)."""
        self._queue.join()

    def reset(self) -> None:
        """Forget the endpoints and whatever is on its way or waits for another try."""
        self._abandon.set()
        self.settle()
        self._abandon.clear()
        self.holding, self.wrong_secrets, self.transport = False, 0, post
        self.held, self.undelivered, self.endpoints = [], [], []

    def stop(self) -> None:
        self._abandon.set()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()


def _body(event: Json) -> Json:
    """What is sent: keys that begin with "_" are ours; thin events carry no data."""
    hidden = {"data", "changes"} if event["object"] == "v2.core.event" else set[str]()
    return {k: v for k, v in event.items() if not k.startswith("_") and k not in hidden}


def snapshot(books: Books, kind: str, thing: Json, account: str, *, version: str, livemode: bool = False) -> Json:
    """A v1 event with a copy of the object as it is now."""
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": version,
        "created": books.now(),
        "data": {"object": json.loads(json.dumps(thing))},
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    if account != PLATFORM:
        event["account"] = account
    return event


def thin(books: Books, kind: str, account: str, data: Json) -> Json:
    """A v2 event about a v2 core account; ``data`` is only seen when the event is fetched."""
    return {
        "id": new_id("evt"),
        "object": "v2.core.event",
        "type": kind,
        "livemode": False,
        "created": iso(books.now()),
        "context": None,
        "reason": None,
        "related_object": {
            "id": account,
            "type": "v2.core.account",
            "url": f"/v2/core/accounts/{account}",
        },
        "data": data,
    }


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
