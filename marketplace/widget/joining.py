"""A shopper who signs in on the shop takes along what she has under way."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation
from marketplace.questions.models import Question, Visitor


def take_along(session: Session, anonymous: Visitor, customer: Visitor, *, now: datetime) -> None:
    """Questions and conversations of the anonymous visitor that have not ended become the customer's.

    What has ended stays: several people may have used the browser.
    """
    ongoing = select(Question.id).where(Question.visitor_id == anonymous.id, Question.ended_at.is_(None))
    questions = session.scalars(ongoing.with_for_update()).all()
    session.execute(update(Question).where(Question.id.in_(questions)).values(visitor_id=customer.id))
    session.execute(update(Conversation).where(Conversation.question_id.in_(questions)).values(visitor_id=customer.id))
    customer.email = customer.email or anonymous.email
    customer.consented_at = customer.consented_at or anonymous.consented_at
    customer.insults = max(customer.insults, anonymous.insults)
    customer.quiet_until = customer.quiet_until or anonymous.quiet_until
    anonymous.digest = anonymous.previous_digest = None
    anonymous.seen_at = now
    session.flush()
