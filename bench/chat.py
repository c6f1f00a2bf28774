"""What chat costs: the product beside a bare relay that stores and commits on the same PostgreSQL, in one run.

    .venv/bin/python -m bench.chat --connections 50,200,1000 --processes 1,2

Half of the connections are shoppers, half experts. For each number of connections: how fast they connect, what an idle
one holds in memory, round trips at human pace, and how many messages are acknowledged in a second when everybody
writes as soon as he is answered. Servers run on one core, the load program on the other; two web processes share both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any, Protocol

import psutil

from bench.chat_clients import Times, Writer
from bench.chat_sites import BareSite, ProductSite
from bench.postgres import Postgres

PACE = 50.0
"""Messages a second, all together, at human pace."""


class Site(Protocol):
    """A server under test with its clients."""

    name: str
    processes: Sequence[int]

    async def connect(self, connections: int) -> None:
        """Let so many clients in; returns when all are."""

    async def pair(self) -> list[Writer]:
        """Bring the clients together two by two; everybody who can write."""

    async def leave(self) -> None:
        """Close all clients."""

    times: Times


def pss(processes: Sequence[int]) -> int:
    """Bytes that these processes hold, shared pages counted in parts."""
    return sum(each.memory_full_info().pss for each in _family(processes))


def cpu(processes: Sequence[int]) -> float:
    """Seconds of processor time that they have used."""
    return sum(sum(each.cpu_times()[:2]) for each in _family(processes))


def _family(processes: Sequence[int]) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in processes]


def quantiles(values: Sequence[float]) -> str:
    """p50 / p95 / p99 in milliseconds."""
    ordered = sorted(values)
    if not ordered:
        return "-"
    return " / ".join(
        f"{ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1_000:.1f}" for part in (0.5, 0.95, 0.99)
    )


async def measure(site: Site, connections: int, seconds: float) -> dict[str, Any]:
    """One row of the table."""
    before = pss(site.processes)
    began = time.perf_counter()
    await site.connect(connections)
    connecting = time.perf_counter() - began
    await asyncio.sleep(2)
    idle = pss(site.processes) - before
    writers = await site.pair()
    await at_pace(site, writers, 2.0)  # what is made once is made
    spent, paced = cpu(site.processes), await at_pace(site, writers, seconds)
    spent = cpu(site.processes) - spent
    row = {
        "server": site.name, "connections": connections, "connects/s": round(connections / connecting),
        "idle KiB": round(idle / 1024 / connections), "ack ms": quantiles(paced.acknowledged),
        "other screen ms": quantiles(paced.delivered), "CPU ms": round(1_000 * spent / len(paced.acknowledged), 2),
    }  # fmt: skip
    flood = await at_once(site, writers, seconds)
    row |= {"messages/s": round(len(flood.acknowledged) / seconds), "flood ack ms": quantiles(flood.acknowledged)}
    await site.leave()
    return row


async def at_pace(site: Site, writers: Sequence[Writer], seconds: float) -> Times:
    """Somebody writes every 1/PACE seconds, whether the one before was answered or not."""
    times = site.times = Times()
    loop = asyncio.get_running_loop()
    start = loop.time()
    said: list[asyncio.Task[None]] = []
    number = 0
    while (due := start + number / PACE) < start + seconds:
        await asyncio.sleep(max(0.0, due - loop.time()))
        said.append(asyncio.create_task(writers[number % len(writers)].say(times)))
        number += 1
    await asyncio.gather(*said)
    await asyncio.sleep(0.5)
    return times


async def at_once(site: Site, writers: Sequence[Writer], seconds: float) -> Times:
    """Everybody writes as soon as he is answered."""
    times = site.times = Times()
    end = time.perf_counter() + seconds

    async def talk(writer: Writer) -> None:
        while time.perf_counter() < end:
            await writer.say(times)

    await asyncio.gather(*(talk(writer) for writer in writers))
    return times


def table(rows: Sequence[dict[str, Any]]) -> str:
    """As Markdown."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connections", default="50,200,1000")
    parser.add_argument("--processes", default="1,2")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--port", type=int, default=9600)
    parser.add_argument("--redis", default="", help="address of a Redis; without it PostgreSQL carries messages")
    options = parser.parse_args()
    os.sched_setaffinity(0, {1})
    postgres = Postgres()
    rows: list[dict[str, Any]] = []
    try:
        for connections in map(int, options.connections.split(",")):
            sites: list[Any] = [BareSite(options.port, postgres.url)]
            sites += [
                ProductSite(options.port, postgres.url, int(count), options.redis)
                for count in options.processes.split(",")
            ]
            for site in sites:
                site.start(connections)
                try:
                    rows.append(asyncio.run(measure(site, connections, options.seconds)))
                finally:
                    site.stop()
                print(rows[-1], flush=True)
    finally:
        postgres.stop()
    print(table(rows))


if __name__ == "__main__":
    main()
