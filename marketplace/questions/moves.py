"""The only way a question changes its state: one table of moves, one row for each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.core.events import publish, send
from marketplace.questions.events import QuestionEnded
from marketplace.questions.models import Question, QuestionMove
from marketplace.questions.states import QUESTION, QuestionAction, QuestionState
from marketplace.questions.wire import Choice

ENDED = {QuestionState.REDIRECTED, QuestionState.SETTLED, QuestionState.EXPIRED, QuestionState.WITHDRAWN}
_UNANSWERED = {QuestionState.ASKED, QuestionState.TRIAGED, QuestionState.WAITING, QuestionState.OFFERED}
_TIMELESS = ENDED | {QuestionState.MATCHED, QuestionState.ANSWERED}


def visitor_room(visitor_id: UUID) -> str:
    """The room of all tabs of one shopper."""
    return f"visitor:{visitor_id}"


def move(
    session: Session, question: Question, action: QuestionAction, *, by: str, now: datetime, reason: str = "",
    due_at: datetime | None = None,
) -> None:  # fmt: skip
    """Move `question`, which the caller holds locked. `due_at` is when the sweep looks again, for states that wait.

    Raises `ForbiddenMove`.
    """
    before = question.state
    question.state = QUESTION.after(before, action)
    if question.state in _TIMELESS:
        question.due_at = None
    elif due_at is not None:
        question.due_at = due_at
    if question.state in ENDED or question.state is QuestionState.ANSWERED:
        question.ended_at = now
    session.add(
        QuestionMove(
            question_id=question.id, at=now, action=action.value, from_state=before.value,
            to_state=question.state.value, by=by, reason=reason[:300],
        )
    )  # fmt: skip
    if question.state in ENDED:
        publish(session, QuestionEnded(question.id))


def choices(question: Question) -> list[Choice]:
    """The categories ({category_id, name}) that the shopper is asked to choose from; none once that is settled."""
    if question.state not in _UNANSWERED or "chosen" in question.triage or "corrected" in question.triage:
        return []
    offered: list[Choice] = question.triage.get("choose", [])
    return offered


def tell_shopper(session: Session, question: Question, **more: object) -> None:
    """Tell the shopper's tabs where the question stands, after the commit."""
    payload = {"question_id": str(question.id), "state": question.state.value, "choose": choices(question), **more}
    if question.conversation_id is not None:
        payload["conversation_id"] = str(question.conversation_id)
    send(session, "question", payload, room=visitor_room(question.visitor_id), namespace="/shopper")
