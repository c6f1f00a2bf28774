"""What surrounds a conversation on the desk of those who answer: transfers, private notes, drafts, ready replies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.chat.states import AuthorKind, NoteKind, TransferState, TransferTarget
from marketplace.core.db import Base, Key, Prose, Short, state_column


class Transfer(Base):
    """A conversation proposed to others. Who serves it goes on until somebody accepts; at most one is open."""

    __tablename__ = "transfer"
    __table_args__ = (
        Index("uq_transfer_open", "conversation_id", unique=True, postgresql_where="state = 'asked'"),
        Index("ix_transfer_asked", "asked", postgresql_using="gin", postgresql_where="state = 'asked'"),
        CheckConstraint("(state = 'asked') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'accepted') = (accepted_by IS NOT NULL)", name="accepted"),
    )

    id: Mapped[Key]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    target: Mapped[TransferTarget] = mapped_column(state_column(TransferTarget))
    asked: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """People who may still take it; who passes leaves the list."""
    comment: Mapped[Prose] = mapped_column(default="")
    state: Mapped[TransferState] = mapped_column(state_column(TransferState), default=TransferState.ASKED)
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Note(Base):
    """A private note: read by who wrote it, whoever serves the conversation after him, and the brand's team."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_conversation", "conversation_id", "at"),)

    id: Mapped[Key]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    author: Mapped[AuthorKind] = mapped_column(state_column(AuthorKind), default=AuthorKind.EXPERT)
    kind: Mapped[NoteKind] = mapped_column(state_column(NoteKind), default=NoteKind.NOTE)
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    """Of an answer: the question to colleagues."""
    text: Mapped[Prose]
    at: Mapped[datetime]


class Draft(Base):
    """What a person has begun to write in a conversation; kept here, so that it follows him to another device."""

    __tablename__ = "draft"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    text: Mapped[Prose]
    at: Mapped[datetime]


class CannedReply(Base):
    """A reply kept ready, of one person or of a brand for all who answer in its name."""

    __tablename__ = "canned_reply"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (brand_id IS NULL)", name="owner"),
        Index("uq_canned_reply_person", "person_id", "shortcut", "language", unique=True),
        Index("uq_canned_reply_brand", "brand_id", "shortcut", "language", unique=True),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    shortcut: Mapped[Short]
    """Typed after a slash."""
    language: Mapped[Short]
    text: Mapped[Prose]
    """May hold {name}, {product} and {brand}."""
    changed_at: Mapped[datetime]
