"""Ask colleagues: a question to the mission's experts; their answers come back as private notes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from experts.models import Enrolment
from experts.states import EnrolmentState
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Category, Product
from marketplace.chat import colleagues, notes
from marketplace.chat.messages import ConversationEnded
from marketplace.chat.models import Conversation
from marketplace.chat.models_desk import Note
from marketplace.chat.states import AuthorKind, ConversationState, NoteKind
from marketplace.chat.wire import person_room
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.events import send

OPEN_FOR = timedelta(hours=24)
"""How long colleagues see a question, unless the conversation ends before."""
MOST = 10
"""Most questions of colleagues on one desk."""


def ask(session: Session, conversation: Conversation, *, by_id: UUID, text: str, now: datetime) -> Note:
    """Put a question to the experts of the conversation's mission. They read the question alone, not the talk.

    Raises `Invalid`, `ConversationEnded`.
    """
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    asked = notes.add(session, conversation, person_id=by_id, text=text, kind=NoteKind.QUESTION, now=now)
    payload = describe(session, asked, conversation)
    for colleague in colleagues.others(session, conversation, but=by_id):
        send(session, "consultation", payload, room=person_room(colleague.person_id), namespace="/expert")
    return asked


def answer(session: Session, actor: Actor, note_id: UUID, *, text: str, now: datetime) -> Note:
    """Answer a colleague's question. Raises `NotFound`, `Invalid`, `ConversationEnded`."""
    asked, conversation = access_consultation(session, actor, note_id)
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    assert actor.person_id is not None
    return notes.add(
        session, conversation, person_id=actor.person_id, text=text, kind=NoteKind.ANSWER, author=AuthorKind.EXPERT,
        about_id=asked.id, now=now,
    )  # fmt: skip


def access_consultation(session: Session, actor: Actor, note_id: UUID) -> tuple[Note, Conversation]:
    """A question to colleagues, for the experts of its mission. Raises `NotFound`."""
    row = session.execute(
        select(Note, Conversation)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .join(Enrolment, Enrolment.mission_id == Conversation.mission_id)
        .where(Note.id == note_id, Note.kind == NoteKind.QUESTION, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Enrolment.person_id == actor.person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def open_for(session: Session, person_id: UUID, *, now: datetime) -> Sequence[dict[str, Any]]:
    """What colleagues ask this person, who has not answered yet; newest first."""
    given = aliased(Note)
    answered = exists().where(given.about_id == Note.id, given.person_id == person_id)
    rows = session.execute(
        select(Note, Conversation)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .join(Enrolment, Enrolment.mission_id == Conversation.mission_id)
        .where(Enrolment.person_id == person_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Note.kind == NoteKind.QUESTION, Note.person_id != person_id, Note.at > now - OPEN_FOR, ~answered)
        .where(Conversation.state != ConversationState.CLOSED)
        .order_by(Note.at.desc())
        .limit(MOST)
    )
    return [describe(session, asked, conversation) for asked, conversation in rows]


def describe(session: Session, asked: Note, conversation: Conversation) -> dict[str, Any]:
    """A question to colleagues as they read it."""
    brand = session.get_one(Brand, conversation.brand_id)
    product = session.get(Product, conversation.product_id) if conversation.product_id else None
    category = session.get(Category, conversation.category_id) if conversation.category_id else None
    return {
        "note_id": str(asked.id), "text": asked.text, "at": asked.at.isoformat(), "language": conversation.language,
        "by": session.get_one(Person, asked.person_id).name.split(" ")[0],
        "brand": {"name": brand.name, "accent": brand.accent},
        "about": (product.title(conversation.language) if product else None)
        or (category.name(conversation.language) if category else ""),
    }  # fmt: skip
