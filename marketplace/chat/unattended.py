"""(S5) Nothing waits forever: a shopper left without an answer for a day gets another expert.

Colleagues who are free are asked to take over, then the brand's agents; whoever serves goes on until somebody does.
After three days without anybody the conversation is closed, so that it can be rated and another question asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat import colleagues, conversations, transfers
from marketplace.chat.access import live_segment
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, TransferTarget

AFTER = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(hours=72)


def unattended(session: Session, *, now: datetime, most: int = 200) -> Sequence[UUID]:
    """Open conversations whose shopper has waited for a day, the longest first."""
    query = select(Conversation.id).where(
        Conversation.state == ConversationState.OPEN, Conversation.last_author == AuthorKind.SHOPPER,
        Conversation.last_message_at <= now - AFTER,
    )  # fmt: skip
    return session.scalars(query.order_by(Conversation.last_message_at).limit(most)).all()


def hand_on(session: Session, conversation_id: UUID, *, now: datetime) -> bool:
    """Ask others to take an unattended conversation over, or end it after three days; whether anything was done."""
    conversation = session.scalar(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update(skip_locked=True)
    )
    if conversation is None or conversation.id not in unattended(session, now=now, most=10_000):
        return False  # somebody answered meanwhile, or is about to
    assert conversation.last_message_at is not None
    if now - conversation.last_message_at >= GIVEN_UP_AFTER:
        transfers.withdraw(session, conversation, now=now)
        conversations.close(
            session, conversation, reason=CloseReason.SILENT, by=AuthorKind.SYSTEM, person_id=None, topic=None, now=now
        )
        return True
    serving = live_segment(session, conversation.id)
    if serving is None or transfers.open_transfer(session, conversation.id) is not None:
        return False
    for target in (TransferTarget.GROUP, TransferTarget.AGENTS):
        people = colleagues.chosen(
            session, conversation, target=target, person_id=None, category_id=conversation.category_id,
            but=serving.person_id,
        )  # fmt: skip
        if people:
            transfers.ask(
                session, conversation, by_id=serving.person_id, target=target, people=people, comment="", now=now
            )
            return True
    return False
