"""(1) Asked: a question is stored once, whatever the network repeats, and everything else follows from it."""

import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.errors import Conflict, Invalid, TooMany
from marketplace.core.events import publish
from marketplace.questions import blocks
from marketplace.questions.events import EmailLeft, QuestionAsked
from marketplace.questions.models import Question, Visitor
from marketplace.questions.states import QuestionState
from marketplace.questions.triage import Page
from marketplace.questions.visitors import clean_email

LONGEST = 4_000
"""Characters of a question or message."""
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters that nobody sees: a text of nothing else says nothing."""
OPEN_AT_ONCE = 3
"""Unanswered questions one visitor may have."""

_OPEN = (QuestionState.ASKED, QuestionState.TRIAGED, QuestionState.WAITING, QuestionState.OFFERED)


def clean_text(raw: str) -> str:
    """NFC, trimmed, bounded. Raises `Invalid` when nothing is left or too much."""
    cleaned = unicodedata.normalize("NFC", raw).replace("\x00", "").strip().strip(INVISIBLE)
    if not cleaned:
        raise Invalid("Write something first.", field="text")
    if len(cleaned) > LONGEST:
        raise Invalid("This is too long: at most %(most)s characters.", field="text", most=LONGEST)
    return cleaned


def ask(
    session: Session, *, brand: Brand, visitor: Visitor, client_id: UUID, text: str, page: Page, locale: str,
    now: datetime,
) -> Question:  # fmt: skip
    """Store the question and let the story go on (triage, matching) in the same transaction.

    The same `client_id` again gives the same question. Raises `Invalid`, `TooMany`.
    """
    known = session.scalar(select(Question).where(Question.visitor_id == visitor.id, Question.client_id == client_id))
    if known is not None:
        return known
    if brand.disabled_at is not None:
        raise Conflict("This shop takes no questions at the moment.")
    blocks.refuse_blocked(session, visitor)
    waiting = session.scalar(select(func.count()).where(Question.visitor_id == visitor.id, Question.state.in_(_OPEN)))
    if (waiting or 0) >= OPEN_AT_ONCE:
        raise TooMany("You already have %(most)s questions waiting; one at a time, please.", most=OPEN_AT_ONCE)
    visitor.consented_at = visitor.consented_at or now
    visitor.locale = locale
    visitor.seen_at = now
    question = Question(
        brand_id=brand.id, visitor_id=visitor.id, client_id=client_id, text=clean_text(text),
        page_url=page.url[:2_000], language=locale, asked_at=now, state=QuestionState.ASKED,
        triage={"page": page.as_json()},
    )  # fmt: skip
    session.add(question)
    session.flush()
    publish(session, QuestionAsked(question.id))
    return question


def leave_email(session: Session, question: Question, *, email: str, now: datetime) -> None:
    """Keep where to send the answer. Raises `Invalid`, or `Conflict` when the question has ended."""
    if question.ended_at is not None:
        raise Conflict("This question has already ended.")
    visitor = session.get_one(Visitor, question.visitor_id)
    visitor.email = clean_email(email)
    visitor.seen_at = now
    publish(session, EmailLeft(question.id))
