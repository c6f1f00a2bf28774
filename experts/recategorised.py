"""A question turns out to be about something else: those who do not know that are no longer asked, others are."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts.candidates import reach
from experts.dispatch import advance
from experts.events import ExpertFree
from experts.offers import open_offers, withdraw
from marketplace.core.events import publish
from marketplace.questions.events import QuestionRecategorised
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState

_ASKED = {QuestionState.TRIAGED, QuestionState.WAITING, QuestionState.OFFERED}

_CERTIFIED = text(
    """
    SELECT DISTINCT n.person_id FROM enrolment n
    JOIN enrolment_category ec ON ec.enrolment_id = n.id AND ec.certified_at IS NOT NULL
    JOIN category c ON c.id = ec.category_id
    JOIN category wanted ON wanted.brand_id = c.brand_id AND wanted.id = ANY(:reach)
    WHERE n.person_id = ANY(:people) AND n.state = 'active'
      AND (wanted.id = c.id OR starts_with(wanted.path_key, c.path_key || '/'))
    """
)


def on_recategorised(session: Session, event: QuestionRecategorised) -> None:
    """Take back the offers of experts not certified for the new category, then look for somebody at once."""
    question = session.get_one(Question, event.question_id)
    if question.state not in _ASKED:
        return
    offers = open_offers(session, question.id)
    certified = _certified(session, question, [offer.person_id for offer in offers]) if offers else set()
    lost = [offer for offer in offers if offer.person_id not in certified]
    withdraw(session, lost, why="recategorised", now=event.at)
    advance(session, question, now=event.at)
    for offer in lost:
        if offer.live:
            publish(session, ExpertFree(offer.person_id))


def _certified(session: Session, question: Question, people: list[UUID]) -> set[UUID]:
    return set(session.scalars(_CERTIFIED, {"people": people, "reach": reach(session, question)}))
