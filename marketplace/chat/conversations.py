"""(4) Conversation: opened when somebody takes the question, closed once; every change is a numbered event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.access import last_segment, live_segment
from marketplace.chat.conduct import ConductRule
from marketplace.chat.events import ConversationClosed, ConversationOpened, SegmentClosed
from marketplace.chat.masking import hidden_in
from marketplace.chat.messages import announce
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import (
    CONVERSATION,
    AuthorKind,
    CloseReason,
    ConversationAction,
    ConversationState,
    EventKind,
)  # fmt: skip
from marketplace.chat.wire import authors, numbered
from marketplace.core.clock import new_id
from marketplace.core.events import publish
from marketplace.questions.models import Question
from marketplace.questions.moves import move, tell_shopper
from marketplace.questions.states import QuestionAction


def open_conversation(
    session: Session, *, question: Question, person_id: UUID, terms: Mapping[str, Any],
    introduction: Mapping[str, Any], kind: AuthorKind = AuthorKind.EXPERT, now: datetime,
) -> Conversation:  # fmt: skip
    """Open the conversation of `question` (held locked by the caller); the question is its first message.

    `introduction` is what the shopper sees of the person: {name, avatar_url, headline, rating, why}.
    """
    conversation = Conversation(
        id=new_id(), brand_id=question.brand_id, question_id=question.id, visitor_id=question.visitor_id,
        mission_id=terms.get("mission_id"), product_id=question.product_id, category_id=question.category_id,
        language=question.language,
        terms={**terms, "mission_id": str(terms["mission_id"]) if terms.get("mission_id") else None},
        state=ConversationState.OPEN, opened_at=now, last_seq=0,
        by_mail=question.live_until is not None and now > question.live_until,
    )  # fmt: skip
    session.add(conversation)
    session.flush()
    question.conversation_id = conversation.id
    move(session, question, QuestionAction.MATCH, by=str(person_id), now=now)
    session.add(Segment(conversation_id=conversation.id, person_id=person_id, kind=kind, opened_at=now, first_seq=1))
    conversation.shopper_messages = 1
    append(
        session, conversation, kind=EventKind.MESSAGE, author=AuthorKind.SHOPPER, text=question.text,
        client_id=question.client_id, at=question.asked_at, data=hidden_in(question.text),
    )  # fmt: skip
    append(
        session, conversation, kind=EventKind.JOINED, author=kind, person_id=person_id,
        data={"introduction": dict(introduction)}, at=now,
    )  # fmt: skip
    conversation.last_message_at = now
    conversation.last_author = AuthorKind.SHOPPER
    tell_shopper(session, question, expert=dict(introduction), promise={"kind": "none"})
    publish(session, ConversationOpened(conversation.id))
    return conversation


def append(
    session: Session, conversation: Conversation, *, kind: EventKind, author: AuthorKind, at: datetime,
    person_id: UUID | None = None, text: str = "", client_id: UUID | None = None, data: Mapping[str, Any] | None = None,
    also: UUID | None = None,
) -> ConversationEvent:  # fmt: skip
    """Give the next number to an event of a conversation that the caller holds locked, and announce it.

    `also` is somebody beside who serves now that must hear of it: whoever served until then.
    """
    conversation.last_seq += 1
    event = ConversationEvent(
        conversation_id=conversation.id, seq=conversation.last_seq, id=new_id(), client_id=client_id, kind=kind,
        author=author, person_id=person_id, text=text, data=dict(data or {}), at=at, attachment_id=None,
        product_id=None,
    )  # fmt: skip
    session.add(event)
    session.flush()
    serving = live_segment(session, conversation.id) or last_segment(session, conversation.id)
    row = {column.name: getattr(event, column.name) for column in ConversationEvent.__table__.columns}
    announce(
        session, numbered(row, authors(session, {person_id} if person_id else set())),
        visitor_id=conversation.visitor_id, brand_id=conversation.brand_id,
        person_id=serving.person_id if serving else person_id, also=also,
    )  # fmt: skip
    return event


def close(
    session: Session, conversation: Conversation, *, reason: CloseReason, by: AuthorKind, person_id: UUID | None,
    topic: str | None, now: datetime, broken_rule: ConductRule | None = None,
) -> None:  # fmt: skip
    """Close a conversation that the caller holds locked. Closing a closed one again changes nothing.

    `broken_rule` belongs to a forced close: without it, the person who served keeps the pay.

    What follows (the earning, the expert's freed place) happens in the same transaction.
    """
    if conversation.state is ConversationState.CLOSED:
        return
    segment = live_segment(session, conversation.id)
    conversation.state = CONVERSATION.after(conversation.state, ConversationAction.CLOSE)
    conversation.closed_at = now
    conversation.snoozed_until = None
    conversation.close_reason = reason
    conversation.topic = (topic or "")[:120] or None
    named = {"broken_rule": broken_rule.value} if broken_rule is not None and reason is CloseReason.FORCED else {}
    append(
        session, conversation, kind=EventKind.CLOSED, author=by, person_id=person_id,
        data={"reason": reason.value, "topic": conversation.topic, **named}, at=now,
    )  # fmt: skip
    if segment is not None:
        end_segment(session, segment, now=now)
    question = session.scalars(select(Question).where(Question.id == conversation.question_id).with_for_update()).one()
    answered = conversation.server_messages > 0
    move(
        session, question, QuestionAction.ANSWER if answered else QuestionAction.EXPIRE, by=str(person_id or by.value),
        now=now, reason=reason.value,
    )  # fmt: skip
    publish(session, ConversationClosed(conversation.id))


def end_segment(session: Session, segment: Segment, *, now: datetime) -> None:
    """End one person's part; the person is free for another."""
    segment.closed_at = now
    session.flush()
    publish(session, SegmentClosed(segment.id, segment.conversation_id, segment.person_id))


class _AboutQuestion(Protocol):
    @property
    def question_id(self) -> UUID: ...


def on_recategorised(session: Session, event: _AboutQuestion) -> None:
    """What is said and rated belongs to the category that the question turned out to have."""
    question = session.get_one(Question, event.question_id)
    if question.conversation_id is not None:
        session.get_one(Conversation, question.conversation_id).category_id = question.category_id


def mark_read(conversation: Conversation, *, by_shopper: bool, seq: int) -> int:
    """Remember how far somebody has read; never backwards, never beyond the last event. The new mark."""
    seq = min(seq, conversation.last_seq)
    if by_shopper:
        conversation.shopper_read = max(conversation.shopper_read, seq)
        return conversation.shopper_read
    conversation.server_read = max(conversation.server_read, seq)
    return conversation.server_read
