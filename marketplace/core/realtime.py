"""The socket edge: namespaces that declare who may enter, payloads parsed into types, every event acknowledged.

Handlers are registered on the python-socketio server below Flask-SocketIO: without a Flask request context per
event, an event costs about half as much. Events of one client are handled in the order they came.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from socketio import Server
from socketio.exceptions import ConnectionRefusedError

from marketplace.core.actors import Actor, Audience
from marketplace.core.errors import UNREADABLE, DomainError, Invalid

log = structlog.get_logger()
P = TypeVar("P", bound="Payload")


class Payload(BaseModel):
    """What a client may send: unknown fields are ignored, so that clients may be one version ahead."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, frozen=True)


class Nothing(Payload):
    """An event without content."""


@dataclass(slots=True)
class Connection:
    """One connected socket: who it is; `memory` holds what the namespace keeps for it in this process."""

    sid: str
    actor: Actor
    locale: str = "en"
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SocketEvent(Generic[P]):
    """One event a client may send: how it is parsed and what answers it."""

    name: str
    payload: type[P]
    handle: Callable[[Connection, P], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SocketDoor:
    """A namespace that says who may enter. `identify` returns the connection or raises a `DomainError`."""

    name: str
    audience: Audience
    identify: Callable[[str, Mapping[str, Any], Mapping[str, Any]], Connection]
    events: tuple[SocketEvent[Any], ...]
    rooms: Callable[[Connection], tuple[str, ...]]
    welcome: Callable[[Connection], Mapping[str, Any] | None] | None = None
    left: Callable[[Connection], None] | None = None


class Realtime:
    """All namespaces of one process, and the emitter that reaches every process."""

    def __init__(self, server: Server, translate: Callable[[DomainError, str], str]):
        self.server = server
        self.doors: dict[str, SocketDoor] = {}
        self._connections: dict[tuple[str, str], Connection] = {}
        self._translate = translate

    def emit(self, event: str, payload: Mapping[str, Any], *, room: str, namespace: str) -> None:
        """Send to a room, wherever its sockets are connected."""
        self.server.emit(event, dict(payload), room=room, namespace=namespace)

    def add(self, door: SocketDoor) -> None:
        """Open a namespace."""
        if door.name in self.doors:
            raise RuntimeError(f"two namespaces are named {door.name}")
        if not isinstance(door.audience, Audience):
            raise RuntimeError(f"namespace {door.name} does not declare who may enter")
        self.doors[door.name] = door
        self.server.on("connect", self._connect(door), namespace=door.name)
        self.server.on("disconnect", self._disconnect(door), namespace=door.name)
        for event in door.events:
            self.server.on(event.name, self._answer(door, event), namespace=door.name)
        self.server.on("*", _unknown, namespace=door.name)

    def _connect(self, door: SocketDoor) -> Callable[..., None]:
        def connect(sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
            try:
                connection = door.identify(sid, environ, auth if isinstance(auth, Mapping) else {})
            except DomainError as error:
                raise ConnectionRefusedError(self._translate(error, "en"), {"code": error.code}) from None
            except UNREADABLE:
                raise ConnectionRefusedError(self._translate(Invalid(), "en"), {"code": Invalid.code}) from None
            if not connection.actor.may_enter(door.audience):
                raise ConnectionRefusedError("This door is not yours.", {"code": "forbidden"})
            self._connections[door.name, sid] = connection
            for room in door.rooms(connection):
                self.server.enter_room(sid, room, namespace=door.name)
            greeting = door.welcome(connection) if door.welcome else None
            if greeting is not None:
                self.server.emit("welcome", dict(greeting), to=sid, namespace=door.name)

        return connect

    def _disconnect(self, door: SocketDoor) -> Callable[..., None]:
        def disconnect(sid: str, *_reason: object) -> None:
            connection = self._connections.pop((door.name, sid), None)
            if connection is not None and door.left is not None:
                door.left(connection)

        return disconnect

    def _answer(self, door: SocketDoor, event: SocketEvent[Any]) -> Callable[..., dict[str, Any]]:
        def answer(sid: str, data: Any = None) -> dict[str, Any]:
            connection = self._connections.get((door.name, sid))
            if connection is None:
                return _refusal("not_connected", "Connect again.")
            try:
                payload = event.payload.model_validate(data if data is not None else {})
                return {"ok": True, **event.handle(connection, payload)}
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(str(part) for part in first["loc"])
                return _refusal("invalid", f"{where}: {first['msg']}" if where else str(first["msg"]))
            except DomainError as error:
                return _refusal(
                    error.code, self._translate(error, connection.locale), getattr(error, "retry_after", None)
                )
            except UNREADABLE as unreadable:
                log.warning("unreadable_event", socket_event=event.name, error=type(unreadable).__name__)
                return _refusal("invalid", self._translate(Invalid(), connection.locale))
            except Exception:
                log.exception("socket_event_failed", socket_event=event.name, namespace=door.name)
                return _refusal("internal", "Something broke on our side. Try again.", 2.0)

        return answer


def _unknown(_event: str, _sid: str, *_data: object) -> dict[str, Any]:
    return _refusal("unknown_event", "There is no such event here.")


def _refusal(code: str, message: str, retry_after: float | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if retry_after is not None:
        error["retry_after"] = retry_after
    return {"ok": False, "error": error}
