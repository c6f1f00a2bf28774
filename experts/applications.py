"""Applications: an expert asks to answer for a mission, the brand accepts or declines with a message."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from experts import enrolments, pool
from experts.enrolments import move
from experts.errors import AlreadyApplied, ApplicationIncomplete, MissionFull, MissionNotOpen
from experts.events import EnrolmentDecided
from experts.models import Enrolment, EnrolmentCategory, Expert
from experts.states import ENROLMENT, EnrolmentAction, EnrolmentState
from marketplace.brands.catalogue import descendants_ids
from marketplace.brands.models import Brand, Mission, MissionCategory
from marketplace.brands.states import MissionState
from marketplace.core.events import publish

LEAST_MOTIVATION, LONGEST_MOTIVATION = 20, 2_000
LONGEST_ANSWER = 2_000


def apply(
    session: Session, expert: Expert, mission: Mission, *, category_ids: Collection[UUID], motivation: str,
    now: datetime,
) -> Enrolment:  # fmt: skip
    """Ask to answer in some of the mission's categories (or below them); on a full mission, to wait for a seat.

    Raises `MissionNotOpen`, `AlreadyApplied`, `ApplicationIncomplete`.
    """
    _check_open(session, mission, now)
    _check_new(session, expert, mission)
    if not set(expert.languages) & set(mission.languages):
        raise ApplicationIncomplete("This mission is held in languages that your profile does not name.")
    motivation = motivation.replace("\x00", "").strip()
    if not LEAST_MOTIVATION <= len(motivation) <= LONGEST_MOTIVATION:
        raise ApplicationIncomplete("Write between 20 and 2,000 characters.", field="motivation")
    chosen = _covered(session, mission, category_ids)
    enrolment = Enrolment(
        mission_id=mission.id, brand_id=mission.brand_id, person_id=expert.person_id,
        state=EnrolmentState.APPLIED, motivation=motivation, applied_at=now,
    )  # fmt: skip
    session.add(enrolment)
    session.flush()
    session.add_all(EnrolmentCategory(enrolment_id=enrolment.id, category_id=category) for category in chosen)
    session.flush()
    return enrolment


def accept(
    session: Session, enrolment: Enrolment, *, by: UUID, message: str, category_ids: Collection[UUID] | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Give a seat, certify the categories asked for (or those given) and begin at once.

    Seats are counted under the mission's lock, so that two acceptances never share the last one.
    Raises `MissionFull`, `MissionNotOpen`, `ForbiddenMove`, `ApplicationIncomplete`.
    """
    mission = session.get_one(Mission, enrolment.mission_id, with_for_update=True, populate_existing=True)
    session.refresh(enrolment, with_for_update=True)
    ENROLMENT.after(enrolment.state, EnrolmentAction.ACCEPT)
    if mission.state is MissionState.CLOSED:
        raise MissionNotOpen
    if enrolments.seats_taken(session, mission.id) >= mission.seats:
        raise MissionFull
    if category_ids is not None:
        _certify_chosen(session, enrolment, _covered(session, mission, category_ids))
    for row in session.scalars(select(EnrolmentCategory).where(EnrolmentCategory.enrolment_id == enrolment.id)):
        if category_ids is None or row.category_id in category_ids:
            row.certified_at = now
    enrolment.answer = _message(message)
    session.flush()
    move(session, enrolment, EnrolmentAction.ACCEPT, by=by, reason=enrolment.answer, now=now)
    move(session, enrolment, EnrolmentAction.ACTIVATE, by=None, reason="", now=now)
    enrolments.tell(session, enrolment, "application_accepted", {"message": enrolment.answer}, now)
    publish(session, EnrolmentDecided(enrolment.id))


def decline(session: Session, enrolment: Enrolment, *, by: UUID, message: str, now: datetime) -> None:
    """Say no, with words that the applicant reads. Raises `ApplicationIncomplete`, `ForbiddenMove`."""
    answer = _message(message)
    if len(answer) < 5:
        raise ApplicationIncomplete("Give the applicant a reason.", field="message")
    move(session, enrolment, EnrolmentAction.DECLINE, by=by, reason=answer, now=now)
    enrolment.answer = answer
    session.flush()
    enrolments.tell(session, enrolment, "application_declined", {"message": answer}, now)
    publish(session, EnrolmentDecided(enrolment.id))


def certify(session: Session, enrolment: Enrolment, *, category_ids: Collection[UUID], now: datetime) -> None:
    """Say anew in which categories an enrolled expert answers. Raises `ApplicationIncomplete`."""
    mission = session.get_one(Mission, enrolment.mission_id)
    chosen = _covered(session, mission, category_ids)
    _certify_chosen(session, enrolment, chosen)
    for row in session.scalars(select(EnrolmentCategory).where(EnrolmentCategory.enrolment_id == enrolment.id)):
        row.certified_at = (row.certified_at or now) if row.category_id in chosen else None
    session.flush()
    pool.refresh(session, enrolment.person_id, now=now)


def is_open(session: Session, mission: Mission, now: datetime) -> bool:
    """Whether applications are taken: published, not ended by the brand's calendar, the brand not closed."""
    brand = session.get_one(Brand, mission.brand_id)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    return (
        mission.state is MissionState.OPEN
        and brand.disabled_at is None
        and (mission.ends_on is None or mission.ends_on >= today)
    )


def _check_open(session: Session, mission: Mission, now: datetime) -> None:
    if not is_open(session, mission, now):
        raise MissionNotOpen


def _check_new(session: Session, expert: Expert, mission: Mission) -> None:
    # Two clicks at once wait for each other on the expert's row; the unique key is the last resort.
    session.refresh(expert, with_for_update={"key_share": True})
    known = exists().where(Enrolment.mission_id == mission.id, Enrolment.person_id == expert.person_id)
    if session.scalar(select(known)):
        raise AlreadyApplied


def _covered(session: Session, mission: Mission, category_ids: Collection[UUID]) -> set[UUID]:
    """The given categories, all of them within the mission."""
    chosen = set(category_ids)
    roots = session.scalars(select(MissionCategory.category_id).where(MissionCategory.mission_id == mission.id))
    if not chosen:
        raise ApplicationIncomplete("Choose at least one category.", field="category_ids")
    if not chosen <= descendants_ids(session, roots):
        raise ApplicationIncomplete("One of these categories is not part of the mission.", field="category_ids")
    return chosen


def _certify_chosen(session: Session, enrolment: Enrolment, chosen: set[UUID]) -> None:
    """Rows for the categories that the brand gives beside those asked for."""
    asked = set(
        session.scalars(select(EnrolmentCategory.category_id).where(EnrolmentCategory.enrolment_id == enrolment.id))
    )
    session.add_all(EnrolmentCategory(enrolment_id=enrolment.id, category_id=extra) for extra in chosen - asked)
    session.flush()


def _message(text: str) -> str:
    cleaned = text.replace("\x00", "").strip()
    if len(cleaned) > LONGEST_ANSWER:
        raise ApplicationIncomplete("Too long: at most %(most)s characters.", field="message", most=LONGEST_ANSWER)
    return cleaned
