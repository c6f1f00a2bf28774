"""The two kinds of clients of `bench.chat`, on asyncio: of the product (Socket.IO) and of the bare relay."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect

from marketplace.core.clock import new_id


@dataclass
class Times:
    """Seconds from a click to its acknowledgement, and to the other screen, in the order in which they ended."""

    began: dict[str, float] = field(default_factory=dict)
    acknowledged: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)

    def arrived(self, text: str) -> None:
        """A text is on the other screen."""
        at = self.began.get(text)
        if at is not None:
            self.delivered.append(time.perf_counter() - at)


class Writer(Protocol):
    """Somebody who can say something to one other."""

    async def say(self, times: Times) -> None:
        """Say something new; returns when it is acknowledged."""


class Socket:
    """One Socket.IO connection to a namespace."""

    def __init__(self, url: str, namespace: str, auth: dict[str, Any], hear: Callable[[str, Any], None]) -> None:
        self.said: set[str] = set()
        """The names of own messages, which come back like everybody's."""
        self._url = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._namespace = namespace
        self._auth = auth
        self._hear = hear
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self, *, origin: str | None = None) -> None:
        """Connect; returns once the namespace has let us in."""
        headers = {"Origin": origin} if origin else None
        socket = await connect(
            self._url, additional_headers=headers, compression=None, max_size=None, open_timeout=60, ping_interval=None
        )
        await socket.recv()
        await socket.send(f"40{self._namespace},{json.dumps(self._auth)}")
        while not (said := str(await socket.recv())).startswith("40"):
            self._take(said)
        self._socket = socket
        self._reading = asyncio.create_task(self._read(socket))

    async def _read(self, socket: ClientConnection) -> None:
        async for raw in socket:
            said = raw if isinstance(raw, str) else raw.decode()
            if said == "2":
                await socket.send("3")
            else:
                self._take(said)

    def _take(self, said: str) -> None:
        body = said[3 + len(self._namespace) :]
        if said.startswith("42"):
            name, *rest = json.loads(body)
            self._hear(name, rest[0] if rest else None)
        elif said.startswith("43"):
            number, answer = int(body[: body.index("[")]), json.loads(body[body.index("[") :])[0]
            waiting = self._waiting.pop(number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
        elif said.startswith("44"):
            raise PermissionError(said)

    async def call(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send and wait for the acknowledgement."""
        number = next(self._numbers)
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        assert self._socket is not None
        await self._socket.send(f"42{self._namespace},{number}{json.dumps([event, payload])}")
        return await asyncio.wait_for(answered, 60)

    async def close(self) -> None:
        """Leave."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            await self._socket.close()


class ProductWriter:
    """One side of a conversation of the product."""

    def __init__(self, socket: Socket, conversation: str) -> None:
        self._socket = socket
        self._conversation = conversation

    async def say(self, times: Times) -> None:
        client_id = str(new_id())
        self._socket.said.add(client_id)
        began = times.began[client_id] = time.perf_counter()
        answer = await self._socket.call(
            "message", {"conversation_id": self._conversation, "client_id": client_id, "text": client_id}
        )
        if not answer["ok"]:
            raise RuntimeError(str(answer))
        times.acknowledged.append(time.perf_counter() - began)


class BareClient:
    """One side of a room of the bare relay."""

    def __init__(self, url: str, room: str, hear: Callable[[str], None]) -> None:
        self._url = url.replace("http", "ws", 1)
        self._room = room
        self._hear = hear
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and enter the room."""
        self._socket = await connect(self._url, compression=None, open_timeout=60, ping_interval=None)
        await self._socket.send(json.dumps({"room": self._room}))
        await self._socket.recv()
        self._reading = asyncio.create_task(self._read(self._socket))

    async def _read(self, socket: ClientConnection) -> None:
        async for raw in socket:
            said = json.loads(raw)
            if "ack" in said:
                self._waiting.pop(said["ack"]).set_result(None)
            else:
                self._hear(said["from"])

    async def say(self, times: Times) -> None:
        message = str(new_id())
        began = times.began[message] = time.perf_counter()
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[message] = answered
        assert self._socket is not None
        await self._socket.send(json.dumps({"id": message, "text": message}))
        await asyncio.wait_for(answered, 60)
        times.acknowledged.append(time.perf_counter() - began)

    async def close(self) -> None:
        """Leave."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            await self._socket.close()
