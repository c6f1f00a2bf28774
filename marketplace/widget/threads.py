"""What a shopper has under way: told on connecting, so that a reload or another page loses nothing."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation, ConversationEvent
from marketplace.chat.states import ConversationState, EventKind
from marketplace.questions.models import Question, Visitor
from marketplace.questions.moves import ENDED, choices
from marketplace.questions.promise import promise, usual_wait
from marketplace.questions.states import QuestionState
from marketplace.questions.triage import redirection
from marketplace.questions.wire import ExpertCard, OpenThread, Promised

RATE_WITHIN = timedelta(hours=24)
"""How long after its end a conversation is still shown, to be rated."""


def open_threads(session: Session, visitor: Visitor, *, now: datetime) -> list[OpenThread]:
    """The visitor's questions and conversations that are not over, or only just; newest first, at most five."""
    rows = session.execute(
        select(Question, Conversation)
        .outerjoin(Conversation, Conversation.question_id == Question.id)
        .where(
            Question.visitor_id == visitor.id,
            or_(
                Question.state.not_in([*ENDED, QuestionState.ANSWERED]),
                and_(Question.ended_at > now - RATE_WITHIN, Conversation.id.is_not(None)),
                and_(Question.ended_at > now - timedelta(minutes=10), Question.state.in_(ENDED)),
            ),
        )
        .order_by(Question.asked_at.desc())
        .limit(5)
    ).all()
    return [thread(session, visitor, question, conversation, now=now) for question, conversation in rows]


def thread(
    session: Session, visitor: Visitor, question: Question, conversation: Conversation | None, *, now: datetime
) -> OpenThread:
    """Where one question stands, as the panel reads it."""
    news: OpenThread = {
        "question_id": str(question.id), "client_id": str(question.client_id), "state": question.state,
        "text": question.text, "asked_at": question.asked_at.isoformat(),
        "email_left": visitor.email is not None and question.conversation_id is None,
        "promise": standing_promise(session, question, now=now), "choose": choices(question),
    }  # fmt: skip
    if conversation is not None:
        news["conversation_id"] = str(conversation.id)
        news["last"] = conversation.last_seq
        news["closed"] = conversation.state is ConversationState.CLOSED
        news["expert"] = _introduction(session, conversation)
    elif question.triage.get("turned"):
        news["reason"], news["notice"] = question.triage["turned"], question.triage.get("notice", "")
        if question.state is QuestionState.EXPIRED:
            brand = session.get_one(Brand, question.brand_id)
            news["help_url"], news["help_email"] = brand.help_url, brand.help_email
    if question.state is QuestionState.REDIRECTED:
        news = {**news, **redirection(session.get_one(Brand, question.brand_id), question)}
    return news


def standing_promise(session: Session, question: Question, *, now: datetime) -> Promised:
    """The promise that holds for a question now."""
    if question.conversation_id is not None or question.ended_at is not None:
        return {"kind": "none"}
    live = question.live_until is not None and question.live_until > now
    seconds = usual_wait(session, question.brand_id, now=now) if live else None
    return promise(seconds=seconds, live_until=question.live_until, answer_by=question.answer_by, now=now)


def _introduction(session: Session, conversation: Conversation) -> ExpertCard | None:
    data = session.scalar(
        select(ConversationEvent.data)
        .where(ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.JOINED)
        .order_by(ConversationEvent.seq.desc())
        .limit(1)
    )
    return (data or {}).get("introduction")
