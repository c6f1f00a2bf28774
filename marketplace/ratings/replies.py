"""The right of reply: whoever was rated answers once, and may mend the words for a day."""

import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.core.errors import Conflict, Invalid
from marketplace.ratings.models import Rating, RatingReply

LONGEST = 1_000
"""Characters of a reply."""
EDITABLE = timedelta(hours=24)
"""How long after it was first written."""


class ReplyFixed(Conflict):
    """The day in which a reply may be changed is over."""

    code = "reply_fixed"
    message = "A reply can be changed for 24 hours; this one stays as it is."


def reply(session: Session, rating: Rating, *, text: str, by: UUID, now: datetime) -> RatingReply:
    """Answer `rating` (held locked), or change the answer while that is possible. Raises `Invalid`, `ReplyFixed`."""
    cleaned = unicodedata.normalize("NFC", text).replace("\x00", "").strip()
    if not cleaned:
        raise Invalid("Write something first.", field="text")
    if len(cleaned) > LONGEST:
        raise Invalid("This is too long: at most %(most)s characters.", field="text", most=LONGEST)
    known = session.get(RatingReply, rating.id)
    if known is None:
        known = RatingReply(rating_id=rating.id, person_id=by, text=cleaned, written_at=now)
        session.add(known)
    elif known.text != cleaned:
        if not is_editable(known, now=now):
            raise ReplyFixed
        known.text, known.edited_at = cleaned, now
    session.flush()
    return known


def is_editable(known: RatingReply, *, now: datetime) -> bool:
    """Whether the words may still be changed."""
    return now < known.written_at + EDITABLE
