"""Private notes: what those who serve a conversation, one after the other, and the brand tell each other."""

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.chat.access import live_segment
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.models_desk import Note
from marketplace.chat.states import AuthorKind, NoteKind
from marketplace.chat.wire import Named, authors, brand_room, person_room
from marketplace.core.clock import new_id
from marketplace.core.errors import Invalid
from marketplace.core.events import send

LONGEST = 2_000
"""Characters of a note."""


class NoteRow(TypedDict):
    """A private note as it travels; never on the shopper's wire."""

    id: str
    conversation_id: str
    kind: NoteKind
    text: str
    at: str
    author: Named
    about: NotRequired[str]


def add(
    session: Session, conversation: Conversation, *, person_id: UUID, text: str, now: datetime,
    author: AuthorKind = AuthorKind.EXPERT, kind: NoteKind = NoteKind.NOTE, about_id: UUID | None = None,
) -> Note:  # fmt: skip
    """Keep a note and show it to who serves the conversation now and to the brand. Raises `Invalid`."""
    cleaned = text.replace("\x00", "").strip()
    if not cleaned:
        raise Invalid("Write something first.", field="text")
    if len(cleaned) > LONGEST:
        raise Invalid("This is too long: at most %(most)s characters.", field="text", most=LONGEST)
    note = Note(
        id=new_id(), conversation_id=conversation.id, person_id=person_id, author=author, kind=kind, text=cleaned,
        about_id=about_id, at=now,
    )  # fmt: skip
    session.add(note)
    session.flush()
    row = as_row(note, authors(session, {person_id}).get(person_id, {}))
    serving = live_segment(session, conversation.id)
    for reader in {person_id, *([serving.person_id] if serving else [])}:
        send(session, "note", row, room=person_room(reader), namespace="/expert")
    send(session, "note", row, room=brand_room(conversation.brand_id), namespace="/brand")
    return note


def notes_of(session: Session, conversation: Conversation, *, reader: UUID | None) -> list[NoteRow]:
    """The notes, oldest first. A `reader` who no longer serves reads those up to his own end; none reads all."""
    query = select(Note).where(Note.conversation_id == conversation.id).order_by(Note.at, Note.id)
    if reader is not None:
        ends = select(func.max(func.coalesce(Segment.closed_at, text("CAST('infinity' AS timestamptz)")))).where(
            Segment.conversation_id == conversation.id, Segment.person_id == reader
        )
        query = query.where((Note.at <= ends.scalar_subquery()) | (Note.person_id == reader))
    rows = session.scalars(query).all()
    names = authors(session, {note.person_id for note in rows})
    return [as_row(note, names.get(note.person_id, {})) for note in rows]


def as_row(note: Note, author: Named) -> NoteRow:
    """A note as it travels."""
    row: NoteRow = {
        "id": str(note.id), "conversation_id": str(note.conversation_id), "kind": note.kind, "text": note.text,
        "at": note.at.isoformat(), "author": author,
    }  # fmt: skip
    if note.about_id is not None:
        row["about"] = str(note.about_id)
    return row
