"""Enrolments: every move leaves a row that says who, when and why, and acts on the pool at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts import pool
from experts.errors import PausedByBrand, ReasonMissing
from experts.events import EnrolmentDecided
from experts.models import Enrolment, EnrolmentMove
from experts.states import ENROLMENT, EnrolmentAction, EnrolmentState
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Mission
from marketplace.core.events import publish
from marketplace.mail.outbox import post

SEATED = (EnrolmentState.ACCEPTED, EnrolmentState.ACTIVE, EnrolmentState.PAUSED, EnrolmentState.SUSPENDED)
"""States that hold a seat of the mission."""
PENDING = (EnrolmentState.APPLIED, EnrolmentState.QUIZZED, EnrolmentState.TRIAL)
"""States in which the brand has not decided yet."""
LONGEST_REASON = 2_000


class ConductRule(StrEnum):
    """The rules of which one is named whenever an expert is suspended."""

    RESPECT = "respect"
    TRUTH = "truth"
    PRIVACY = "privacy"
    COMPETITION = "competition"
    PRESENCE = "presence"
    IDENTITY = "identity"


RULE_TEXTS = {
    ConductRule.RESPECT: "Speak with respect, whatever the shopper says.",
    ConductRule.TRUTH: "Say only what you know; say so when you do not know.",
    ConductRule.PRIVACY: "Ask for no personal data, and keep what you learn to yourself.",
    ConductRule.COMPETITION: "Lead nobody to another shop or to a channel of your own.",
    ConductRule.PRESENCE: "Accept a question only when you are there to answer it.",
    ConductRule.IDENTITY: "Answer yourself: an account belongs to one person.",
}
"""The rules as people read them (English source strings)."""


def move(
    session: Session, enrolment: Enrolment, action: EnrolmentAction, *, by: UUID | None, reason: str, now: datetime
) -> None:
    """The only way a state changes. `by` is the person who decided, None for the system. Raises `ForbiddenMove`."""
    session.refresh(enrolment, with_for_update=True)
    before = enrolment.state
    enrolment.state = ENROLMENT.after(before, action)
    if enrolment.decided_at is None:
        enrolment.decided_at, enrolment.decided_by = now, by
    session.add(
        EnrolmentMove(
            enrolment_id=enrolment.id, at=now, action=action.value, from_state=before.value,
            to_state=enrolment.state.value, by=str(by) if by is not None else "system", reason=reason[:LONGEST_REASON],
        )
    )  # fmt: skip
    session.flush()
    if EnrolmentState.ACTIVE in (before, enrolment.state):
        pool.refresh(session, enrolment.person_id, now=now)


def pause(session: Session, enrolment: Enrolment, *, by: UUID, reason: str, now: datetime) -> None:
    """No new questions for now; the seat is kept. Raises `ForbiddenMove`."""
    move(session, enrolment, EnrolmentAction.PAUSE, by=by, reason=reason, now=now)


def resume(session: Session, enrolment: Enrolment, *, by: UUID, now: datetime) -> None:
    """End a pause; an expert cannot end one that the brand made. Raises `PausedByBrand`, `ForbiddenMove`."""
    if by == enrolment.person_id and paused_by(session, enrolment) != enrolment.person_id:
        raise PausedByBrand
    move(session, enrolment, EnrolmentAction.RESUME, by=by, reason="", now=now)


def leave(session: Session, enrolment: Enrolment, *, by: UUID, reason: str = "", now: datetime) -> None:
    """The expert gives the mission up, or takes the application back. Raises `ForbiddenMove`."""
    move(session, enrolment, EnrolmentAction.LEAVE, by=by, reason=reason, now=now)


def suspend(
    session: Session, enrolment: Enrolment, *, rule: ConductRule, evidence: str, by: UUID, now: datetime
) -> None:
    """A dated decision that names its rule and its evidence, mailed to the expert; what was earned stays his.

    Raises `ReasonMissing`, `ForbiddenMove`.
    """
    evidence = evidence.strip()
    if len(evidence) < 10:
        raise ReasonMissing(field="evidence")
    move(session, enrolment, EnrolmentAction.SUSPEND, by=by, reason=f"{rule.value}: {evidence}", now=now)
    tell(session, enrolment, "enrolment_suspended", {"rule_text": RULE_TEXTS[rule], "evidence": evidence}, now)
    publish(session, EnrolmentDecided(enrolment.id))


def reinstate(session: Session, enrolment: Enrolment, *, by: UUID, reason: str = "", now: datetime) -> None:
    """End a suspension. Raises `ForbiddenMove`."""
    move(session, enrolment, EnrolmentAction.REINSTATE, by=by, reason=reason, now=now)
    tell(session, enrolment, "enrolment_reinstated", {"message": reason}, now)
    publish(session, EnrolmentDecided(enrolment.id))


def paused_by(session: Session, enrolment: Enrolment) -> UUID | None:
    """Who made the present pause; None for nobody, or the system."""
    last = session.scalar(
        select(EnrolmentMove.by)
        .where(EnrolmentMove.enrolment_id == enrolment.id, EnrolmentMove.action == EnrolmentAction.PAUSE)
        .order_by(EnrolmentMove.id.desc())
        .limit(1)
    )
    return UUID(last) if last and last != "system" else None


def seats_taken(session: Session, mission_id: UUID) -> int:
    """How many of the mission's seats are held."""
    return session.scalar(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.mission_id == mission_id, Enrolment.state.in_(SEATED))
    ) or 0  # fmt: skip


def tell(session: Session, enrolment: Enrolment, template: str, context: dict[str, Any], now: datetime) -> None:
    """Mail a decision to the expert, in his language."""
    person = session.get_one(Person, enrolment.person_id)
    mission = session.get_one(Mission, enrolment.mission_id)
    known = {
        "name": person.name, "mission": mission.title(person.locale),
        "brand": session.get_one(Brand, enrolment.brand_id).name, **context,
    }  # fmt: skip
    post(session, to=person.email, locale=person.locale, template=template, context=known, now=now)
