"""Ready replies: a person's own, and a brand's for all who answer in its name."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.brands.access import may
from marketplace.brands.models import Brand, Product
from marketplace.brands.states import Role
from marketplace.chat.models import Conversation
from marketplace.chat.models_desk import CannedReply
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, Invalid, NotFound
from marketplace.questions.models import Visitor

LONGEST = 2_000
MOST = 200
"""Replies of one owner."""
VARIABLES = ("name", "product", "brand")
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HOLE = re.compile(r"\s?\{(\w+)\}")


class Ready(TypedDict):
    """A reply whose variables are filled in for one conversation."""

    id: str
    shortcut: str
    text: str
    own: bool


def save(
    session: Session, *, person_id: UUID | None = None, brand_id: UUID | None = None, shortcut: str, language: str,
    text: str, now: datetime, reply: CannedReply | None = None,
) -> CannedReply:  # fmt: skip
    """Write a new reply of a person or a brand, or change `reply`. Raises `Invalid`, `Conflict`."""
    name = shortcut.strip().lower().lstrip("/")
    if not _SHORTCUT.fullmatch(name):
        raise Invalid("Use letters, digits and hyphens, at most 40.", field="shortcut")
    cleaned = text.replace("\x00", "").strip()
    if not 0 < len(cleaned) <= LONGEST:
        raise Invalid("Write between 1 and %(most)s characters.", field="text", most=LONGEST)
    unknown = sorted({hole for hole in re.findall(r"\{(\w*)\}", cleaned) if hole not in VARIABLES})
    if unknown:
        raise Invalid("“%(hole)s” is not known. Use {name}, {product} or {brand}.", field="text", hole=unknown[0])
    others = replies_of(session, person_id=person_id, brand_id=brand_id)
    if any(each.shortcut == name and each.language == language and each is not reply for each in others):
        raise Conflict("You already have a reply with this shortcut in this language.", field="shortcut")
    if reply is None:
        if len(others) >= MOST:
            raise Conflict("This is enough: remove a reply before you add another.")
        reply = CannedReply(person_id=person_id, brand_id=brand_id)
        session.add(reply)
    reply.shortcut, reply.language, reply.text, reply.changed_at = name, language, cleaned, now
    session.flush()
    return reply


def replies_of(
    session: Session, *, person_id: UUID | None = None, brand_id: UUID | None = None
) -> Sequence[CannedReply]:
    """The replies of a person or of a brand, by shortcut."""
    owner = CannedReply.person_id == person_id if person_id is not None else CannedReply.brand_id == brand_id
    return session.scalars(select(CannedReply).where(owner).order_by(CannedReply.shortcut, CannedReply.language)).all()


def access_reply(session: Session, actor: Actor, reply_id: UUID) -> CannedReply:
    """The reply, for its person, or for managers of its brand. Raises `NotFound`."""
    reply = session.get(CannedReply, reply_id)
    if reply is None:
        raise NotFound
    own = reply.person_id is not None and reply.person_id == actor.person_id
    if own or (reply.brand_id is not None and may(actor, reply.brand_id, Role.MANAGER)):
        return reply
    raise NotFound


def ready_for(session: Session, conversation: Conversation, *, person_id: UUID) -> list[Ready]:
    """What a person can answer with in a conversation, its language first; his own before the brand's."""
    brand = session.get_one(Brand, conversation.brand_id)
    visitor = session.get_one(Visitor, conversation.visitor_id)
    product = session.get(Product, conversation.product_id) if conversation.product_id else None
    values = {
        "name": visitor.name.split(" ")[0] if visitor.name else "", "brand": brand.name,
        "product": product.title(conversation.language) if product else "",
    }  # fmt: skip
    rows = session.scalars(
        select(CannedReply)
        .where(or_(CannedReply.person_id == person_id, CannedReply.brand_id == conversation.brand_id))
        .order_by(CannedReply.language != conversation.language, CannedReply.brand_id.is_not(None))
        .order_by(CannedReply.shortcut)
    )
    return [
        {"id": str(row.id), "shortcut": row.shortcut, "text": fill(row.text, values), "own": row.brand_id is None}
        for row in rows
    ]


def fill(text: str, values: dict[str, str]) -> str:
    """The text with its variables; one without a value goes with the space before it."""

    def put(match: re.Match[str]) -> str:
        value = values.get(match.group(1), "")
        return (match.group()[0] if match.group()[0].isspace() else "") + value if value else ""

    return _HOLE.sub(put, text)
