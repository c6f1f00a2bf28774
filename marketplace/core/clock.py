"""Time and identity: aware UTC instants and time-ordered keys."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def utcnow() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique and ordered by creation time in milliseconds."""
    return uuid7()


__all__ = ["new_id", "utcnow"]
