"""Signed-in browsers: one row each, so that any of them can be revoked from elsewhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person, SignIn

LIFETIME = timedelta(days=30)
TOUCH_EVERY = timedelta(minutes=2)
"""How exact “last seen” is; each touch is a write."""


def start(session: Session, person: Person, *, device: str, now: datetime) -> SignIn:
    """A new signed-in browser. `device` is what it says of itself (User-Agent)."""
    sign_in = SignIn(person_id=person.id, device=device[:300], created_at=now, seen_at=now, expires_at=now + LIFETIME)
    session.add(sign_in)
    session.flush()
    return sign_in


def find(session: Session, sign_in_id: UUID, *, now: datetime) -> tuple[SignIn, Person] | None:
    """The live sign-in and its person; none when it was revoked, has expired, or the account was closed."""
    row = session.execute(
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.id == sign_in_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        .where(Person.disabled_at.is_(None))
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def touch(session: Session, sign_in: SignIn, *, now: datetime) -> None:
    """Note that the browser was here, at most every two minutes."""
    if now - sign_in.seen_at >= TOUCH_EVERY:
        session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))


def of_person(session: Session, person_id: UUID, *, now: datetime) -> Sequence[SignIn]:
    """The live ones, last seen first."""
    return session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def revoke(session: Session, sign_in: SignIn, *, now: datetime) -> None:
    """Sign this browser out."""
    sign_in.revoked_at = sign_in.revoked_at or now
    session.flush()


def revoke_all(session: Session, person_id: UUID, *, now: datetime, but: UUID | None = None) -> int:
    """Sign every browser of the person out, except `but`; how many that were."""
    live = [one for one in of_person(session, person_id, now=now) if one.id != but]
    for sign_in in live:
        sign_in.revoked_at = now
    session.flush()
    return len(live)
