"""The only doors to a conversation and its pictures."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from marketplace.chat.models import Attachment, Conversation, Segment
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound


def access_conversation(session: Session, actor: Actor, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    """The conversation, for its shopper, whoever serves or served it, its brand's team and operators.

    Raises `NotFound` for strangers.
    """
    query = select(Conversation).where(Conversation.id == conversation_id)
    if lock:
        query = query.with_for_update()
    conversation = session.scalar(query)
    if conversation is None or not _may_see(session, actor, conversation):
        raise NotFound
    return conversation


def _may_see(session: Session, actor: Actor, conversation: Conversation) -> bool:
    if actor.is_system or actor.is_operator or conversation.brand_id in actor.brands:
        return True
    if actor.visitor_id is not None:
        return conversation.visitor_id == actor.visitor_id
    if actor.person_id is None:
        return False
    served = exists().where(Segment.conversation_id == conversation.id, Segment.person_id == actor.person_id)
    return bool(session.scalar(select(served)))


def reads_contacts(actor: Actor, conversation: Conversation) -> bool:
    """Whether the actor may read contact data that the shopper wrote: herself and the brand's side, never experts."""
    own = actor.visitor_id is not None and actor.visitor_id == conversation.visitor_id
    return own or actor.is_system or actor.is_operator or _is_of(actor, conversation.brand_id)


def _is_of(actor: Actor, brand_id: UUID) -> bool:
    return brand_id in actor.brands or (actor.visitor_id is None and actor.brand_id == brand_id)


def access_served(session: Session, actor: Actor, conversation_id: UUID, *, lock: bool = True) -> Conversation:
    """The conversation, for the person who serves it now. Raises `NotFound`."""
    conversation = access_conversation(session, actor, conversation_id, lock=lock)
    live = live_segment(session, conversation.id)
    if live is None or live.person_id != actor.person_id:
        raise NotFound
    return conversation


def live_segment(session: Session, conversation_id: UUID) -> Segment | None:
    """The part being served now."""
    return session.scalar(
        select(Segment).where(Segment.conversation_id == conversation_id, Segment.closed_at.is_(None))
    )


def last_segment(session: Session, conversation_id: UUID) -> Segment | None:
    """The part that was served last."""
    query = select(Segment).where(Segment.conversation_id == conversation_id)
    return session.scalar(query.order_by(Segment.opened_at.desc()).limit(1))


def access_picture(session: Session, actor: Actor, attachment_id: UUID) -> Attachment:
    """The picture, for whoever may see its conversation. Raises `NotFound`."""
    picture = session.get(Attachment, attachment_id)
    if picture is None:
        raise NotFound
    access_conversation(session, actor, picture.conversation_id)
    return picture
