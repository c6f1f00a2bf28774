"""Snooze: a conversation is put off until a time; it comes back then, or as soon as the shopper writes.

It keeps its place: a snoozed conversation counts among those served at once, so that its return never makes too many.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.chat import transfers
from marketplace.chat.access import live_segment
from marketplace.chat.conversations import append
from marketplace.chat.messages import ConversationEnded
from marketplace.chat.models import Conversation
from marketplace.chat.states import CONVERSATION, AuthorKind, ConversationAction, ConversationState, EventKind
from marketplace.core.errors import Invalid
from marketplace.core.jobs import defer

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=14)
"""Bounds of how far a conversation can be put off."""


def snooze(session: Session, conversation: Conversation, *, until: datetime, by_id: UUID, now: datetime) -> None:
    """Put a conversation (held locked) off until then; put off again, the new time counts.

    Raises `ConversationEnded`, `Invalid`.
    """
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    if not SHORTEST <= until - now <= LONGEST:
        raise Invalid("Choose a time within the next %(days)s days.", field="until", days=LONGEST.days)
    if conversation.state is ConversationState.SNOOZED:
        conversation.state = CONVERSATION.after(conversation.state, ConversationAction.WAKE)
    transfers.withdraw(session, conversation, now=now)
    conversation.state = CONVERSATION.after(conversation.state, ConversationAction.SNOOZE)
    conversation.snoozed_until = until
    serving = live_segment(session, conversation.id)
    kind = serving.kind if serving else AuthorKind.EXPERT
    append(
        session, conversation, kind=EventKind.SNOOZED, author=kind, person_id=by_id, at=now,
        data={"until": until.isoformat()},
    )  # fmt: skip
    defer(session, "chat.wake", schedule_at=until, conversation_id=str(conversation.id))


def wake(
    session: Session, conversation: Conversation, *, by: AuthorKind, person_id: UUID | None, now: datetime
) -> None:
    """Take a conversation (held locked) up again; one that is not put off stays as it is."""
    if conversation.state is not ConversationState.SNOOZED:
        return
    conversation.state = CONVERSATION.after(conversation.state, ConversationAction.WAKE)
    conversation.snoozed_until = None
    append(session, conversation, kind=EventKind.WOKEN, author=by, person_id=person_id, at=now)


def wake_due(session: Session, conversation_id: UUID, *, now: datetime) -> bool:
    """The time has come; whether it had. A conversation that came back early, or was put off further, is left alone."""
    conversation = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None or conversation.snoozed_until is None:
        return False
    if conversation.snoozed_until > now:  # the job came too early: nothing that was put off is forgotten
        defer(session, "chat.wake", schedule_at=conversation.snoozed_until, conversation_id=str(conversation.id))
        return False
    wake(session, conversation, by=AuthorKind.SYSTEM, person_id=None, now=now)
    return True
