"""Shoppers and experts of the storm: each writes at a human pace and keeps what he wrote until it is acknowledged."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.client import Client, NotAcknowledgedError
from bench.conversations import Side, resync
from marketplace.core.clock import new_id

PATIENCE = 6.0
"""Seconds without an answer after which a client connects again."""
UNTIL_LOST = 240.0
"""Seconds after which a client gives up, and the run has failed."""
HEARTBEAT = 15.0
GOODBYE = "goodbye"


@dataclass
class Storm:
    """What everybody knows of it: the pace, and whether it is over."""

    pace: float
    over: threading.Event = field(default_factory=threading.Event)


def insist(client: Client, event: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send until it is acknowledged, or refused for good. A refusal that names a time is a wait."""
    deadline = time.monotonic() + UNTIL_LOST
    while True:
        answer = client.call(event, payload, within=UNTIL_LOST)
        retry = answer.get("error", {}).get("retry_after")
        if answer["ok"] or retry is None:
            return answer
        if time.monotonic() > deadline:
            raise NotAcknowledgedError(f"{event}: {answer['error']}")
        time.sleep(retry)


class CatchingUp(threading.Thread):
    """Asks by number for what a client missed: (conversation, last number there; 0 asks in any case)."""

    def __init__(self, client: Client, side: Side, then: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._client, self._side, self._then = client, side, then
        self._wanted: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self.start()

    def put(self, wanted: tuple[str, int]) -> None:
        """Have a look soon."""
        self._wanted.put(wanted)

    def run(self) -> None:
        while True:
            conversation, last = self._wanted.get()
            if last == 0 or len(self._side.seen.get(conversation, {})) < last:
                try:
                    _fetch(self._client, self._side, conversation)
                except NotAcknowledgedError:
                    self.put((conversation, last))  # as the outbox does: until it is answered
                    continue
                self._then(conversation)


class Writer:
    """One side of one conversation: numbers what it writes, and keeps what was acknowledged."""

    def __init__(self, client: Client, mark: str) -> None:
        self._client = client
        self._mark = mark
        self.written = 0
        self.acknowledged: dict[str, int] = {}

    def write(self, conversation: str, words: str = "") -> bool:
        """Write the next message; False when the conversation has ended."""
        self.written += 1
        client_id = str(new_id())
        text = f"{self._mark} {self.written} {words}".strip()
        sent = insist(self._client, "message", {"conversation_id": conversation, "client_id": client_id, "text": text})
        if not sent["ok"]:
            if sent["error"]["code"] == "conversation_closed":
                self.written -= 1
                return False
            raise AssertionError(f"refused: {sent}")
        self.acknowledged[client_id] = sent["seq"]
        return True


class Shopper(threading.Thread):
    """Asks, writes until the storm is over, says goodbye, sees the end, rates."""

    def __init__(self, url: str, brand: dict[str, Any], weather: Storm, seed: int) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(seed)
        self._brand = brand
        self._weather = weather
        self.side = Side()
        self.matched = threading.Event()
        self.closed = threading.Event()
        self.conversation: str | None = None
        self.error = ""
        self.client = Client(
            url, "/shopper", {"key": brand["key"]}, self._hear, origin=brand["origin"], patience=PATIENCE
        )
        self.catching_up = CatchingUp(self.client, self.side, self._look)
        self.writer = Writer(self.client, "shopper")

    def _hear(self, name: str, payload: Any) -> None:
        if name == "welcome":
            if payload.get("token"):
                self.client.auth = {"key": self._brand["key"], "token": payload["token"]}
            for thread in payload.get("open", []):
                self._found(thread)
                if thread.get("conversation_id"):
                    self.catching_up.put((thread["conversation_id"], thread["last"]))
        elif name == "question":
            self._found(payload)
        elif name == "event":
            self.side.note(payload)
            if payload["kind"] == "closed":
                self.closed.set()

    def _found(self, thread: dict[str, Any]) -> None:
        if thread.get("conversation_id"):
            self.conversation = thread["conversation_id"]
            self.matched.set()

    def _look(self, conversation: str) -> None:
        if any(event["kind"] == "closed" for event in self.side.seen.get(conversation, {}).values()):
            self.closed.set()

    def run(self) -> None:
        try:
            self._story()
        except (NotAcknowledgedError, AssertionError, KeyError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _story(self) -> None:
        product = self._chance.choice(self._brand["products"])
        asked = insist(
            self.client, "ask",
            {"client_id": str(new_id()), "text": "Would you take this one for long days outside?",
             "page_url": product["url"], "product": {"id": product["id"]}, "locale": "en"},
        )  # fmt: skip
        assert asked["ok"], asked
        self._found(asked)
        assert self.matched.wait(UNTIL_LOST), "nobody accepted"
        assert self.conversation is not None
        while not self._weather.over.wait(self._chance.expovariate(1 / self._weather.pace)):
            assert self.writer.write(self.conversation), "closed too early"
        assert self.writer.write(self.conversation, GOODBYE), "closed before the goodbye"
        for _ in range(60):
            if self.closed.wait(2.0):
                break
            self.catching_up.put((self.conversation, 0))
        assert self.closed.is_set(), "never closed"
        rated = insist(self.client, "rate", {"conversation_id": self.conversation, "stars": self._chance.randint(3, 5)})
        assert rated["ok"], rated
        _fetch(self.client, self.side, self.conversation)


class Expert:
    """Accepts every offer; in each conversation answers every message once, and closes after the goodbye."""

    def __init__(self, url: str, row: dict[str, Any], weather: Storm) -> None:
        self._weather = weather
        self.side = Side()
        self.errors: list[str] = []
        self._lock = threading.Lock()
        self._heard: set[tuple[str, int]] = set()
        self._desks: dict[str, queue.SimpleQueue[str]] = {}
        self.writers: dict[str, Writer] = {}
        self._done = threading.Event()
        self.client = Client(url, "/expert", {"token": row["token"]}, self._hear, patience=PATIENCE)
        self.catching_up = CatchingUp(self.client, self.side, self._look)
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while not self._done.wait(HEARTBEAT):
            self._guard(lambda: self.client.call("heartbeat", {}, within=HEARTBEAT))

    def _guard(self, work: Any) -> None:
        try:
            work()
        except NotAcknowledgedError as error:
            if "heartbeat" not in str(error):
                self.errors.append(str(error))
        except AssertionError as error:
            self.errors.append(str(error))

    def _hear(self, name: str, payload: Any) -> None:
        if name == "welcome":
            for offer in payload["offers"]:
                self._accept_soon(offer["offer_id"])
            for conversation in payload["conversations"]:
                self.catching_up.put((conversation["id"], conversation["last_seq"]))
        elif name == "offer":
            self._accept_soon(payload["offer_id"])
        elif name == "event":
            self.side.note(payload)
            self._note(payload)

    def _accept_soon(self, offer_id: str) -> None:
        threading.Thread(target=self._guard, args=(lambda: self._accept(offer_id),), daemon=True).start()

    def _accept(self, offer_id: str) -> None:
        answer = insist(self.client, "offer_accept", {"offer_id": offer_id})
        known = {"offer_gone", "at_capacity", "not_found"}
        assert answer["ok"] or answer["error"]["code"] in known, str(answer)

    def _note(self, event: dict[str, Any]) -> None:
        """A message may be heard twice, live and by resync; it is answered once."""
        if event["kind"] != "message" or event["author"]["kind"] != "shopper" or event["seq"] <= 1:
            return
        conversation = event["conversation_id"]
        with self._lock:
            if (conversation, event["seq"]) in self._heard:
                return
            self._heard.add((conversation, event["seq"]))
            if conversation not in self._desks:
                self._desks[conversation] = queue.SimpleQueue()
                self.writers[conversation] = Writer(self.client, "expert")
                work = (lambda: self._serve(conversation),)
                threading.Thread(target=self._guard, args=work, daemon=True).start()
            self._desks[conversation].put(event.get("text", ""))

    def _serve(self, conversation: str) -> None:
        desk, writer = self._desks[conversation], self.writers[conversation]
        ended = False
        while not ended:
            text = desk.get()
            assert writer.write(conversation), "closed before the answer"
            ended = text.endswith(GOODBYE)
        closed = insist(self.client, "close", {"conversation_id": conversation, "topic": "use"})
        assert closed["ok"], str(closed)

    def _look(self, conversation: str) -> None:
        for event in list(self.side.seen.get(conversation, {}).values()):
            self._note(event)

    def finish(self) -> None:
        """Once more everything that is missing, as a client does that comes back."""
        for conversation in list(self.writers):
            self._guard(lambda c=conversation: _fetch(self.client, self.side, c))
        self._done.set()


def _fetch(client: Client, side: Side, conversation: str) -> None:
    """All that is missing: the server gives at most some hundred events at a time."""
    known = -1
    while known != len(side.seen.get(conversation, {})):
        known = len(side.seen.get(conversation, {}))
        resync(client, side, conversation)
