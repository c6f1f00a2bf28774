"""Rehearsals: a past period played under a changed policy and under the present one, before anything changes (B5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import policy as policies
from experts import routing
from experts.errors import PolicyUnchanged, RehearsalRuns, TooLittleHistory
from experts.models_routing import Rehearsal
from experts.policy import RoutingPolicy
from experts.states import REHEARSAL, RehearsalAction, RehearsalState
from marketplace.brands.models import Brand
from marketplace.core.jobs import defer

PLAY = "experts.rehearse"
LEAST_QUESTIONS = 20
"""Fewer say nothing: one lucky answer would move every figure."""
UNFINISHED = (RehearsalState.QUEUED, RehearsalState.RUNNING)

_HISTORY = text("""
    SELECT count(*) FROM question
     WHERE brand_id = :brand AND intent = 'advice' AND asked_at >= :since AND asked_at < :until
""")


def begin(
    session: Session, brand: Brand, wanted: RoutingPolicy, *, days: int, by: UUID | None, now: datetime
) -> Rehearsal:
    """Ask for the rehearsal of `wanted` over the last `days` days, for the brand, held locked by the caller.

    Raises `PolicyUnchanged`, `RehearsalRuns`, `TooLittleHistory`.
    """
    present = routing.current(session, brand.id).policy
    if present == wanted:
        raise PolicyUnchanged
    if session.scalar(select(Rehearsal.id).where(Rehearsal.brand_id == brand.id, Rehearsal.state.in_(UNFINISHED))):
        raise RehearsalRuns
    since = now - timedelta(days=days)
    found = session.scalar(_HISTORY, {"brand": brand.id, "since": since, "until": now}) or 0
    if found < LEAST_QUESTIONS:
        raise TooLittleHistory(days=days, found=found, least=LEAST_QUESTIONS)
    made = Rehearsal(
        brand_id=brand.id, by_person_id=by, settings=wanted.as_json(), present=present.as_json(), since=since,
        until=now, total=2 * found, created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    defer(session, PLAY, rehearsal_id=str(made.id))
    return made


def start(session: Session, rehearsal_id: UUID) -> Rehearsal | None:
    """The rehearsal, now running; none when it is over. One left half-done by a crash begins anew."""
    found = session.get(Rehearsal, rehearsal_id, with_for_update=True)
    if found is None or found.state not in UNFINISHED:
        return None
    if found.state is RehearsalState.QUEUED:
        found.state = REHEARSAL.after(found.state, RehearsalAction.START)
    found.done = 0
    return found


def note(session: Session, rehearsal_id: UUID, *, done: int) -> bool:
    """Tell how far it is; whether it is to go on."""
    found = session.get_one(Rehearsal, rehearsal_id, with_for_update=True)
    if found.state is not RehearsalState.RUNNING:
        return False
    found.done = min(done, found.total)
    return True


def finish(session: Session, rehearsal_id: UUID, result: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what came of it, unless it was cancelled in the meantime."""
    found = session.get_one(Rehearsal, rehearsal_id, with_for_update=True)
    if found.state is RehearsalState.RUNNING:
        found.state, found.finished_at = REHEARSAL.after(found.state, RehearsalAction.FINISH), now
        found.done, found.result = found.total, dict(result)


def fail(session: Session, rehearsal_id: UUID, *, because: str, now: datetime) -> None:
    """It broke; nothing of it is kept."""
    found = session.get_one(Rehearsal, rehearsal_id, with_for_update=True)
    if found.state in UNFINISHED:
        found.state, found.finished_at = REHEARSAL.after(found.state, RehearsalAction.FAIL), now
        found.failed_because = because[:120]


def cancel(rehearsal: Rehearsal, *, now: datetime) -> None:
    """Stop it; `rehearsal` is held locked by the caller. Raises `ForbiddenMove` once it is over."""
    rehearsal.state = REHEARSAL.after(rehearsal.state, RehearsalAction.CANCEL)
    rehearsal.finished_at = now


def adopt(session: Session, brand: Brand, rehearsal: Rehearsal, *, by: UUID | None, reason: str, now: datetime) -> int:
    """Put the rehearsed policy in force; the number of its version. Raises `PolicyUnchanged`."""
    wanted = policies.stored(rehearsal.settings)
    version = routing.adopt(session, brand, wanted, by=by, reason=reason, now=now)
    rehearsal.adopted_as = version.number
    return version.number


def of_brand(
    session: Session, brand_id: UUID, *, before: datetime | None = None, limit: int = 20
) -> Sequence[Rehearsal]:
    """The brand's rehearsals, newest first."""
    query = select(Rehearsal).where(Rehearsal.brand_id == brand_id)
    if before is not None:
        query = query.where(Rehearsal.created_at < before)
    return session.scalars(query.order_by(Rehearsal.created_at.desc()).limit(limit)).all()
