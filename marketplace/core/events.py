"""Consequences: what happened is published once; one table says what follows, and how surely.

- now: in the same transaction, errors propagate;
- after commit: pleasant to know at once, best effort, clients can always resync;
- later: a job in the same transaction, retried until done.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.core.db import after_commit
from marketplace.core.jobs import defer


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, named by a past participle; carries ids, not rows."""


class Emitter(Protocol):
    """Sends a named payload to a named room of a Socket.IO namespace, across all processes."""

    def __call__(self, event: str, payload: Mapping[str, Any], *, room: str, namespace: str) -> None:
        """Send; never raises for a room without listeners."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows an event. `later` names jobs; they receive the event's fields as strings."""

    now: tuple[Callable[[Session, Any], None], ...] = ()
    after_commit: tuple[Callable[[Any, Emitter], None], ...] = ()
    later: tuple[str, ...] = ()


Story = Mapping[type[Event], Consequences]


def publish(session: Session, event: Event) -> None:
    """Let everything that the story lists for this kind of event happen."""
    consequences: Consequences | None = session.info["story"].get(type(event))
    if consequences is None:
        return
    for handle in consequences.now:
        handle(session, event)
    for announce in consequences.after_commit:
        after_commit(session, partial(announce, event, session.info["emit"]))
    for task in consequences.later:
        fields: dict[str, Any] = {k: str(v) if isinstance(v, UUID) else v for k, v in asdict(event).items()}
        defer(session, task, **fields)


def send(session: Session, name: str, payload: Mapping[str, Any], *, room: str, namespace: str) -> None:
    """Emit to sockets after the commit."""
    emit = session.info["emit"]
    after_commit(session, lambda: emit(name, payload, room=room, namespace=namespace))
