"""Whether a question is taken live: the brand's opening hours, and how many already wait (B5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts import routing
from experts.policy import Overflow, RoutingPolicy
from marketplace.brands.models import Brand
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState

CLOSED, FULL, UNPAID = "closed", "queue_full", "budget"
"""Why a question is not taken live."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A question is not taken live: why, what becomes of it instead, and when live answers are possible again."""

    why: str
    instead: Overflow
    opens_at: datetime | None = None


def at_the_door(session: Session, question: Question, policy: RoutingPolicy, *, now: datetime) -> Turned | None:
    """Outside the opening hours nobody is asked live."""
    brand = session.get_one(Brand, question.brand_id)
    is_open, opens_at = policy.opening(brand.time_zone, now)
    return None if is_open else Turned(CLOSED, _possible(brand, policy.when_closed), opens_at)


def in_the_queue(session: Session, question: Question, policy: RoutingPolicy) -> Turned | None:
    """A question for which nobody is free waits only while fewer than the most allowed do."""
    waiting = select(func.count()).where(
        Question.brand_id == question.brand_id, Question.state == QuestionState.WAITING,
        Question.later_since.is_(None), Question.id != question.id,
    )  # fmt: skip
    if (session.scalar(waiting) or 0) < policy.most_waiting:
        return None
    return Turned(FULL, _possible(session.get_one(Brand, question.brand_id), policy.when_full))


def out_of_money(session: Session, question: Question) -> Turned | None:
    """Nobody is asked live while the brand's wallet or its limits allow no conversation: the answer comes later."""
    if session.info["can_pay"](session, question.brand_id):
        return None
    return Turned(UNPAID, _possible(session.get_one(Brand, question.brand_id), Overflow.LATER))


def stance(session: Session, brand_id: UUID, *, now: datetime) -> str:
    """How the brand takes questions at this moment: live, later or closed."""
    brand = session.get_one(Brand, brand_id)
    policy = routing.current(session, brand_id).policy
    is_open, _changes = policy.opening(brand.time_zone, now)
    if is_open:
        return "live"
    return "later" if _possible(brand, policy.when_closed) is Overflow.LATER else "closed"


def _possible(brand: Brand, wanted: Overflow) -> Overflow:
    """A brand that takes no questions for later has only its help to offer."""
    return wanted if brand.takes_later else Overflow.HELP
