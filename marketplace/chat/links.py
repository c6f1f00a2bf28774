"""The private link of one conversation: expiring, kept only as a hash, a new one with each mail."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.questions.visitors import digest

LIFETIME = timedelta(days=30)


class LinkExpired(NotFound):
    """The link is too old, or a newer mail brought another."""

    code = "link_expired"
    message = "This link no longer works. Use the one in the latest mail."


def renew_link(conversation: Conversation, *, now: datetime) -> str:
    """A new token for the conversation's private page; the one before stops working."""
    token = secrets.token_urlsafe(32)
    conversation.link_digest = digest(token)
    conversation.link_expires_at = now + LIFETIME
    return token


def access_by_link(session: Session, token: str, *, now: datetime, lock: bool = False) -> tuple[Conversation, Actor]:
    """The conversation of a private link, and the shopper it speaks for. Raises `LinkExpired`."""
    query = select(Conversation).where(Conversation.link_digest == digest(token))
    conversation = session.scalar(query.with_for_update() if lock else query)
    if conversation is None or conversation.link_expires_at is None or conversation.link_expires_at < now:
        raise LinkExpired
    return conversation, Actor(visitor_id=conversation.visitor_id, brand_id=conversation.brand_id)
