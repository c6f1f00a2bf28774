"""Conversations: segments that people served, and one gapless sequence of numbered events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind
from marketplace.core.db import Base, Json, Key, Line, Prose, Short, state_column


class Conversation(Base):
    """What a shopper and those who serve her say to each other. `terms` is frozen when it starts."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("last_seq >= 0", name="seq"),
        Index("ix_conversation_brand", "brand_id", "opened_at"),
        Index(
            "ix_conversation_unattended",
            "last_message_at",
            postgresql_where="state = 'open' AND last_author = 'shopper'",
        ),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id"), unique=True)
    visitor_id: Mapped[UUID] = mapped_column(ForeignKey("visitor.id"), index=True)
    mission_id: Mapped[UUID | None] = mapped_column(ForeignKey("mission.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    language: Mapped[Short]
    terms: Mapped[Json]
    """Frozen copy of what the mission pays: see `missions.terms_of`."""
    state: Mapped[ConversationState] = mapped_column(state_column(ConversationState), default=ConversationState.OPEN)
    last_seq: Mapped[int] = mapped_column(default=0)
    shopper_read: Mapped[int] = mapped_column(default=0)
    server_read: Mapped[int] = mapped_column(default=0)
    shopper_messages: Mapped[int] = mapped_column(default=0)
    server_messages: Mapped[int] = mapped_column(default=0)
    shopper_replies: Mapped[int] = mapped_column(default=0)
    """Messages of the shopper after the first answer: one makes the conversation qualify."""
    opened_at: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]
    last_author: Mapped[AuthorKind | None] = mapped_column(state_column(AuthorKind))
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[CloseReason | None] = mapped_column(state_column(CloseReason))
    topic: Mapped[Short | None]
    survey: Mapped[Json] = mapped_column(default=dict)
    """What whoever closed it told: {page: yes | partly | no, next: buys | hesitates | leaves}"""
    by_mail: Mapped[bool] = mapped_column(default=False)
    """Whether the shopper has left and reads by e-mail."""
    mailed_seq: Mapped[int] = mapped_column(default=0)
    copies: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """Mails that brought somebody a copy of what was said."""
    link_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """Hash of the private link's token."""
    link_expires_at: Mapped[datetime | None]


class Segment(Base):
    """The part of a conversation that one person served. At most one is live per conversation."""

    __tablename__ = "segment"
    __table_args__ = (
        Index("uq_segment_live", "conversation_id", unique=True, postgresql_where="closed_at IS NULL"),
        Index("ix_segment_person", "person_id", "opened_at"),
        Index("ix_segment_person_live", "person_id", postgresql_where="closed_at IS NULL"),
    )

    id: Mapped[Key]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[AuthorKind] = mapped_column(state_column(AuthorKind), default=AuthorKind.EXPERT)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    first_seq: Mapped[int] = mapped_column(default=1)
    messages: Mapped[int] = mapped_column(default=0)
    """How many messages this person wrote in it."""


class ConversationEvent(Base):
    """One numbered event. A message when `kind` is message; everything else heals clients that missed it."""

    __tablename__ = "conversation_event"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("(kind = 'message') = (client_id IS NOT NULL)", name="named"),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    client_id: Mapped[UUID | None]
    kind: Mapped[EventKind] = mapped_column(state_column(EventKind))
    author: Mapped[AuthorKind] = mapped_column(state_column(AuthorKind))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[Prose] = mapped_column(default="")
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachment.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    data: Mapped[Json] = mapped_column(default=dict)
    at: Mapped[datetime]


class Attachment(Base):
    """A picture: checked, re-encoded, without metadata."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("conversation_id", "client_id"),)

    id: Mapped[Key]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    client_id: Mapped[UUID]
    """The client's own name of it: a second upload of the same finds the first."""
    by_shopper: Mapped[bool]
    stored_as: Mapped[Short]
    thumb_as: Mapped[Short]
    """The same, small, for the thread."""
    media_type: Mapped[Short]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes."""
    file_name: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]
