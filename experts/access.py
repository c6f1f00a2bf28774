"""The doors to experts and their enrolments. Strangers find nothing there."""

from uuid import UUID

from sqlalchemy import cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Session

from experts.models import Decision, Enrolment, Expert
from experts.models_routing import Rehearsal
from marketplace.brands.access import may, role_in
from marketplace.brands.states import Role
from marketplace.chat.access import access_conversation
from marketplace.chat.models import Conversation
from marketplace.core.actors import Actor
from marketplace.core.errors import Forbidden, NotFound
from marketplace.questions.models import Question


def access_expert(session: Session, actor: Actor, person_id: UUID, *, lock: bool = False) -> Expert:
    """The expert, for himself, operators, and to read for brands on whose missions he applied. Raises `NotFound`."""
    own = actor.person_id is not None and actor.person_id == person_id
    if not (own or actor.is_operator or actor.is_system or _is_known_to(session, actor, person_id)):
        raise NotFound
    expert = session.get(Expert, person_id, with_for_update={"key_share": True} if lock else None)
    if expert is None:
        raise NotFound
    return expert


def own_expert(session: Session, actor: Actor, *, lock: bool = False) -> Expert:
    """The profile of who acts. Raises `NotFound` for people who are no experts."""
    if actor.person_id is None:
        raise NotFound
    return access_expert(session, actor, actor.person_id, lock=lock)


def access_considered(session: Session, actor: Actor, question_id: UUID) -> Question:
    """The question, for an expert whom a decision about it looked at, to read. Raises `NotFound`."""
    person = str(actor.person_id)
    seen = exists().where(
        Decision.question_id == question_id,
        or_(
            Decision.candidates.contains([{"person_id": person}]),
            func.jsonb_path_exists(
                Decision.excluded, cast("$.*[*] ? (@ == $me)", JSONPATH), cast({"me": person}, JSONB)
            ),
        ),
    )
    question = session.get(Question, question_id)
    if question is None or actor.person_id is None or not session.scalar(select(seen)):
        raise NotFound
    return question


def access_steered(
    session: Session, actor: Actor, conversation_id: UUID, *, at_least: Role, lock: bool = True
) -> Conversation:
    """The conversation, for its brand's team from a role on, and operators, to steer it.

    Raises `NotFound`, `Forbidden`.
    """
    conversation = access_conversation(session, actor, conversation_id, lock=lock)
    if role_in(actor, conversation.brand_id) is None:
        raise NotFound
    if not may(actor, conversation.brand_id, at_least):
        raise Forbidden
    return conversation


def access_own_enrolment(session: Session, actor: Actor, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """The enrolment, for its expert alone. Raises `NotFound`."""
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=lock or None)
    if enrolment is None or actor.person_id is None or enrolment.person_id != actor.person_id:
        raise NotFound
    return enrolment


def access_enrolment(
    session: Session, actor: Actor, enrolment_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Enrolment:
    """The enrolment, for the brand's team from a role on, and operators. Raises `NotFound`, `Forbidden`."""
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=lock or None)
    if enrolment is None or role_in(actor, enrolment.brand_id) is None:
        raise NotFound
    if not may(actor, enrolment.brand_id, at_least):
        raise Forbidden
    return enrolment


def access_rehearsal(
    session: Session, actor: Actor, rehearsal_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Rehearsal:
    """A rehearsal, for its brand's team from a role on, and operators. Raises `NotFound`, `Forbidden`."""
    rehearsal = session.get(Rehearsal, rehearsal_id, with_for_update=lock or None)
    if rehearsal is None or role_in(actor, rehearsal.brand_id) is None:
        raise NotFound
    if not may(actor, rehearsal.brand_id, at_least):
        raise Forbidden
    return rehearsal


def _is_known_to(session: Session, actor: Actor, person_id: UUID) -> bool:
    own = [actor.brand_id] if actor.brand_id is not None and actor.visitor_id is None else []
    brand_ids = [*actor.brands, *own]
    if not brand_ids:
        return False
    found = exists().where(Enrolment.person_id == person_id, Enrolment.brand_id.in_(brand_ids))
    return bool(session.scalar(select(found)))
