"""Two web processes on one database talk to each other: through Redis, and without it through PostgreSQL."""

from __future__ import annotations

import queue
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from redis import Redis

from bench.client import Client
from marketplace.core.clock import new_id
from marketplace.core.db import Database
from marketplace.core.web import Platform
from tests.factories.world import ORIGIN, World, make_world
from tests.flow.site import Site, free_port

WITHIN = 20.0
"""Seconds until what was said on one process must have reached the other."""

pytestmark = pytest.mark.external


@pytest.fixture(scope="module", params=["redis", "postgresql"])
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A Redis of its own, or none: then PostgreSQL carries the messages."""
    if request.param == "postgresql":
        yield ""
        return
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("there is no redis-server on this machine")
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="module")
def pair(
    redis_url: str, make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Site, str]]:
    """Two started processes, and the address of the database they share."""
    url = make_database()
    sites = []
    for name in ("first", "second"):
        site = Site(url, tmp_path_factory.mktemp(name))
        site.environment["REDIS_URL"] = redis_url
        site.start()
        sites.append(site)
    yield sites[0], sites[1], url
    for site in sites:
        site.stop()


class Ear:
    """Keeps what a client hears until somebody asks."""

    def __init__(self) -> None:
        self._heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def __call__(self, name: str, payload: Any) -> None:
        self._heard.put((name, payload))

    def wait_for(self, wanted: str, **facts: Any) -> dict[str, Any]:
        """The next event of this name with these facts. Raises when it does not come in time."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            try:
                name, payload = self._heard.get(timeout=deadline - time.monotonic())
            except queue.Empty:
                break
            if name == wanted and all(payload.get(key) == value for key, value in facts.items()):
                found: dict[str, Any] = payload
                return found
        raise AssertionError(f"no {wanted} {facts} within {WITHIN} s")


@pytest.fixture
def world(pair: tuple[Site, Site, str], shared_app: Flask) -> Iterator[World]:
    parts: Platform = shared_app.extensions["comptoir"]
    database = Database(pair[2], info=parts.database.info)
    yield make_world(database)
    database.engine.dispose()


def test_shopper_and_expert_on_two_processes_hear_each_other(pair: tuple[Site, Site, str], world: World) -> None:
    first, second, _url = pair
    at_first, at_second = (site.url.replace("chat.localhost", "127.0.0.1") for site in (first, second))
    expert_ear, shopper_ear = Ear(), Ear()
    expert = Client(at_first, "/expert", {"token": world.experts[0][1]}, expert_ear)
    shopper = Client(at_second, "/shopper", {"key": world.brand.key}, shopper_ear, origin=ORIGIN)
    try:
        assert expert.connected.wait(WITHIN)
        assert shopper.connected.wait(WITHIN)
        asked = shopper.call(
            "ask", {"client_id": str(new_id()), "text": "Does it run large?", "page_url": f"{ORIGIN}/p/ridge-3"}
        )
        offer = expert_ear.wait_for("offer")
        assert offer["question"]["id"] == asked["question_id"]
        conversation = expert.call("offer_accept", {"offer_id": offer["offer_id"]})["conversation_id"]
        shopper_ear.wait_for("question", state="matched")
        for client, ear, text in (
            (expert, shopper_ear, "True to size."), (shopper, expert_ear, "Thank you! And in winter?"),
        ):  # fmt: skip
            client.call("message", {"conversation_id": conversation, "client_id": str(new_id()), "text": text})
            assert ear.wait_for("event", text=text)["conversation_id"] == conversation
        expert.call("close", {"conversation_id": conversation, "topic": "size"})
        shopper_ear.wait_for("event", kind="closed")
    finally:
        expert.close()
        shopper.close()


def test_a_lost_message_queue_makes_clients_connect_again(
    pair: tuple[Site, Site, str], world: World, redis_url: str
) -> None:
    """What was said while the queue was down is gone: only whoever connects again asks for it."""
    first, _second, url = pair
    ear = Ear()
    expert = Client(first.url.replace("chat.localhost", "127.0.0.1"), "/expert", {"token": world.experts[0][1]}, ear)
    try:
        ear.wait_for("welcome")
        _cut_the_queue(url, redis_url)
        ear.wait_for("welcome")  # there is one for each connection
    finally:
        expert.close()


def _cut_the_queue(url: str, redis_url: str) -> None:
    if redis_url:
        with Redis.from_url(redis_url) as server:
            server.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'LISTEN comptoir_sockets%%'"
        )
