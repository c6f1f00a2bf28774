"""What people say about a question's category: chosen by its shopper, corrected by its expert, or let stand to the end.

Each leaves one label, the most telling one: an expert's word before a shopper's, both before silence.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Category, Product
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.events import publish
from marketplace.questions.events import QuestionRecategorised
from marketplace.questions.models import Question, QuestionMove, TriageLabel
from marketplace.questions.moves import choices, tell_shopper
from marketplace.questions.states import LabelSource, QuestionAction, QuestionState
from marketplace.questions.training import request_when_taught

_TELLING = list(LabelSource)
_TRUSTED_ENDS = {"solved", "left", "silent"}
"""Reasons of a close after which the category counts as confirmed; a misrouted or abusive one says nothing."""


class NothingToChoose(Conflict):
    """The question's category is settled, or somebody answers already."""

    code = "nothing_to_choose"
    message = "Thank you, this is settled already."


class _Closed(Protocol):
    """A conversation's end; conversations are not known here."""

    @property
    def conversation_id(self) -> UUID: ...


def choose_category(session: Session, question: Question, category_id: UUID | None, *, now: datetime) -> None:
    """The shopper tapped one of the categories that she was asked about, or none of them (`None`).

    `question` is held locked. The same again changes nothing. Raises `NothingToChoose`, `Invalid`.
    """
    told = question.triage.get("chosen")
    if told is not None and told["category_id"] == (str(category_id) if category_id else None):
        return
    offered = {each["category_id"] for each in choices(question)}
    if not offered:
        raise NothingToChoose
    if category_id is not None and str(category_id) not in offered:
        raise Invalid("Choose one of the categories that you were shown.", field="category_id")
    chosen = {"category_id": str(category_id) if category_id else None, "at": now.isoformat()}
    question.triage = {**question.triage, "chosen": chosen}
    if category_id is not None:
        _label(session, question, category_id, LabelSource.CHIP, now=now)
    _recategorise(session, question, category_id, source="shopper", now=now)


def correct_category(session: Session, question: Question, category_id: UUID, *, by: UUID, now: datetime) -> None:
    """The person `by` who serves the question says what it is really about. `question` is held locked.

    Raises `Invalid` for a category of another brand.
    """
    category = session.get(Category, category_id)
    if category is None or category.brand_id != question.brand_id:
        raise Invalid("There is no such category here.", field="category_id")
    corrected = {"category_id": str(category_id), "by": str(by), "at": now.isoformat()}
    question.triage = {**question.triage, "corrected": corrected}
    _label(session, question, category_id, LabelSource.EXPERT, now=now)
    _recategorise(session, question, category_id, source="expert", now=now)


def on_closed(session: Session, event: _Closed) -> None:
    """A category that nobody corrected until a good end counts as confirmed."""
    question = session.scalar(select(Question).where(Question.conversation_id == event.conversation_id))
    if question is None or question.state is not QuestionState.ANSWERED or question.category_id is None:
        return
    reason = session.scalar(
        select(QuestionMove.reason)
        .where(QuestionMove.question_id == question.id, QuestionMove.action == QuestionAction.ANSWER.value)
        .order_by(QuestionMove.at.desc(), QuestionMove.id.desc())
        .limit(1)
    )
    if reason in _TRUSTED_ENDS:
        source = LabelSource.PRODUCT if question.category_source == "product" else LabelSource.CLOSED
        _label(session, question, question.category_id, source, now=question.ended_at or question.asked_at)


def _label(session: Session, question: Question, category_id: UUID, source: LabelSource, *, now: datetime) -> None:
    label = session.get(TriageLabel, question.id)
    if label is None:
        label = TriageLabel(
            question_id=question.id, brand_id=question.brand_id, title=_title(session, question),
            language=question.language,
        )  # fmt: skip
        session.add(label)
    elif _TELLING.index(source) < _TELLING.index(label.source):
        return
    label.category_id, label.source, label.at = category_id, source, now
    session.flush()
    request_when_taught(session, question.brand_id)


def _title(session: Session, question: Question) -> str:
    product = session.get(Product, question.product_id) if question.product_id else None
    if product is not None:
        return product.title(question.language)
    return str(question.triage.get("page", {}).get("title", ""))[:300]


def _recategorise(
    session: Session, question: Question, category_id: UUID | None, *, source: str, now: datetime
) -> None:  # fmt: skip
    question.category_source, question.confidence = source, 1.0 if category_id else 0.0
    question.category_id = category_id
    question.widened = False
    session.flush()
    publish(session, QuestionRecategorised(question.id, now))
    tell_shopper(session, question)
