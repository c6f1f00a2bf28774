"""Conversations at once through the real sockets; `--kill` ends the web process with SIGKILL in the middle.

    .venv/bin/python -m bench.conversations --conversations 50 --messages 20 [--kill]

Starts its own platform on its own port and an empty database (embedded, or a new one on DATABASE_URL's server), makes a
crowd, lets every shopper ask, every expert answer, both talk, rates, and then compares what each side saw with what the
database holds. Prints one table; ends with 1 when anything is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from bench.client import Client, NotAcknowledgedError
from marketplace.core.clock import new_id

ROOT = Path(__file__).resolve().parents[1]


class Web:
    """A platform of our own: database, worker and web process."""

    def __init__(self, port: int, *, own_database: bool = False) -> None:
        """`own_database`: DATABASE_URL names an empty database of the caller's, used as it is."""
        self.port = port
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        self.environment = {
            **os.environ, "PORT": str(port), "SHOP_PORT": str(port + 1), "VAR_DIR": self.folder.name,
            "COMPTOIR_DEMO": "0", "PUBLIC_URL": f"http://127.0.0.1:{port}", "LOG_LEVEL": "WARNING",
            "SHOPPER_MESSAGES_PER_MINUTE": "1000000",
        }  # fmt: skip
        self._database: str | None = None
        server = os.environ.get("DATABASE_URL")
        if server and not own_database:
            self._server = server
            self._database = f"bench_{uuid4().hex[:10]}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {self._database}")
            self.environment["DATABASE_URL"] = server.rsplit("/", 1)[0] + "/" + self._database
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start, and wait until it answers."""
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).read()
                return process
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the platform did not start") from None
                time.sleep(0.2)
        raise SystemExit("the platform did not answer in 90 s")

    def kill(self) -> None:
        """SIGKILL, then start again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self.start()

    def flask(self, *arguments: str) -> str:
        """The output of a program of the platform."""
        command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
        environment = dict(self.environment)
        if "DATABASE_URL" not in environment:
            environment["DATABASE_URL"] = self.database_url()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout[-2_000:] + done.stderr[-4_000:])
        return done.stdout

    def database_url(self) -> str:
        """Where the data is."""
        if "DATABASE_URL" in self.environment:
            return self.environment["DATABASE_URL"]
        from marketplace.core.launch import embedded

        return embedded(Path(self.folder.name), keep=True)

    def stop(self) -> None:
        """End what was started."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        if self._database:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")
        self.folder.cleanup()


class Side:
    """What one side of the conversations saw: events by conversation and number."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[int, dict[str, Any]]] = {}
        self.order: dict[str, list[int]] = {}
        self.doubled = 0

    def note(self, event: dict[str, Any]) -> None:
        """Keep an event as a client keeps it: by its number."""
        events = self.seen.setdefault(event["conversation_id"], {})
        if event["seq"] in events and events[event["seq"]]["id"] != event["id"]:
            self.doubled += 1
        events[event["seq"]] = event


