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
    WOKEN = "woken"
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


class TransferTarget(StrEnum):
    """Whom a transfer asks: one colleague, the free experts of a category, or the brand's agents."""

    EXPERT = "expert"
    GROUP = "group"
    AGENTS = "agents"


class TransferState(StrEnum):
    """asked > accepted | declined (by everybody) | lapsed | withdrawn."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class TransferAction(StrEnum):
    """What moves a transfer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


TRANSFER = Machine(
    "transfer",
    {
        (TransferState.ASKED, TransferAction.ACCEPT): TransferState.ACCEPTED,
        (TransferState.ASKED, TransferAction.DECLINE): TransferState.DECLINED,
        (TransferState.ASKED, TransferAction.LAPSE): TransferState.LAPSED,
        (TransferState.ASKED, TransferAction.WITHDRAW): TransferState.WITHDRAWN,
    },
)


class NoteKind(StrEnum):
    """What a private note is: one's own, the comment of a transfer, a whisper of the brand, or of a consultation."""

    NOTE = "note"
    TRANSFER = "transfer"
    WHISPER = "whisper"
    QUESTION = "question"
    ANSWER = "answer"
