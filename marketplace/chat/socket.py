"""Socket events that every namespace of a conversation shares, and the brand's namespace."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.actors import actor_of_cookie, actor_of_token
from marketplace.chat import conversations, messages
from marketplace.chat.access import access_conversation, access_served, live_segment, reads_contacts
from marketplace.chat.limits import Buckets, Gates, Repeats
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.chat.wire import Marks, Stored, Synced, brand_room, history, person_room
from marketplace.core.actors import Actor, Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden
from marketplace.core.realtime import Connection, Payload, SocketDoor, SocketEvent
from marketplace.core.web import Platform
from marketplace.questions.asking import clean_text
from marketplace.questions.conduct import cool_down, is_insult, note_insult
from marketplace.questions.models import Visitor
from marketplace.questions.moves import visitor_room

TYPING_EVERY = 2.0
"""Seconds between two “is typing” of one writer."""


class MessageIn(Payload):
    """A message named by its client."""

    conversation_id: UUID
    client_id: UUID
    text: str = ""
    attachment_id: UUID | None = None
    product_id: UUID | None = None


class SyncIn(Payload):
    """What came after number `after`?"""

    conversation_id: UUID
    after: int = Field(0, ge=0)


class ConversationIn(Payload):
    """A conversation."""

    conversation_id: UUID


class ReadIn(Payload):
    """Read up to number `seq`."""

    conversation_id: UUID
    seq: int = Field(ge=0)


class Survey(Payload):
    """What an expert tells the brand at the end, in two clicks."""

    page: Literal["yes", "partly", "no"] | None = None
    """Whether the product page said it already."""
    next: Literal["buys", "hesitates", "leaves"] | None = None
    """What the shopper will do."""


class CloseIn(Payload):
    """The end, with a topic when an expert closes."""

    conversation_id: UUID
    topic: str | None = Field(None, max_length=120)
    reason: CloseReason | None = None
    survey: Survey = Survey()

    @model_validator(mode="after")
    def _plain_reason(self) -> "CloseIn":
        if self.reason is CloseReason.FORCED:
            raise ValueError("“forced” is the brand's word, with a named rule")
        return self


class ConversationVerbs:
    """The verbs on a conversation, the same over sockets and over HTTP. Each opens its own transaction."""

    def __init__(self, parts: Platform):
        self._database = parts.database_now
        self._emit = parts.realtime.emit
        people, shoppers = parts.settings.messages_per_minute, parts.settings.shopper_messages_per_minute
        self._people = Buckets(per_minute=people, burst=people)
        self._shoppers = Buckets(per_minute=shoppers, burst=max(1, shoppers * 2 // 3))
        self._talks = Buckets(per_minute=2 * shoppers, burst=2 * shoppers)
        self._repeats = Repeats()
        self.gates = Gates()

    def message(self, actor: Actor, sent: MessageIn, *, bring: Callable[[], UUID] | None = None) -> Stored:
        """Store and announce a message; the acknowledgement comes after the commit.

        `bring` keeps the picture that came along and gives its id, once nothing stands against the words.
        """
        writer = actor.visitor_id or actor.person_id
        if writer is None:
            raise Forbidden
        (self._people if actor.visitor_id is None else self._shoppers).take(writer)
        text = clean_text(sent.text) if sent.text or not (sent.product_id or sent.attachment_id or bring) else ""
        if actor.visitor_id is not None:
            self._mind_manners(actor.visitor_id, sent, text)
        content = messages.Content(text, sent.product_id, bring() if bring else sent.attachment_id)

        def work(session: Session) -> messages.Receipt:
            return messages.post(
                session, actor, conversation_id=sent.conversation_id, client_id=sent.client_id, content=content,
                now=utcnow(),
            )  # fmt: skip

        with self.gates.of(sent.conversation_id):
            try:
                receipt = self._database().run(work)
            except IntegrityError:  # the same message came twice at once: now the first is there to be found
                receipt = self._database().run(work)
        return receipt.as_ack()

    def _mind_manners(self, visitor_id: UUID, sent: MessageIn, text: str) -> None:
        """Limits of the conversation, floods of the same words, insults. Raises `TooMany`, `Repeated`, `CoolDown`."""
        self._talks.take(sent.conversation_id)
        if text:
            self._repeats.check(visitor_id, text, sent.client_id)
        if text and is_insult(text):
            with self._database().unit_of_work() as session:  # kept although the message is refused
                visitor = session.get_one(Visitor, visitor_id, with_for_update=True)
                refusal = cool_down(visitor, now=utcnow()) or note_insult(visitor, now=utcnow())
            raise refusal

    def sync(self, actor: Actor, asked: SyncIn, *, locale: str) -> Synced:
        """Everything numbered above `after`."""
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, asked.conversation_id)
            hides = not reads_contacts(actor, conversation)
            events = history(session, conversation.id, after=asked.after, locale=locale, expert=hides)
            read: Marks = {"shopper": conversation.shopper_read, "expert": conversation.server_read}
            return {"events": events, "last": conversation.last_seq, "read": read, "state": conversation.state}

    def read(self, actor: Actor, mark: ReadIn) -> dict[str, Any]:
        """Move the read mark and tell the other side."""
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, mark.conversation_id, lock=True)
            by_shopper = actor.visitor_id is not None
            serving = live_segment(session, conversation.id)
            if not by_shopper and (serving is None or serving.person_id != actor.person_id):
                return {"seq": conversation.server_read}
            seq = conversations.mark_read(conversation, by_shopper=by_shopper, seq=mark.seq)
            visitor_id, person_id = conversation.visitor_id, serving.person_id if serving else None
        by = "shopper" if by_shopper else "expert"
        payload = {"conversation_id": str(mark.conversation_id), "by": by, "seq": seq}
        self._tell("read", payload, visitor_id=visitor_id, person_id=person_id)
        return {"seq": seq}

    def typing(self, connection: Connection, about: ConversationIn) -> dict[str, Any]:
        """Tell the other side, at most every two seconds; never stored."""
        key = f"typing:{about.conversation_id}"
        at = time.monotonic()
        if at - connection.memory.get(key, -TYPING_EVERY) < TYPING_EVERY:
            return {}
        connection.memory[key] = at
        actor = connection.actor
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, about.conversation_id)
            serving = live_segment(session, conversation.id)
            visitor_id, person_id = conversation.visitor_id, serving.person_id if serving else None
        payload = {"conversation_id": str(about.conversation_id), "by": "shopper" if actor.visitor_id else "expert"}
        if actor.visitor_id is not None:
            self._tell("typing", payload, visitor_id=None, person_id=person_id)
        else:
            self._tell("typing", payload, visitor_id=visitor_id, person_id=None)
        return {}

    def close(self, actor: Actor, ended: CloseIn) -> dict[str, Any]:
        """End the conversation: the shopper hers, the expert the one that is served."""

        def work(session: Session) -> None:
            now = utcnow()
            if actor.visitor_id is not None:
                conversation = access_conversation(session, actor, ended.conversation_id, lock=True)
                reason, by = CloseReason.LEFT, AuthorKind.SHOPPER
            else:
                conversation = _served_or_ended(session, actor, ended.conversation_id)
                serving = live_segment(session, conversation.id)
                reason, by = ended.reason or CloseReason.SOLVED, serving.kind if serving else AuthorKind.EXPERT
                if conversation.closed_at is None:
                    conversation.survey = ended.survey.model_dump(exclude_none=True)
            conversations.close(
                session, conversation, reason=reason, by=by, person_id=actor.person_id, topic=ended.topic, now=now
            )

        with self.gates.of(ended.conversation_id):
            self._database().run(work)
        return {}

    def _tell(self, event: str, payload: Mapping[str, Any], *, visitor_id: UUID | None, person_id: UUID | None) -> None:
        if visitor_id is not None:
            self._emit(event, payload, room=visitor_room(visitor_id), namespace="/shopper")
        if person_id is not None:
            self._emit(event, payload, room=person_room(person_id), namespace="/expert")

    def events(self) -> tuple[SocketEvent[Any], ...]:
        """The verbs as socket events, for any namespace."""
        return (
            SocketEvent("message", MessageIn, lambda c, p: self.message(c.actor, p)),
            SocketEvent("sync", SyncIn, lambda c, p: self.sync(c.actor, p, locale=c.locale)),
            SocketEvent("typing", ConversationIn, self.typing),
            SocketEvent("read", ReadIn, lambda c, p: self.read(c.actor, p)),
            SocketEvent("close", CloseIn, lambda c, p: self.close(c.actor, p)),
        )


def _served_or_ended(session: Session, actor: Actor, conversation_id: UUID) -> Conversation:
    """The conversation this person serves; one that he served and that has ended is given back as it is."""
    conversation = access_conversation(session, actor, conversation_id, lock=True)
    return conversation if conversation.closed_at else access_served(session, actor, conversation_id)


def identify_person(parts: Platform, app: Any) -> Any:
    """How `/expert` and `/brand` know who connects: a program's token, or the signed-in cookie of our own pages."""

    def identify(sid: str, environ: Mapping[str, Any], auth: Mapping[str, Any]) -> Connection:
        token = auth.get("token")
        with parts.database_now().unit_of_work() as session:
            if isinstance(token, str) and token:
                actor = actor_of_token(session, token, now=utcnow())
            else:
                _refuse_other_origins(environ, parts)
                actor = actor_of_cookie(app, environ)
        if actor is None:
            raise Forbidden("Sign in first.")
        return Connection(sid, actor, locale=str(auth.get("locale") or "en")[:2])

    return identify


def _refuse_other_origins(environ: Mapping[str, Any], parts: Platform) -> None:
    origin = environ.get("HTTP_ORIGIN")
    own = {parts.settings.public_url.rstrip("/"), f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"}
    if origin is not None and origin not in own:
        raise Forbidden("This address may not connect here.")


def brand_door(
    parts: Platform, app: Any, verbs: ConversationVerbs, more: tuple[SocketEvent[Any], ...] = ()
) -> SocketDoor:
    """`/brand`: the team follows its conversations live; agents serve theirs."""

    def rooms(connection: Connection) -> tuple[str, ...]:
        actor = connection.actor
        own = {*actor.brands, *([actor.brand_id] if actor.brand_id else [])}
        people = (person_room(actor.person_id),) if actor.person_id else ()
        return (*people, *(brand_room(brand_id) for brand_id in own))

    return SocketDoor(
        name="/brand",
        audience=Audience.BRAND,
        identify=identify_person(parts, app),
        events=(*verbs.events(), *more),
        rooms=rooms,
    )


__all__ = ["CloseIn", "ConversationIn", "ConversationVerbs", "MessageIn", "ReadIn", "SyncIn", "brand_door"]
