"""What follows for experts when conversations open, close and pay."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from experts import pool
from experts.desk import availability_json, conversation_json
from experts.events import AvailabilityChanged, ExpertFull
from experts.models import Expert
from experts.offers import AtCapacity
from marketplace.chat.access import live_segment
from marketplace.chat.events import ConversationOpened, SegmentClosed, SegmentOpened
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.states import AuthorKind
from marketplace.chat.wire import person_room
from marketplace.core.clock import utcnow
from marketplace.core.events import publish, send


def on_segment_closed(session: Session, event: SegmentClosed) -> None:
    """The expert is free for one more, and counts as idle from now."""
    segment = session.get_one(Segment, event.segment_id)
    if segment.closed_at is None or not _has_desk(session, segment):
        return
    session.execute(
        update(Expert)
        .where(Expert.person_id == event.person_id, Expert.live > 0)
        .values(live=Expert.live - 1, idle_since=segment.closed_at)
    )
    pool.refresh(session, event.person_id, now=segment.closed_at)
    _tell(session, event.person_id, now=segment.closed_at)


def on_segment_opened(session: Session, event: SegmentOpened) -> None:
    """Somebody took a conversation over: one more of those served at once. Raises `AtCapacity`."""
    segment = session.get_one(Segment, event.segment_id)
    if not _has_desk(session, segment):
        return
    taken = session.execute(
        update(Expert)
        .where(Expert.person_id == event.person_id, Expert.live < Expert.capacity)
        .values(live=Expert.live + 1, idle_since=None)
        .returning(Expert.live == Expert.capacity)
    ).scalar()
    if taken is None:
        raise AtCapacity
    if taken:
        publish(session, ExpertFull(event.person_id))
    pool.refresh(session, event.person_id, now=segment.opened_at)
    conversation = session.get_one(Conversation, event.conversation_id)
    row = conversation_json(session, conversation, locale=conversation.language)
    send(session, "conversation", row, room=person_room(event.person_id), namespace="/expert")
    _tell(session, event.person_id, now=segment.opened_at)


def on_opened(session: Session, event: ConversationOpened) -> None:
    """All devices of the expert show the new conversation."""
    conversation = session.get_one(Conversation, event.conversation_id)
    segment = live_segment(session, conversation.id)
    if segment is None or not _has_desk(session, segment):
        return
    row = conversation_json(session, conversation, locale=conversation.language)
    send(session, "conversation", row, room=person_room(segment.person_id), namespace="/expert")
    _tell(session, segment.person_id, now=conversation.opened_at)


def _has_desk(session: Session, segment: Segment) -> bool:
    """Experts have one; of a brand's agents, those who took a seat."""
    return segment.kind is AuthorKind.EXPERT or session.get(Expert, segment.person_id) is not None


def on_availability(session: Session, event: AvailabilityChanged) -> None:
    """All devices of the expert show whether offers can come."""
    _tell(session, event.person_id, now=utcnow())


def _tell(session: Session, person_id: UUID, *, now: datetime) -> None:
    expert = session.get_one(Expert, person_id, populate_existing=True)
    payload = {"availability": availability_json(expert, now=now)}
    send(session, "presence", payload, room=person_room(person_id), namespace="/expert")
