"""A bad network: a TCP proxy that cuts connections, swallows what is said in either direction, or is late.

    .venv/bin/python -m bench.proxy --listen 9400 --to 9300

Reads one word a line on its standard input: `storm` and `calm` switch the faults on and off, `stop` ends it. Prints
what it did as one line of JSON at its end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from dataclasses import asdict, dataclass, field

CHUNK = 64 * 1024


@dataclass
class Faults:
    """How bad: seconds a connection lives on average, and the share of chunks after which something goes wrong."""

    cut_every: float = 25.0
    swallow: float = 0.01
    late: float = 0.03
    latest: float = 3.0
    """Seconds."""


@dataclass
class Done:
    """What the proxy did."""

    connections: int = 0
    cut: int = 0
    requests_swallowed: int = 0
    answers_swallowed: int = 0
    late: int = 0


@dataclass
class Proxy:
    """Forwards each connection to `port`, badly while `raging`."""

    port: int
    faults: Faults
    chance: random.Random
    raging: bool = False
    done: Done = field(default_factory=Done)

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        task = asyncio.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until a side ends it or the storm does."""
        self.done.connections += 1
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        cut = asyncio.Event()
        tasks = {
            asyncio.create_task(self._forward(reader, upstream[1], cut, request=True)),
            asyncio.create_task(self._forward(upstream[0], writer, cut, request=False)),
            asyncio.create_task(self._cut_some_day(cut)),
            asyncio.create_task(cut.wait()),
        }
        _, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        for end in (writer, upstream[1]):
            end.transport.abort()

    async def _cut_some_day(self, cut: asyncio.Event) -> None:
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / self.faults.cut_every))
            if self.raging:
                self.done.cut += 1
                cut.set()
                return

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event, *, request: bool
    ) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                if self.raging and await self._goes_wrong(cut, request=request):
                    return
                writer.write(chunk)
                await writer.drain()
        except OSError:
            return

    async def _goes_wrong(self, cut: asyncio.Event, *, request: bool) -> bool:
        """Swallowed bytes end the connection a moment later: what was lost shows as a cut, not as silence."""
        drawn = self.chance.random()
        if drawn < self.faults.swallow:
            if request:
                self.done.requests_swallowed += 1
            else:
                self.done.answers_swallowed += 1
            await asyncio.sleep(self.chance.uniform(0.5, 4.0))
            cut.set()
            return True
        if drawn < self.faults.swallow + self.faults.late:
            self.done.late += 1
            await asyncio.sleep(self.chance.uniform(0.1, self.faults.latest))
        return False


async def run(options: argparse.Namespace) -> Done:
    """Listen until told to stop."""
    faults = Faults(cut_every=options.cut_every, swallow=options.swallow, late=options.late)
    proxy = Proxy(options.to, faults, random.Random(options.seed))
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", options.listen, backlog=1_024)
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    print("listening", flush=True)
    while (word := (await words.readline()).decode().strip()) not in {"stop", ""}:
        proxy.raging = word == "storm"
    server.close()
    for task in proxy.tasks:
        task.cancel()
    await asyncio.gather(*proxy.tasks, return_exceptions=True)
    return proxy.done


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--cut-every", type=float, default=Faults.cut_every)
    parser.add_argument("--swallow", type=float, default=Faults.swallow)
    parser.add_argument("--late", type=float, default=Faults.late)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(asdict(asyncio.run(run(parser.parse_args())))), flush=True)


if __name__ == "__main__":
    main()
