"""Socket.IO between processes over PostgreSQL LISTEN/NOTIFY, for installations without Redis.

Notifications carry at most 8,000 bytes, so a longer message travels in numbered parts. Publishing is queued and
sent by one background thread: emitting never waits for the database.
"""

import json
import queue
import threading
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from socketio import PubSubManager

log = structlog.get_logger()

CHANNEL = "comptoir_sockets"
_PART = 7_000


class PostgresManager(PubSubManager):
    """python-socketio's own extension point, over one listening and one notifying connection."""

    name = "postgres"

    def __init__(self, url: str, *, write_only: bool = False):
        super().__init__(channel=CHANNEL, write_only=write_only)
        self._url = url
        self._outgoing: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._sender: threading.Thread | None = None

    def _publish(self, data: dict[str, Any]) -> None:
        if self._sender is None:
            self._sender = threading.Thread(target=self._send_forever, name="socket-fanout", daemon=True)
            self._sender.start()
        self._outgoing.put(json.dumps(data, separators=(",", ":"), default=str))

    def _send_forever(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            batch = [self._outgoing.get()]
            while not self._outgoing.empty() and len(batch) < 50:
                batch.append(self._outgoing.get())
            for _attempt in range(2):
                try:
                    if connection is None or connection.closed:
                        connection = psycopg.connect(self._url, autocommit=True)
                    parts = [part for message in batch for part in _parts(message)]
                    connection.execute("SELECT pg_notify(%s, part) FROM unnest(%s::text[]) AS part", (CHANNEL, parts))
                    break
                except psycopg.Error:
                    log.warning("fanout_send_failed")
                    connection = None

    def _listen(self) -> Any:
        pending: dict[str, dict[int, str]] = {}
        while True:
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    for notice in connection.notifies():
                        message = _join(pending, notice.payload)
                        if message is not None:
                            yield message
            except psycopg.Error:
                log.debug("fanout_listen_failed")  # also when the server stops before us
                self.server.sleep(1)


def _parts(message: str) -> list[str]:
    raw = [message[i : i + _PART // 4] for i in range(0, len(message), _PART // 4)]
    if len(message.encode()) <= _PART:
        raw = [message]
    name = uuid4().hex
    return [f"{name}:{number}:{len(raw)}:{part}" for number, part in enumerate(raw)]


def _join(pending: dict[str, dict[int, str]], payload: str) -> dict[str, Any] | None:
    name, number, total, part = payload.split(":", 3)
    parts = pending.setdefault(name, {})
    parts[int(number)] = part
    if len(parts) < int(total):
        return None
    del pending[name]
    decoded: dict[str, Any] = json.loads("".join(parts[i] for i in range(int(total))))
    return decoded
