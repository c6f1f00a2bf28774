"""What happens in conversations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class ConversationOpened(Event):
    """An expert or an agent took the question; the terms are frozen."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    """A message was stored under its number. `has_email` and `by_mail` tell how the shopper reads."""

    conversation_id: UUID
    seq: int
    by_shopper: bool
    has_email: bool
    by_mail: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TransferAsked(Event):
    """Others were asked to take a conversation over."""

    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class SegmentOpened(Event):
    """Somebody else took the conversation over. Whoever cannot serve one more refuses by raising."""

    segment_id: UUID
    conversation_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class SegmentClosed(Event):
    """One person's part ended: the person is free for another."""

    segment_id: UUID
    conversation_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class ConversationClosed(Event):
    """The conversation ended for good."""

    conversation_id: UUID
