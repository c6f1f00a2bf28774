"""A storm: hundreds of conversations on a bad network, while the web process and PostgreSQL end and start again.

    .venv/bin/python -m bench.storm --conversations 200 --seconds 180

A proxy of ours in the middle cuts sockets, swallows requests and answers, and is late; the web process is killed and
PostgreSQL restarted, also as a crash. In the end everything that was acknowledged must be stored once, under its
number, in the order in which it was written; both sides must hold the same conversation; nobody may ever have held
more than his capacity. Prints one table; ends with 1 when anything is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

import psycopg

from bench.conversations import ROOT, Web
from bench.postgres import Postgres
from bench.storm_people import Expert, Shopper, Storm

_OVER_CAPACITY = """
    SELECT count(*) FROM (SELECT s.person_id FROM segment s JOIN expert e ON e.person_id = s.person_id
        WHERE s.closed_at IS NULL GROUP BY s.person_id, e.capacity HAVING count(*) > e.capacity) AS over
"""


class Network:
    """The proxy, a process of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        command = [
            sys.executable, "-m", "bench.proxy", "--listen", str(options.port + 2), "--to", str(options.port),
            "--cut-every", str(options.cut_every), "--seed", str(options.seed),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{options.port + 2}"
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "listening":
            raise SystemExit("the proxy did not start")

    def say(self, word: str) -> None:
        """`storm` or `calm`."""
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def stop(self) -> dict[str, int]:
        """End it; what it did."""
        self.say("stop")
        assert self._process.stdout is not None
        done: dict[str, int] = json.loads(self._process.stdout.readline())
        self._process.wait(timeout=10)
        return done


class Watch(threading.Thread):
    """Looks twice a second whether anybody holds more than his capacity."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stop_it = threading.Event()
        self.looks = 0
        self.over = 0

    def run(self) -> None:
        while not self._stop_it.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=2) as connection:
                    while not self._stop_it.wait(0.5):
                        row = connection.execute(_OVER_CAPACITY).fetchone()
                        self.looks += 1
                        self.over += row[0] if row else 0
            except psycopg.Error:
                self._stop_it.wait(0.3)

    def stop(self) -> None:
        """No more looks."""
        self._stop_it.set()
        self.join(timeout=5)


def main() -> int:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--experts", type=int, default=80)
    parser.add_argument("--seconds", type=float, default=180.0, help="length of the storm")
    parser.add_argument("--pace", type=float, default=4.0, help="seconds between two messages of a writer, on average")
    parser.add_argument("--cut-every", type=float, default=25.0, help="seconds a connection lives on average")
    parser.add_argument("--port", type=int, default=9500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    postgres = Postgres()
    os.environ["DATABASE_URL"] = postgres.url
    web = Web(options.port, own_database=True)
    network = Network(options)
    try:
        return storm(web, postgres, network, options)
    finally:
        web.stop()
        postgres.stop()


def storm(web: Web, postgres: Postgres, network: Network, options: argparse.Namespace) -> int:
    """One storm, and what it left."""
    from bench.storm_verdict import verdict

    rows = [
        json.loads(line)
        for line in web.flask("demo", "crowd", "--brands", "1", "--experts", str(options.experts)).splitlines()
    ]
    brand = next(row for row in rows if "key" in row)
    speakers = [row for row in rows if "expert" in row and "en" in row["languages"]]
    covered = {category for row in speakers for category in row["categories"]}
    brand["products"] = [product for product in brand["products"] if product["category"] in covered]
    weather = Storm(pace=options.pace)
    watch = Watch(postgres.url)
    watch.start()
    experts = [Expert(network.url, row, weather) for row in rows if "expert" in row]
    shoppers = [Shopper(network.url, brand, weather, seed) for seed in range(options.conversations)]
    for shopper in shoppers:
        shopper.start()
        time.sleep(0.05)
    began = time.monotonic()
    network.say("storm")
    blows = _blow(web, postgres, options.seconds)
    network.say("calm")
    raged = time.monotonic() - began
    weather.over.set()
    for shopper in shoppers:
        shopper.join(timeout=max(1.0, began + raged + 180 - time.monotonic()))
    for expert in experts:
        expert.finish()
    watch.stop()
    result: dict[str, Any] = verdict(web, shoppers, experts)
    result["wrong: over capacity at some moment"] = watch.over
    result |= blows | {f"network: {name}": number for name, number in network.stop().items()}
    result |= {"looks at capacity": watch.looks, "storm s": round(raged), "s until calm": round(
        time.monotonic() - began - raged)}  # fmt: skip
    for name, value in result.items():
        print(f"{name:40} {value}")
    return 1 if any(value for name, value in result.items() if name.startswith("wrong:")) else 0


def _blow(web: Web, postgres: Postgres, seconds: float) -> dict[str, int]:
    """In turn: the web process is killed, PostgreSQL restarted, killed, crashed; about every 20 seconds something."""
    blows = {"web process killed": 0, "PostgreSQL restarted": 0, "PostgreSQL crashed": 0}
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() + 12 < end:
        time.sleep(12)
        if turn % 2 == 0:
            web.kill()
            blows["web process killed"] += 1
        else:
            crash = turn % 4 == 3
            postgres.restart(crash=crash)
            blows["PostgreSQL crashed" if crash else "PostgreSQL restarted"] += 1
        turn += 1
    time.sleep(max(0.0, end - time.monotonic()))
    return blows


if __name__ == "__main__":
    sys.exit(main())
