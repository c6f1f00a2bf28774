"""Passwords: Argon2id, and the few rules that help (NIST SP 800-63B: length, no composition rules)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.accounts.errors import WeakPassword

LEAST = 10
MOST = 200
NO_PASSWORD = "!"  # noqa: S105 (a mark, not a secret)
"""Stands where a hash would, for people who have not chosen a password yet; matches nothing."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The Argon2id hash of a password that was checked."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password belongs to the hash. An absent account costs as much time as a present one."""
    known = password_hash != NO_PASSWORD
    try:
        _hasher.verify(password_hash if known else _of_nobody(), password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return known


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check_password(password: str, *, email: str, name: str, field: str = "password") -> None:
    """Raises `WeakPassword` for one that is too short or easily guessed from the person."""
    if not LEAST <= len(password) <= MOST:
        raise WeakPassword("Choose at least %(least)s characters.", field=field, least=LEAST)
    plain = password.casefold()
    hints = [part for part in (email.partition("@")[0].casefold(), name.casefold()) if len(part) >= 4]
    if len(set(plain)) < 4 or any(len(plain.replace(hint, "")) < LEAST // 2 for hint in hints):
        raise WeakPassword("This one is too easy to guess. Choose another.", field=field)


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody's password")
