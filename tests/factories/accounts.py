"""People for tests, without the cost of hashing a password each time."""

from datetime import UTC, datetime
from functools import cache
from itertools import count

from sqlalchemy.orm import Session

from marketplace.accounts import passwords
from marketplace.accounts.models import Person
from marketplace.accounts.people import create_person

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
_number = count(1)


@cache
def _hash() -> str:
    return passwords.hash_password(PASSWORD)


def make_person(
    session: Session,
    *,
    name: str = "Camille Martin",
    email: str | None = None,
    confirmed: bool = True,
    is_operator: bool = False,
    locale: str = "en",
    now: datetime = NOW,
) -> Person:
    """Somebody who can sign in with `PASSWORD`."""
    person = create_person(
        session,
        email=email or f"person{next(_number)}@people.example",
        name=name,
        password=None,
        now=now,
        confirmed=confirmed,
        is_operator=is_operator,
        locale=locale,
    )
    person.password_hash = _hash()
    session.flush()
    return person
