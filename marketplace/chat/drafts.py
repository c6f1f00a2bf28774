"""Drafts: what a person has begun to write in a conversation, wherever he goes on writing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.chat.events import ConversationClosed
from marketplace.chat.models_desk import Draft

LONGEST = 4_000


def keep(session: Session, *, person_id: UUID, conversation_id: UUID, text: str, now: datetime) -> None:
    """Keep the text as it is now; nothing written is nothing kept."""
    cleaned = text.replace("\x00", "")[:LONGEST]
    if not cleaned.strip():
        session.execute(delete(Draft).where(Draft.person_id == person_id, Draft.conversation_id == conversation_id))
        return
    kept = insert(Draft).values(person_id=person_id, conversation_id=conversation_id, text=cleaned, at=now)
    session.execute(
        kept.on_conflict_do_update(
            index_elements=["person_id", "conversation_id"], set_={"text": cleaned, "at": now}, where=Draft.at <= now
        )
    )


def drafts_of(session: Session, person_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, str]:
    """The person's drafts by conversation."""
    if not conversation_ids:
        return {}
    query = select(Draft.conversation_id, Draft.text)
    rows = session.execute(query.where(Draft.person_id == person_id, Draft.conversation_id.in_(conversation_ids)))
    return dict(rows.tuples().all())


def on_closed(session: Session, event: ConversationClosed) -> None:
    """Nothing more is written in what has ended."""
    session.execute(delete(Draft).where(Draft.conversation_id == event.conversation_id))
