"""Pictures in the demonstration: shoppers photograph what they ask about, drawn here so that nothing is downloaded."""

import io
from datetime import datetime, timedelta
from random import Random

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat import pictures
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.core.storage import Storage
from marketplace.questions import blocks
from marketplace.questions.models import Visitor

SHOWN_IN = 6
"""Conversations of each brand that hold a picture, the latest ones."""


def photograph(rng: Random) -> bytes:
    """Something on a table beside a ruler, as a telephone sees it."""
    wood = (176 + rng.randint(-20, 20), 138 + rng.randint(-16, 16), 98)
    picture = Image.new("RGB", (1_200, 900), wood)
    draw = ImageDraw.Draw(picture)
    for line in range(0, 900, 6):
        shade = rng.randint(-9, 9)
        draw.rectangle((0, line, 1_200, line + 6), fill=(wood[0] + shade, wood[1] + shade, wood[2] + shade))
    body = (rng.randint(30, 120), rng.randint(60, 130), rng.randint(70, 140))
    draw.ellipse((330, 330, 960, 650), fill=(60, 48, 36))
    draw.rounded_rectangle((300, 280, 940, 610), radius=150, fill=body)
    draw.rounded_rectangle((340, 320, 700, 470), radius=70, fill=(body[0] + 40, body[1] + 40, body[2] + 40))
    draw.rectangle((120, 720, 1_080, 800), fill=(236, 220, 150))
    for tick in range(120, 1_080, 24):
        draw.line((tick, 720, tick, 746 if (tick - 120) % 120 else 766), fill=(70, 60, 30), width=3)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.6)).save(out, "JPEG", quality=86)
    return out.getvalue()


def show(session: Session, storage: Storage, *, seed: int) -> int:
    """Let the shopper's last message of some recent conversations carry a picture; how many."""
    rng, shown = Random(seed), 0
    latest = select(Conversation).where(Conversation.shopper_replies > 0).order_by(Conversation.opened_at.desc())
    for conversation in session.scalars(latest.limit(SHOWN_IN)):
        event = session.scalar(
            select(ConversationEvent)
            .where(
                ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.MESSAGE,
                ConversationEvent.author == AuthorKind.SHOPPER, ConversationEvent.seq > 1,
            )
            .order_by(ConversationEvent.seq.desc()).limit(1)
        )  # fmt: skip
        if event is None or event.client_id is None:
            continue
        kept = pictures.keep(
            session, storage, conversation, pictures.check(photograph(rng)), client_id=event.client_id,
            by_shopper=True, file_name="photo.jpg", now=event.at,
        )  # fmt: skip
        event.attachment_id = kept.id
        shown += 1
    session.flush()
    return shown


def block_somebody(session: Session, slug: str, *, now: datetime) -> None:
    """One shopper of a brand whom the person who answered does not want to serve any more: the brand may decide."""
    found = session.execute(
        select(Conversation, Segment.person_id)
        .join(Segment, Segment.conversation_id == Conversation.id)
        .join(Brand, Brand.id == Conversation.brand_id)
        .where(Brand.slug == slug, Conversation.closed_at.is_not(None))
        .order_by(Conversation.shopper_messages.desc(), Conversation.id).limit(1)
    ).one_or_none()  # fmt: skip
    if found is not None:
        conversation, person_id = found
        blocks.block(
            session, session.get_one(Visitor, conversation.visitor_id), by_id=person_id,
            conversation_id=conversation.id,
            reason="Insulte dès que la réponse ne lui plaît pas, malgré deux rappels.", now=now - timedelta(hours=5),
        )  # fmt: skip
