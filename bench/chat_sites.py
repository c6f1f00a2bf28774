"""The servers of `bench.chat`, each started for one row of its table: the bare relay, and the product."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any
from uuid import uuid4

import psycopg

from bench.chat_clients import BareClient, ProductWriter, Socket, Times, Writer
from bench.conversations import ROOT
from marketplace.core.clock import new_id

AT_ONCE = 50
"""Clients that connect at the same time."""


def one_core() -> None:
    """Servers run on the first core, as long as there is one of them."""
    os.sched_setaffinity(0, {0})


def all_cores() -> None:
    """Two web processes share both cores with the load program."""
    os.sched_setaffinity(0, set(range(os.cpu_count() or 1)))


class BareSite:
    """The relay without a product."""

    name = "bare relay + commit"

    def __init__(self, port: int, database: str) -> None:
        self._port, self._database = port, database
        self.times = Times()
        self._clients: list[BareClient] = []
        self.processes: list[int] = []

    def start(self, _connections: int) -> None:
        """Returns once it listens."""
        command = [sys.executable, "-m", "bench.bare", "--port", str(self._port), "--database", self._database]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=one_core)
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self.processes = [self._process.pid]

    async def connect(self, connections: int) -> None:
        url = f"http://127.0.0.1:{self._port}"
        self._clients = [BareClient(url, str(n // 2), self._hear) for n in range(connections)]
        await in_turns([client.open for client in self._clients])

    def _hear(self, message: str) -> None:
        self.times.arrived(message)

    async def pair(self) -> list[Writer]:
        return list(self._clients)

    async def leave(self) -> None:
        await in_turns([client.close for client in self._clients])

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=10)


class ProductSite:
    """The product: one or more web processes and a worker, on a database of their own."""

    def __init__(self, port: int, server: str, count: int, redis: str) -> None:
        self.name = f"Comptoir, {count} web process{'es' if count > 1 else ''}" + (", Redis" if redis else "")
        self._ports = [port + 10 * n for n in range(count)]
        self._server, self._redis = server, redis
        self.times = Times()
        self.processes: list[int] = []

    def start(self, connections: int) -> None:
        """Returns once every process answers and the crowd exists."""
        name = f"chat_{uuid4().hex[:10]}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self._folders = [tempfile.TemporaryDirectory(prefix="bench-") for _ in self._ports]
        environment = {
            **os.environ, "DATABASE_URL": self._server.replace("/postgres?", f"/{name}?"), "COMPTOIR_DEMO": "0",
            "PUBLIC_URL": f"http://127.0.0.1:{self._ports[0]}", "LOG_LEVEL": "ERROR", "REDIS_URL": self._redis,
            "MESSAGES_PER_MINUTE": "1000000", "SHOPPER_MESSAGES_PER_MINUTE": "1000000",
            "SECRET_KEY": "a-secret-for-one-run-of-a-load-program-only",
            "DATABASE_POOL": "20",
        }  # fmt: skip
        place = one_core if len(self._ports) == 1 else all_cores
        self._processes = []
        for port, folder in zip(self._ports, self._folders, strict=True):
            own = environment | {"PORT": str(port), "SHOP_PORT": str(port + 1), "VAR_DIR": folder.name}
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "app.py"], cwd=ROOT, env=own, stdout=subprocess.DEVNULL, preexec_fn=place
                )
            )
            wait_for(port)
        self.processes = [process.pid for process in self._processes]
        brands = max(1, connections // 2 // 20)
        command = [sys.executable, "-m", "flask", "--app", "app", "demo", "crowd", "--brands", str(brands)]
        made = subprocess.run(
            [*command, "--experts", str(connections // 2)], cwd=ROOT, check=True, capture_output=True, text=True,
            env=environment | {"VAR_DIR": self._folders[0].name},
        )  # fmt: skip
        rows = [json.loads(line) for line in made.stdout.splitlines() if line.startswith("{")]
        self._brands = [row for row in rows if "key" in row]
        self._people = [row for row in rows if "expert" in row]

    def _url(self, number: int) -> str:
        return f"http://127.0.0.1:{self._ports[number % len(self._ports)]}"

    async def connect(self, connections: int) -> None:
        self._writers: list[Writer] = []
        self._matched: dict[str, asyncio.Event] = {}
        self._accepting: set[asyncio.Task[None]] = set()
        self._shoppers = [self._shopper(number) for number in range(connections // 2)]
        self._experts = [self._expert(number, row) for number, row in enumerate(self._people)]
        await in_turns(
            [lambda s=s, b=b: s.open(origin=b["origin"]) for s, b in self._shoppers] + [e.open for e in self._experts]
        )

    def _shopper(self, number: int) -> tuple[Socket, dict[str, Any]]:
        brand = self._brands[number % len(self._brands)]

        def hear(name: str, payload: Any) -> None:
            if name == "event":
                self._arrived(socket, payload)
            elif name == "question" and payload.get("conversation_id"):
                self._joined(payload["question_id"], payload["conversation_id"])

        socket = Socket(self._url(number), "/shopper", {"key": brand["key"]}, hear)
        return socket, brand

    def _arrived(self, socket: Socket, event: dict[str, Any]) -> None:
        if event["kind"] == "message" and event["client_id"] not in socket.said:
            self.times.arrived(event["client_id"])

    def _expert(self, number: int, row: dict[str, Any]) -> Socket:
        def hear(name: str, payload: Any) -> None:
            if name == "event":
                self._arrived(socket, payload)
            elif name == "offer":
                task = asyncio.create_task(self._accept(socket, payload["offer_id"]))
                self._accepting.add(task)
                task.add_done_callback(self._accepting.discard)

        socket = Socket(self._url(number + 1), "/expert", {"token": row["token"]}, hear)
        return socket

    async def _accept(self, socket: Socket, offer: str) -> None:
        answer = await socket.call("offer_accept", {"offer_id": offer})
        if answer["ok"]:
            self._writers.append(ProductWriter(socket, answer["conversation_id"]))

    def _joined(self, question: str, conversation: str) -> None:
        self._matched.setdefault(question, asyncio.Event()).set()
        self._conversations[question] = conversation

    async def pair(self) -> list[Writer]:
        self._conversations: dict[str, str] = {}
        await in_turns(
            [lambda s=s, b=b, n=n: self._ask(s, b, n) for n, (s, b) in enumerate(self._shoppers)], at_once=10
        )
        return self._writers

    async def _ask(self, socket: Socket, brand: dict[str, Any], number: int) -> None:
        product = brand["products"][number % len(brand["products"])]
        asked = await socket.call(
            "ask",
            {"client_id": str(new_id()), "text": "Would you take this one for long days outside?",
             "page_url": product["url"], "product": {"id": product["id"]}, "locale": "en" if number % 2 else "fr"},
        )  # fmt: skip
        if not asked["ok"]:
            raise RuntimeError(str(asked))
        question = asked["question_id"]
        if asked.get("conversation_id"):
            self._joined(question, asked["conversation_id"])
        await asyncio.wait_for(self._matched.setdefault(question, asyncio.Event()).wait(), 120)
        self._writers.append(ProductWriter(socket, self._conversations[question]))

    async def leave(self) -> None:
        await in_turns([socket.close for socket, _ in self._shoppers] + [socket.close for socket in self._experts])

    def stop(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        for folder in self._folders:
            folder.cleanup()


async def in_turns(works: list[Any], *, at_once: int = AT_ONCE) -> None:
    """Run all, so many at the same time."""
    gate = asyncio.Semaphore(at_once)

    async def one(work: Any) -> None:
        async with gate:
            await work()

    await asyncio.gather(*(one(work) for work in works))


def wait_for(port: int) -> None:
    """Until a process answers there."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("a web process did not answer in 90 s")
