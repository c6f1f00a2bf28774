"""A small Socket.IO client for load programs: one thread each, reconnects, resends what was not acknowledged."""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import websocket

Handler = Callable[[str, Any], None]


class NotAcknowledgedError(Exception):
    """No answer in time, whatever was tried."""


class Client:
    """One connection to a namespace. `call` resends over reconnects until it is answered, so nothing is lost."""

    def __init__(
        self, url: str, namespace: str, auth: dict[str, Any], on_event: Handler, *, origin: str | None = None,
        on_connect: Callable[[Client], None] | None = None, patience: float = 20.0,
    ) -> None:  # fmt: skip
        """`patience`: seconds without an answer after which the connection counts as dead and is made again."""
        self._url = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._namespace = namespace
        self.auth = auth
        self._on_event = on_event
        self._on_connect = on_connect
        self._origin = origin
        self._patience = patience
        self._ids = itertools.count(1)
        self._waiting: dict[int, tuple[threading.Event, list[Any]]] = {}
        self._socket: websocket.WebSocket | None = None
        self._stopping = threading.Event()
        self.connected = threading.Event()
        self.reconnects = -1
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def call(self, event: str, payload: dict[str, Any], *, within: float = 60.0) -> dict[str, Any]:
        """Send and wait for the acknowledgement; send again after each reconnect. Raises `NotAcknowledgedError`."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not self._stopping.is_set():
            if not self.connected.wait(0.5):
                continue
            number = next(self._ids)
            answered = threading.Event()
            box: list[Any] = []
            self._waiting[number] = (answered, box)
            try:
                assert self._socket is not None
                self._socket.send(f"42{self._namespace},{number}{json.dumps([event, payload])}")
            except (OSError, websocket.WebSocketException, AssertionError):
                time.sleep(0.05)
                continue
            silent = not answered.wait(self._patience)
            self._waiting.pop(number, None)
            if box:
                answer: dict[str, Any] = box[0]
                return answer
            if silent:
                self.drop()
        raise NotAcknowledgedError(f"{event} on {self._namespace}")

    def drop(self) -> None:
        """Give the connection up: a new one is made at once."""
        dead = self._socket
        if dead is not None:
            dead.shutdown()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Leave for good."""
        self._stopping.set()
        if self._socket is not None:
            self._socket.close()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        losses = 0
        while not self._stopping.is_set():
            try:
                self._open()
                self._read()
            except (OSError, websocket.WebSocketException, ValueError):
                pass
            losses = 0 if self.connected.is_set() else losses + 1
            self.connected.clear()
            for answered, _box in list(self._waiting.values()):
                answered.set()
            # As the widget does: 0.5 to 15 seconds, half of it by chance, so that many do not come back as one.
            self._stopping.wait(min(15.0, 0.5 * 2**losses) * random.uniform(0.5, 1.0))

    def _open(self) -> None:
        self._socket = websocket.create_connection(
            self._url, timeout=60, origin=self._origin, suppress_origin=not self._origin
        )
        self._socket.recv()
        self._socket.send(f"40{self._namespace},{json.dumps(self.auth)}")

    def _read(self) -> None:
        assert self._socket is not None
        prefix = len(self._namespace) + 1
        while not self._stopping.is_set():
            raw = self._socket.recv()
            if not raw:
                raise OSError("closed")
            packet = raw if isinstance(raw, str) else raw.decode()
            if packet == "2":
                self._socket.send("3")
            elif packet.startswith("40"):
                self.reconnects += 1
                self.connected.set()
                if self._on_connect is not None:
                    threading.Thread(target=self._on_connect, args=(self,), daemon=True).start()
            elif packet.startswith("44"):
                raise PermissionError(packet)
            elif packet.startswith("42"):
                name, *rest = json.loads(packet[2 + prefix :])
                self._on_event(name, rest[0] if rest else None)
            elif packet.startswith("43"):
                body = packet[2 + prefix :]
                number = int(body[: body.index("[")])
                waiting = self._waiting.get(number)
                if waiting is not None:
                    waiting[1].extend(json.loads(body[body.index("[") :]))
                    waiting[0].set()
