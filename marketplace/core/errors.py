"""One root, five kinds. Each concrete error has one stable machine name (`code`), mapped at the edges.

Status codes are decided by the edges (`web.py`, `realtime.py`), not here.
"""

from typing import ClassVar

from sqlalchemy.exc import DataError

UNREADABLE = (DataError, UnicodeEncodeError, RecursionError)
"""What nobody can store or read (a NUL, half a character, a list inside a thousand): edges refuse it as `Invalid`."""


class DomainError(Exception):
    """A refusal that a person can understand.

    `message` is an English source string; the edge translates it and fills in `values`.
    """

    code: ClassVar[str] = "error"
    message: ClassVar[str] = "Something went wrong."

    def __init__(self, detail: str | None = None, *, field: str | None = None, **values: object):
        self.detail = detail if detail is not None else self.message
        self.field = field
        self.values = values
        super().__init__(self.detail % values if values else self.detail)


class NotFound(DomainError):
    """Absent, or hidden from who asks: both look alike to strangers."""

    code = "not_found"
    message = "There is nothing here, or it is not yours to see."


class Forbidden(DomainError):
    """Known to exist by who asks, but not allowed."""

    code = "forbidden"
    message = "You are not allowed to do this."


class Conflict(DomainError):
    """The state of things does not allow it now."""

    code = "conflict"
    message = "Somebody changed this in the meantime. Reload and try again."


class Invalid(DomainError):
    """What was sent cannot be accepted; `field` names the part at fault when there is one."""

    code = "invalid"
    message = "Something in what you sent is not right."


class Unavailable(DomainError):
    """Not possible for now; `retry_after` (seconds) when it is known."""

    code = "unavailable"
    message = "This is not possible right now. Try again in a moment."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = None, **values: object):
        super().__init__(detail, field=None, **values)
        self.retry_after = retry_after


class TooMany(Unavailable):
    """A limit was reached; nothing was stored."""

    code = "too_many"
    message = "That is a lot at once. Wait a moment, then try again."
