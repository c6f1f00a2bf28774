"""Socket.IO between processes: over Redis, or over PostgreSQL LISTEN/NOTIFY for installations without it.

What is said while the connection to the queue is down is gone. Whoever was connected here could then miss an event and
never know; so once the queue is heard again, this process ends its own sockets: clients connect again after a moment
of their own choosing and ask by number for what they missed.
"""

import json
import queue
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from redis import Redis, RedisError
from socketio import PubSubManager, RedisManager

log = structlog.get_logger()

CHANNEL = "comptoir_sockets"
_PART = 7_000
_NOTIFY = "SELECT pg_notify(%s, part) FROM json_array_elements_text(%s::json) AS part"


def reconnect_everybody(server: Any) -> None:
    """End the sockets of this process: their clients come back and resync."""
    sids = list(server.eio.sockets)
    log.warning("message_queue_was_lost", sockets=len(sids))
    for sid in sids:
        server.eio.disconnect(sid)


class RedisFanout(RedisManager):
    """python-socketio's manager; a lost subscription is made again, and what was missed in between asked for."""

    def _listen(self) -> Iterator[bytes]:
        lost = False
        while True:
            try:
                with Redis.from_url(self.redis_url) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
                    heard.subscribe(self.channel)
                    heard.get_message(timeout=0)  # subscribed, or raises
                    if lost:
                        reconnect_everybody(self.server)
                    for message in heard.listen():
                        yield message["data"]
            except RedisError:
                log.warning("fanout_listen_failed")
                self.server.sleep(1)
            lost = True


class PostgresManager(PubSubManager):
    """One listening and one notifying connection.

    Notifications carry at most 8,000 bytes, so a longer message travels in numbered parts. Publishing is queued and
    sent by one background thread: emitting never waits for the database.
    """

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
                    # One JSON text: psycopg takes many times longer to write an array.
                    parts = json.dumps([part for message in batch for part in _parts(message)])
                    connection.execute(_NOTIFY, (CHANNEL, parts))
                    break
                except psycopg.Error:
                    log.warning("fanout_send_failed")
                    connection = None

    def _listen(self) -> Iterator[dict[str, Any]]:
        pending: dict[str, dict[int, str]] = {}
        lost = False
        while True:
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    if lost:
                        reconnect_everybody(self.server)
                    for notice in connection.notifies():
                        message = _join(pending, notice.payload)
                        if message is not None:
                            yield message
            except psycopg.Error:
                log.debug("fanout_listen_failed")  # also when the server stops before us
                self.server.sleep(1)
            lost = True


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
