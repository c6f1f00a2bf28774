"""What is done about a difference: somebody takes it, looks at it, says what he did. Each move is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from payouts.models import Finding
from payouts.states import FINDING, FindingAction, FindingState

SHOWN_MOVES = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A named difference: its kind, what it is about, and the figures on both sides."""

    kind: str
    about: str
    details: dict[str, Any]

    @property
    def name(self) -> str:
        """The same difference keeps the same name, whenever it is found."""
        return f"{self.kind}:{self.about}"[:120]


def assign(session: Session, finding: Finding, owner_id: UUID, *, by: UUID, now: datetime) -> None:
    """Make somebody responsible for a difference held locked by the caller."""
    finding.owner_id = owner_id
    _note(finding, now, by, f"owner: {owner_id}")
    session.flush()


def acknowledge(session: Session, finding: Finding, *, by: UUID, words: str, now: datetime) -> None:
    """Somebody looks at it, and becomes its owner when there is none. Raises `ForbiddenMove`."""
    finding.state = FINDING.after(finding.state, FindingAction.ACKNOWLEDGE)
    finding.owner_id = finding.owner_id or by
    _note(finding, now, by, words)
    session.flush()


def resolve(session: Session, finding: Finding, *, by: UUID, words: str, now: datetime) -> None:
    """Say what was done. Should the difference be seen again, it opens again. Raises `ForbiddenMove`."""
    finding.state = FINDING.after(finding.state, FindingAction.RESOLVE)
    finding.resolved_at, finding.note = now, words
    finding.owner_id = finding.owner_id or by
    _note(finding, now, by, words)
    session.flush()


def keep(session: Session, found: Iterable[Difference], *, now: datetime) -> tuple[int, int]:
    """Keep what differs now; what is no longer seen is resolved, and says so. (opened, closed)."""
    seen = {difference.name: difference for difference in found}
    known = {one.name: one for one in session.scalars(select(Finding).with_for_update())}
    opened = closed = 0
    for name, difference in seen.items():
        finding = known.get(name)
        if finding is None:
            finding = Finding(
                name=name, kind=difference.kind, state=FindingState.OPEN, first_seen_at=now, note="", history=[],
                details={}, last_seen_at=now,
            )  # fmt: skip
            session.add(finding)
            _note(finding, now, None, "")
            opened += 1
        elif finding.state is FindingState.RESOLVED:
            finding.state, finding.resolved_at = FINDING.after(finding.state, FindingAction.REOPEN), None
            _note(finding, now, None, "")
            opened += 1
        finding.details, finding.last_seen_at = difference.details, now
    for name, finding in known.items():
        if name not in seen and finding.state is not FindingState.RESOLVED:
            finding.state = FINDING.after(finding.state, FindingAction.RESOLVE)
            finding.resolved_at = now
            _note(finding, now, None, "")
            closed += 1
    session.flush()
    return opened, closed


def _note(finding: Finding, now: datetime, by: UUID | None, words: str) -> None:
    """One line of its history; nobody as author stands for the comparison itself."""
    line = {"at": now.isoformat(), "by": str(by or ""), "state": finding.state.value, "words": words[:500]}
    finding.history = [*finding.history, line][-SHOWN_MOVES:]


__all__ = ["Difference", "acknowledge", "assign", "keep", "resolve"]
