"""Time and identity: aware UTC instants and time-ordered keys."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_source: Callable[[], UUID] = uuid7


def utcnow() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique and ordered by creation time in milliseconds."""
    return _source()


@contextmanager
def ids_from(source: Callable[[], UUID]) -> Iterator[None]:
    """Draw keys from `source` for a while, in this whole process: how a seeded past gets the same keys each time."""
    global _source
    kept, _source = _source, source
    try:
        yield
    finally:
        _source = kept


__all__ = ["ids_from", "new_id", "utcnow"]
