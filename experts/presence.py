"""Presence: a lease in the database that heartbeats renew; without them it ends by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import pool
from experts.events import AvailabilityChanged
from experts.rules import PRESENCE_LEASE_SECONDS
from marketplace.core.events import publish

LEASE = timedelta(seconds=PRESENCE_LEASE_SECONDS)
FRESH = timedelta(seconds=PRESENCE_LEASE_SECONDS - 10)
"""A lease that still has this long to go is not written again: many tabs cost one write in ten seconds."""

POCKET = timedelta(minutes=10)
"""How long a phone that can be called keeps its expert present without a heartbeat."""

_KEEP = text("""
    UPDATE expert SET lease_until = greatest(lease_until, :until)
     WHERE person_id = :id AND lease_until > :now RETURNING person_id
""")
_RENEW = text("""
    UPDATE expert e SET lease_until = :until
      FROM (SELECT person_id, lease_until FROM expert WHERE person_id = :id FOR NO KEY UPDATE) AS before
     WHERE e.person_id = before.person_id AND (before.lease_until IS NULL OR before.lease_until < :fresh)
    RETURNING before.lease_until IS NULL OR before.lease_until <= :now AS came
""")
_LAPSED = text("""
    SELECT person_id FROM expert WHERE lease_until <= :now
     ORDER BY lease_until LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")


def renew(session: Session, person_id: UUID, *, now: datetime) -> bool:
    """A sign of life; whether the expert was away before. Then the pool is refreshed, and `ExpertFree` may follow."""
    came = bool(session.scalar(_RENEW, {"id": person_id, "until": now + LEASE, "fresh": now + FRESH, "now": now}))
    if came:
        pool.refresh(session, person_id, now=now)
        publish(session, AvailabilityChanged(person_id))
    return came


def keep_by_phone(session: Session, person_id: UUID, *, now: datetime) -> bool:
    """A phone that can be called left the workbench, or a call arrived on it: present for `POCKET` more.

    Only who is present is kept; whether he was. Nobody comes back by his phone's word alone.
    """
    kept = session.scalar(_KEEP, {"id": person_id, "until": now + POCKET, "now": now})
    return kept is not None


def leave(session: Session, person_id: UUID, *, now: datetime) -> None:
    """The last workbench was closed on purpose: the lease ends now instead of in a while."""
    changed = session.execute(
        text("UPDATE expert SET lease_until = :now WHERE person_id = :id AND lease_until > :now RETURNING 1"),
        {"id": person_id, "now": now},
    )
    if changed.first() is not None:
        _lapse(session, [person_id], now)


def lapse_due(session: Session, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Experts whose heartbeats ceased are away from now on; rows that somebody else holds wait for the next time."""
    due = list(session.scalars(_LAPSED, {"now": now, "limit": limit}))
    if due:
        _lapse(session, due, now)
    return due


def _lapse(session: Session, ids: Sequence[UUID], now: datetime) -> None:
    pool.refresh_many(session, ids, now=now)
    session.execute(text("UPDATE expert SET lease_until = NULL WHERE person_id = ANY(:ids)"), {"ids": list(ids)})
    for person_id in ids:
        publish(session, AvailabilityChanged(person_id))
