"""One conversation as its brand, an operator or its expert reads it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Category, Mission, Product
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import EventKind
from marketplace.chat.wire import NumberedEvent, history
from marketplace.questions.models import Question, Visitor
from marketplace.ratings.models import Rating, RatingReply


@dataclass(frozen=True, slots=True)
class Part:
    """What one person served, and how it was rated."""

    segment: Segment
    person: Person
    rating: Rating | None
    reply: RatingReply | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with everything around it. `introduction` is what the shopper was told of the last expert."""

    conversation: Conversation
    question: Question
    brand: Brand
    shopper: str
    product: Product | None
    category: Category | None
    mission: Mission | None
    events: Sequence[NumberedEvent]
    parts: Sequence[Part]
    introduction: dict[str, Any]


def read(session: Session, conversation: Conversation, *, locale: str, expert: bool = False) -> Talk:
    """Everything that a page about the conversation shows; to an expert without the shopper's contacts."""
    visitor = session.get_one(Visitor, conversation.visitor_id)
    rows = session.execute(
        select(Segment, Person, Rating, RatingReply)
        .join(Person, Person.id == Segment.person_id)
        .outerjoin(Rating, Rating.segment_id == Segment.id)
        .outerjoin(RatingReply, RatingReply.rating_id == Rating.id)
        .where(Segment.conversation_id == conversation.id)
        .order_by(Segment.opened_at)
    )
    joined = session.scalars(
        select(ConversationEvent.data)
        .where(ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.JOINED)
        .order_by(ConversationEvent.seq.desc())
        .limit(1)
    ).first()
    return Talk(
        conversation=conversation, question=session.get_one(Question, conversation.question_id),
        brand=session.get_one(Brand, conversation.brand_id), shopper=visitor.name.split(" ")[0],
        product=session.get(Product, conversation.product_id) if conversation.product_id else None,
        category=session.get(Category, conversation.category_id) if conversation.category_id else None,
        mission=session.get(Mission, conversation.mission_id) if conversation.mission_id else None,
        events=history(session, conversation.id, after=0, locale=locale, expert=expert),
        parts=[Part(*row) for row in rows],
        introduction=dict((joined or {}).get("introduction") or {}),
    )  # fmt: skip
