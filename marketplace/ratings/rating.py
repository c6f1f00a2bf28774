"""(5) Rated: each click is saved at once; a rating counts unless the conversation was none of the expert's doing."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.access import last_segment
from marketplace.chat.conversations import append
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.events import publish
from marketplace.ratings.events import RatingSaved
from marketplace.ratings.models import Rating

IGNORED = {CloseReason.MISROUTED, CloseReason.ABUSIVE, CloseReason.SPAM, CloseReason.FORCED}
"""Closed so, a conversation says nothing of the person who served it."""
LONGEST_COMMENT = 2_000


def rate(
    session: Session, conversation: Conversation, *, stars: int, solved: bool | None = None, nps: int | None = None,
    comment: str | None = None, now: datetime,
) -> Rating:  # fmt: skip
    """Rate the last person who served `conversation` (held locked); later clicks change the same rating.

    Raises `Invalid`, or `Conflict` while the conversation is still open.
    """
    if not 1 <= stars <= 5:
        raise Invalid("A rating has one to five stars.", field="stars")
    if nps is not None and not 0 <= nps <= 10:
        raise Invalid("This answer goes from 0 to 10.", field="nps")
    if conversation.state is not ConversationState.CLOSED:
        raise Conflict("You can rate once the conversation has ended.")
    segment = last_segment(session, conversation.id)
    if segment is None:
        raise Conflict("Nobody served this conversation.")
    rating = session.scalar(select(Rating).where(Rating.segment_id == segment.id))
    first = rating is None
    ignored = conversation.close_reason if conversation.close_reason in IGNORED else None
    if rating is None:
        rating = Rating(
            segment_id=segment.id, conversation_id=conversation.id, brand_id=conversation.brand_id,
            person_id=segment.person_id, category_id=conversation.category_id, counts=ignored is None,
            ignored_because=ignored.value if ignored else None, stars=stars, rated_at=now,
        )  # fmt: skip
        session.add(rating)
    rating.stars = stars
    rating.solved = solved if solved is not None else rating.solved
    rating.nps = nps if nps is not None else rating.nps
    if comment is not None:
        rating.comment = comment.replace("\x00", "").strip()[:LONGEST_COMMENT]
    session.flush()
    if first:
        append(
            session, conversation, kind=EventKind.RATED, author=AuthorKind.SHOPPER, data={"stars": stars}, at=now,
        )  # fmt: skip
    publish(session, RatingSaved(rating.id, first))
    return rating