class Shopper(threading.Thread):
    """Asks, talks, rates."""

    def __init__(self, url: str, brand: dict[str, Any], messages: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._random = random.Random(seed)
        self._messages = messages
        self._brand = brand
        self.side = Side()
        self.matched = threading.Event()
        self.conversation: str | None = None
        self.closed = threading.Event()
        self.latencies: list[float] = []
        self.asked_at = 0.0
        self.matched_after = 0.0
        self.error = ""
        self.acknowledged: dict[str, int] = {}
        self.client = Client(
            url, "/shopper", {"key": brand["key"]}, self._hear, origin=brand["origin"], on_connect=self._resync
        )

    def _hear(self, name: str, payload: Any) -> None:
        if name == "welcome":
            if payload.get("token"):
                self.client.auth = {"key": self._brand["key"], "token": payload["token"]}
            for thread in payload.get("open", []):
                self._found(thread)
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

    def _resync(self, client: Client) -> None:
        if self.conversation is not None:
            resync(client, self.side, self.conversation)

    def run(self) -> None:
        """One question, one conversation."""
        try:
            self._story()
        except (NotAcknowledgedError, AssertionError, KeyError) as error:
            self.error = f"{type(error).__name__}: {error}"

    def _story(self) -> None:
        product = self._random.choice(self._brand["products"])
        self.asked_at = time.monotonic()
        asked = self.client.call(
            "ask",
            {"client_id": str(new_id()), "text": "Would you take this one for long days outside?",
             "page_url": product["url"], "product": {"id": product["id"]}, "locale": "en"},
        )  # fmt: skip
        assert asked["ok"], asked
        self._found(asked)
        assert self.matched.wait(120), "nobody accepted"
        self.matched_after = time.monotonic() - self.asked_at
        for number in range(self._messages):
            time.sleep(self._random.uniform(0.05, 0.4))
            client_id = str(new_id())
            began = time.monotonic()
            sent = self.client.call(
                "message", {"conversation_id": self.conversation, "client_id": client_id, "text": f"shopper {number}"}
            )
            if not sent["ok"] and sent["error"]["code"] == "conversation_closed":
                raise AssertionError("closed too early")
            assert sent["ok"], sent
            self.latencies.append(time.monotonic() - began)
            self.acknowledged[client_id] = sent["seq"]
        assert self.closed.wait(120) or self._ask_closed(), "never closed"
        rated = self.client.call("rate", {"conversation_id": self.conversation, "stars": self._random.randint(3, 5)})
        assert rated["ok"], rated

    def _ask_closed(self) -> bool:
        resync(self.client, self.side, str(self.conversation))
        return self.closed.is_set()


class Expert:
    """Accepts every offer and answers every message, closing after the agreed number."""

    def __init__(self, url: str, row: dict[str, Any], messages: int) -> None:
        self._messages = messages
        self.side = Side()
        self.offers: list[tuple[str, float]] = []
        self._answered: dict[str, int] = {}
        self._heard: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.errors: list[str] = []
        self.client = Client(url, "/expert", {"token": row["token"]}, self._hear, on_connect=self._resync)

    def _hear(self, name: str, payload: Any) -> None:
        if name == "welcome":
            for offer in payload["offers"]:
                self._later(self._accept, offer["offer_id"])
        elif name == "offer":
            self.offers.append((payload["question"]["id"], time.monotonic()))
            self._later(self._accept, payload["offer_id"])
        elif name == "event":
            self.side.note(payload)
            if payload["kind"] == "message" and payload["author"]["kind"] == "shopper" and payload["seq"] > 1:
                self._answer_once(payload["conversation_id"], payload["seq"])

    def _later(self, work: Any, argument: str) -> None:
        threading.Thread(target=self._guard, args=(work, argument), daemon=True).start()

    def _guard(self, work: Any, argument: str) -> None:
        try:
            work(argument)
        except NotAcknowledgedError as error:
            self.errors.append(str(error))

    def _accept(self, offer_id: str) -> None:
        answer = self.client.call("offer_accept", {"offer_id": offer_id})
        if not answer["ok"] and answer["error"]["code"] not in {"offer_gone", "at_capacity", "not_found"}:
            self.errors.append(str(answer))

    def _answer_once(self, conversation: str, seq: int) -> None:
        """A message may be heard twice, live and by resync; it is answered once."""
        with self._lock:
            if (conversation, seq) in self._heard:
                return
            self._heard.add((conversation, seq))
        self._later(self._answer, conversation)

    def _answer(self, conversation: str) -> None:
        with self._lock:
            number = self._answered.get(conversation, 0) + 1
            self._answered[conversation] = number
        client_id = str(new_id())
        sent = self.client.call(
            "message", {"conversation_id": conversation, "client_id": client_id, "text": f"expert {number}"}
        )
        if sent["ok"]:
            self.acknowledged[client_id] = (conversation, sent["seq"])
        elif sent["error"]["code"] != "conversation_closed":
            self.errors.append(str(sent))
        if number == self._messages:
            self.client.call("close", {"conversation_id": conversation, "topic": "use"})

    def _resync(self, client: Client) -> None:
        state = client.call("state", {})
        for conversation in state.get("conversations", []):
            before = set(self.side.seen.get(conversation["id"], {}))
            resync(client, self.side, conversation["id"])
            events = self.side.seen.get(conversation["id"], {})
            for seq in sorted(set(events) - before):
                event = events[seq]
                if event["kind"] == "message" and event["author"]["kind"] == "shopper" and seq > 1:
                    self._answer_once(conversation["id"], seq)


def resync(client: Client, side: Side, conversation: str) -> None:
    """Ask for what is missing, by number."""
    known = side.seen.get(conversation, {})
    after = 0
    while after + 1 in known:
        after += 1
    answer = client.call("sync", {"conversation_id": conversation, "after": after})
    for event in answer.get("events", []):
        side.note(event)


def main() -> int:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--experts", type=int, default=25)
    parser.add_argument("--messages", type=int, default=10)
    parser.add_argument("--port", type=int, default=9300)
    parser.add_argument("--kill", action="store_true", help="SIGKILL the web process in the middle and start it again")
    options = parser.parse_args()
    web = Web(options.port)
    try:
        return measure(web, options)
    finally:
        web.stop()


def measure(web: Web, options: argparse.Namespace) -> int:
    """One run: everything that must hold, and what it took."""
    from bench.verdict import verdict

    url = f"http://127.0.0.1:{options.port}"
    rows = [
        json.loads(line)
        for line in web.flask("demo", "crowd", "--brands", "1", "--experts", str(options.experts)).splitlines()
    ]
    brand = next(row for row in rows if "key" in row)
    speakers = [row for row in rows if "expert" in row and "en" in row["languages"]]
    covered = {category for row in speakers for category in row["categories"]}
    brand["products"] = [product for product in brand["products"] if product["category"] in covered]
    experts = [Expert(url, row, options.messages) for row in rows if "expert" in row]
    for expert in experts:
        if not expert.client.connected.wait(30):
            raise SystemExit("an expert could not connect")
    began = time.monotonic()
    shoppers = [Shopper(url, brand, options.messages, seed) for seed in range(options.conversations)]
    for shopper in shoppers:
        shopper.start()
    if options.kill:
        while sum(len(each.acknowledged) for each in shoppers) < options.conversations * options.messages // 3:
            time.sleep(0.05)
        web.kill()
    for shopper in shoppers:
        shopper.join(timeout=300)
    seconds = time.monotonic() - began
    latencies = sorted(value for shopper in shoppers for value in shopper.latencies)
    asked = {question: at for expert in experts for question, at in expert.offers}
    result = verdict(web, shoppers, experts)
    sent = sum(len(each.acknowledged) for each in shoppers) + sum(len(each.acknowledged) for each in experts)
    result |= {
        "conversations": options.conversations, "messages acknowledged": sent, "offers seen": len(asked),
        "seconds": round(seconds, 1),
        "slowest match s": round(max(each.matched_after for each in shoppers), 1),
        "ack p50 ms": round(statistics.median(latencies) * 1_000, 1),
        "ack p95 ms": round(latencies[int(len(latencies) * 0.95)] * 1_000, 1),
    }  # fmt: skip
    for client in (*(each.client for each in shoppers), *(each.client for each in experts)):
        client.close()
    for name, value in result.items():
        print(f"{name:32} {value}")
    return 1 if any(value for name, value in result.items() if name.startswith("wrong:")) else 0


if __name__ == "__main__":
    sys.exit(main())
