"""Bringing a picture, the same for shoppers, for people who answer, and from the private link."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.chat import pictures
from marketplace.chat.access import access_conversation, access_served
from marketplace.chat.limits import Buckets
from marketplace.chat.messages import ConversationEnded
from marketplace.chat.models import Conversation
from marketplace.chat.states import ConversationState
from marketplace.chat.wire import Picture, picture_card
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden
from marketplace.core.launch import is_gevent
from marketplace.core.web import Platform

PER_MINUTE = 6
BURST = 10


class PictureVerbs:
    """Opens its own transactions, none of them while a picture is read."""

    def __init__(self, parts: Platform):
        self._database = parts.database_now
        self._storage = parts.storage
        self._buckets = Buckets(per_minute=PER_MINUTE, burst=BURST)

    def keep(self, actor: Actor, conversation_id: UUID, *, client_id: UUID, file_name: str, content: bytes) -> Picture:
        """Keep a picture that a message may then show; the same `client_id` gives the same one.

        Raises `NotFound` for strangers, `ConversationEnded`, `TooMany`, `NotAPicture`, `PictureTooLarge`.
        """
        writer = actor.visitor_id or actor.person_id
        if writer is None:
            raise Forbidden
        with self._database().unit_of_work() as session:
            _open(session, actor, conversation_id, lock=False)
            known = pictures.find(session, conversation_id, client_id)
            if known is not None:
                return picture_card(known)
        self._buckets.take(writer)
        checked = _beside(pictures.check, content)

        def work(session: Session) -> Picture:
            conversation = _open(session, actor, conversation_id, lock=True)
            kept = pictures.keep(
                session, self._storage, conversation, checked, client_id=client_id,
                by_shopper=actor.visitor_id is not None, file_name=file_name, now=utcnow(),
            )  # fmt: skip
            return picture_card(kept)

        try:
            return self._database().run(work)
        except IntegrityError:  # the same picture came twice at once: now the first is there to be found
            return self._database().run(work)


def _open(session: Session, actor: Actor, conversation_id: UUID, *, lock: bool) -> Conversation:
    if actor.visitor_id is not None:
        conversation = access_conversation(session, actor, conversation_id, lock=lock)
    else:
        conversation = access_served(session, actor, conversation_id, lock=lock)
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    return conversation


def _beside(work: Callable[[bytes], pictures.Checked], content: bytes) -> pictures.Checked:
    """Reading a picture takes a tenth of a second of one core: under gevent in a real thread, so that nobody waits."""
    if not is_gevent():
        return work(content)
    from gevent import get_hub

    checked: pictures.Checked = get_hub().threadpool.apply(work, (content,))
    return checked
