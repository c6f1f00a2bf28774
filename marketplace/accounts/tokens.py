"""Tokens for programs, of a person or of a brand. Only their SHA-256 is kept; the token is shown once."""

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import AccessToken

PREFIX = "ct_"


def issue(
    session: Session, *, person_id: UUID | None = None, brand_id: UUID | None = None, label: str, now: datetime
) -> str:
    """A new token of a person or of a brand (exactly one of them), in plain text: it cannot be shown again."""
    if (person_id is None) == (brand_id is None):
        raise ValueError("a token belongs to one person or one brand")
    token, digest = draw()
    session.add(AccessToken(person_id=person_id, brand_id=brand_id, digest=digest, label=label[:120], created_at=now))
    session.flush()
    return token


def draw() -> tuple[str, bytes]:
    """A new token and what is kept of it, not yet stored."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, _digest(token)


def find(session: Session, token: str, *, now: datetime) -> AccessToken | None:
    """The token's row, unless it is unknown or was revoked before `now`."""
    if not token.startswith(PREFIX):
        return None
    found = session.scalar(select(AccessToken).where(AccessToken.digest == _digest(token)))
    return found if found is not None and (found.revoked_at is None or found.revoked_at > now) else None


def revoke(session: Session, token: AccessToken, *, now: datetime) -> None:
    """The token opens nothing from now on."""
    token.revoked_at = token.revoked_at or now
    session.flush()


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
