"""Who else could answer: the shape of what experts tell about themselves (`database.info["colleagues"]`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Category
from marketplace.chat import transfers
from marketplace.chat.models import Conversation
from marketplace.chat.states import TransferTarget
from marketplace.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Colleague:
    """An expert of the same mission who speaks the conversation's language."""

    person_id: UUID
    name: str
    avatar_url: str | None
    free: bool
    """Whether he could take one more now."""
    categories: frozenset[UUID]
    """Categories that he is certified in."""


def others(session: Session, conversation: Conversation, *, but: UUID | None) -> list[Colleague]:
    """The colleagues of whoever serves a conversation, free ones first."""
    found: Sequence[Colleague] = session.info["colleagues"](session, conversation)
    return [each for each in found if each.person_id != but]


def chosen(
    session: Session, conversation: Conversation, *, target: TransferTarget, person_id: UUID | None,
    category_id: UUID | None, but: UUID | None,
) -> list[UUID]:  # fmt: skip
    """Whom a transfer asks: the free ones among those meant, and whichever agents the brand has. Raises `Invalid`."""
    if target is TransferTarget.AGENTS:
        return [each for each in transfers.agents_of(session, conversation.brand_id) if each != but]
    free = [each for each in others(session, conversation, but=but) if each.free]
    if target is TransferTarget.EXPERT:
        if person_id is None:
            raise Invalid("Choose who takes over.", field="person_id")
        return [each.person_id for each in free if each.person_id == person_id]
    return [each.person_id for each in free if category_id is None or category_id in each.categories]


def choices(session: Session, conversation: Conversation, *, but: UUID | None, locale: str) -> dict[str, Any]:
    """Whom one may hand a conversation to: {experts, groups, agents}; its own category comes first."""
    found = others(session, conversation, but=but)
    free = [each for each in found if each.free]
    wanted = {category_id for each in free for category_id in each.categories}
    own = Category.id != conversation.category_id
    categories = session.scalars(select(Category).where(Category.id.in_(wanted)).order_by(own, Category.path_key)).all()
    return {
        "experts": [
            {"id": str(each.person_id), "name": each.name, "avatar_url": each.avatar_url, "free": each.free}
            for each in found
        ],
        "groups": [
            {"id": str(category.id), "name": category.name(locale),
             "free": sum(category.id in each.categories for each in free)}
            for category in categories
        ],
        "agents": sum(each != but for each in transfers.agents_of(session, conversation.brand_id)),
    }  # fmt: skip
