"""When a rating looks wrong: two rules. They only ask a person to look; they decide nothing.

1. *Abusive visitor*: one or two stars from a visitor who wrote abuse within 30 days around the rating (a question or a
   conversation of his ended as abusive).
2. *Far from history*: one or two stars, at least 2.5 deviations below the mean of the person's last 100 ratings that
   count (at least 12 of them; a deviation counts for half a star or more), while the conversation itself speaks for
   the person: at least two of four signals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, pstdev
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation, Segment
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.questions.models import Question
from marketplace.questions.states import Intent
from marketplace.ratings.models import Rating
from marketplace.ratings.queries import of_expert
from marketplace.ratings.states import ReviewRule

LOW = 2
"""Stars up to which a rating can be an outlier: nobody is harmed by a good one."""
LEAST_HISTORY, MOST_HISTORY = 12, 100
FAR = 2.5
"""Deviations below the own mean."""
LEAST_DEVIATION = 0.5
"""Stars; somebody who always gets five is not an outlier at four and a half."""
LEAST_SIGNALS = 2
PROMPT = timedelta(minutes=2)
"""A first answer within this time speaks for the person."""
AROUND = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a person should look, with what was seen."""

    rule: ReviewRule
    facts: dict[str, Any]


def judge(session: Session, rating: Rating) -> Finding | None:
    """What the rules say of a rating that counts; None when nothing is strange about it."""
    if rating.stars > LOW or not rating.counts:
        return None
    segment = session.get(Segment, rating.segment_id)
    if segment is not None and segment.kind is AuthorKind.AGENT:
        return None  # no reputation hangs on it
    conversation = session.get_one(Conversation, rating.conversation_id)
    if _was_abusive(session, conversation, rating.rated_at):
        return Finding(ReviewRule.ABUSIVE_VISITOR, {"abusive": True})
    history = session.scalars(
        select(Rating.stars)
        .where(Rating.person_id == rating.person_id, Rating.counts, Rating.id != rating.id, of_expert())
        .order_by(Rating.rated_at.desc())
        .limit(MOST_HISTORY)
    ).all()
    distance = distance_of(rating.stars, history)
    signals = signals_of(rating, conversation)
    if distance is None or distance < FAR or len(signals) < LEAST_SIGNALS:
        return None
    facts = {
        "mean": round(fmean(history), 2), "deviation": round(max(pstdev(history), LEAST_DEVIATION), 2),
        "ratings": len(history), "distance": round(distance, 1), "signals": signals,
    }  # fmt: skip
    return Finding(ReviewRule.FAR_FROM_HISTORY, facts)


def distance_of(stars: int, history: Sequence[int]) -> float | None:
    """How many deviations `stars` lies below the history's mean; None when the history is too short to tell."""
    if len(history) < LEAST_HISTORY:
        return None
    return (fmean(history) - stars) / max(pstdev(history), LEAST_DEVIATION)


def signals_of(rating: Rating, conversation: Conversation) -> list[str]:
    """What in the conversation speaks for the person: solved, ended_solved, prompt, went_on."""
    found = []
    if rating.solved:
        found.append("solved")
    if conversation.close_reason is CloseReason.SOLVED:
        found.append("ended_solved")
    first = conversation.first_reply_at
    if first is not None and first - conversation.opened_at <= PROMPT:
        found.append("prompt")
    if conversation.shopper_replies >= 2:
        found.append("went_on")
    return [] if rating.solved is False else found


def _was_abusive(session: Session, conversation: Conversation, at: datetime) -> bool:
    found = (
        select(Question.id)
        .outerjoin(Conversation, Conversation.question_id == Question.id)
        .where(
            Question.visitor_id == conversation.visitor_id,
            Question.asked_at.between(at - AROUND, at + AROUND),
            or_(Question.intent == Intent.ABUSE, Conversation.close_reason == CloseReason.ABUSIVE),
        )
        .limit(1)
    )
    return session.scalar(found) is not None
