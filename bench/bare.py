"""The baseline of `bench.chat`: a relay on asyncio and bare WebSockets that stores, commits, acknowledges, delivers.

    .venv/bin/python -m bench.bare --port 9610 --database postgresql://...

A client says `{"room", "id", "text"}`; it is acknowledged with `{"ack"}` and the others in the room get `{"from"}`.
No accounts, no rules, no numbers per conversation: what chat costs in Python before it is a product.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

import psycopg
from websockets.asyncio.server import ServerConnection, serve

_TABLE = """
    CREATE TABLE IF NOT EXISTS bare_message (
        id uuid PRIMARY KEY, room text NOT NULL, at timestamptz NOT NULL DEFAULT now(), text text NOT NULL)
"""
_STORE = "INSERT INTO bare_message (id, room, text) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"


class Relay:
    """Rooms of sockets, and some database connections of its own."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[ServerConnection]] = {}
        self.free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    async def open(self, url: str, connections: int) -> None:
        """Connect to the database."""
        for number in range(connections):
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
            if number == 0:
                await connection.execute(_TABLE)
            self.free.put_nowait(connection)

    async def serve(self, socket: ServerConnection) -> None:
        """One client: it enters a room with its first words."""
        room = str(json.loads(await socket.recv())["room"])
        members = self.rooms.setdefault(room, set())
        members.add(socket)
        await socket.send('{"entered": true}')
        try:
            async for raw in socket:
                said = json.loads(raw)
                connection = await self.free.get()
                try:
                    await connection.execute(_STORE, (said["id"], room, said["text"]))
                finally:
                    self.free.put_nowait(connection)
                await socket.send(json.dumps({"ack": said["id"]}))
                for other in members:
                    if other is not socket:
                        await other.send(json.dumps({"from": said["id"], "text": said["text"]}))
        finally:
            members.discard(socket)


async def run(port: int, database: str) -> None:
    """Serve until ended."""
    relay = Relay()
    await relay.open(database, 8)
    async with serve(relay.serve, "127.0.0.1", port, compression=None, max_size=64 * 1024):
        print("listening", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    asyncio.run(run(options.port, options.database))
