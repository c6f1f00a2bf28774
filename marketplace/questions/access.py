"""The only door to a question."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.questions.models import Question


def access_question(session: Session, actor: Actor, question_id: UUID, *, lock: bool = False) -> Question:
    """The question, for its shopper, its brand's team and operators. Raises `NotFound` for strangers."""
    query = select(Question).where(Question.id == question_id)
    if lock:
        query = query.with_for_update()
    question = session.scalar(query)
    if question is None:
        raise NotFound
    allowed = (
        actor.is_system
        or actor.is_operator
        or (actor.visitor_id is not None and question.visitor_id == actor.visitor_id)
        or question.brand_id in actor.brands
    )
    if not allowed:
        raise NotFound
    return question
