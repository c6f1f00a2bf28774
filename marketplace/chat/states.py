"""States of a conversation and kinds of its numbered events."""

from enum import StrEnum

from marketplace.core.states import Machine


class ConversationState(StrEnum):
    """open > snoozed > open > closed."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class ConversationAction(StrEnum):
    """What moves a conversation."""

    SNOOZE = "snooze"
    WAKE = "wake"
    CLOSE = "close"


CONVERSATION = Machine(
    "conversation",
    {
        (ConversationState.OPEN, ConversationAction.SNOOZE): ConversationState.SNOOZED,
        (ConversationState.SNOOZED, ConversationAction.WAKE): ConversationState.OPEN,
        (ConversationState.OPEN, ConversationAction.CLOSE): ConversationState.CLOSED,
        (ConversationState.SNOOZED, ConversationAction.CLOSE): ConversationState.CLOSED,
    },
)


class EventKind(StrEnum):
    """What a numbered event tells."""

    MESSAGE = "message"
    JOINED = "joined"
    TRANSFERRED = "transferred"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    RATED = "rated"


class AuthorKind(StrEnum):
    """Who wrote."""

    SHOPPER = "shopper"
    EXPERT = "expert"
    AGENT = "agent"
    SYSTEM = "system"


class CloseReason(StrEnum):
    """Why a conversation ended."""

    SOLVED = "solved"
    LEFT = "left"
    SILENT = "silent"
    MISROUTED = "misrouted"
    ABUSIVE = "abusive"
    SPAM = "spam"
    FORCED = "forced"
