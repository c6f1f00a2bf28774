"""The hot path: a message is numbered, stored and committed before anybody hears of it.

One statement checks the writer, numbers the message under the conversation's row lock and stores it. The same
`client_id` again gives the same answer, whatever the network repeats.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from marketplace.chat.access import access_conversation
from marketplace.chat.events import MessagePosted
from marketplace.chat.masking import hidden_in
from marketplace.chat.models import Attachment
from marketplace.chat.states import ConversationState, EventKind
from marketplace.chat.wire import (
    Named,
    NumberedEvent,
    Stored,
    attach,
    authors,
    brand_room,
    for_expert,
    numbered,
    person_room,
)  # fmt: skip
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Forbidden, Invalid
from marketplace.core.events import publish, send
from marketplace.questions.conduct import cool_down
from marketplace.questions.models import Visitor
from marketplace.questions.moves import visitor_room


class ConversationEnded(Conflict):
    """Nothing can be added to a closed conversation; a new question opens another."""

    code = "conversation_closed"
    message = "This conversation has ended. Ask a new question to go on."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What acknowledges a message: its id, its number and when it was stored."""

    id: UUID
    seq: int
    at: datetime
    fresh: bool

    def as_ack(self) -> Stored:
        """As clients read it."""
        return {"id": str(self.id), "seq": self.seq, "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Content:
    """What a message carries: text, or a product of the brand, or a picture uploaded before."""

    text: str = ""
    product_id: UUID | None = None
    attachment_id: UUID | None = None


_POST = text(
    """
    WITH known AS (
        SELECT id, seq, at FROM conversation_event WHERE conversation_id = :conversation AND client_id = :client
    ), live AS (
        SELECT id, person_id, kind FROM segment WHERE conversation_id = :conversation AND closed_at IS NULL
    ), numbered AS (
        UPDATE conversation AS c SET
            last_seq = last_seq + 1, last_message_at = :now,
            last_author = CASE WHEN :by_shopper THEN 'shopper' ELSE (SELECT kind FROM live) END,
            state = 'open', snoozed_until = NULL,
            shopper_messages = shopper_messages + (CASE WHEN :by_shopper THEN 1 ELSE 0 END),
            shopper_replies = shopper_replies + (CASE WHEN :by_shopper AND server_messages > 0 THEN 1 ELSE 0 END),
            server_messages = server_messages + (CASE WHEN :by_shopper THEN 0 ELSE 1 END),
            first_reply_at = CASE WHEN :by_shopper THEN first_reply_at ELSE coalesce(first_reply_at, :now) END
        WHERE c.id = :conversation AND c.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM known)
          AND (CASE WHEN :by_shopper THEN c.visitor_id = :visitor AND NOT EXISTS (
                   SELECT 1 FROM visitor WHERE visitor.id = :visitor AND visitor.quiet_until > :now)
               ELSE EXISTS (SELECT 1 FROM live WHERE live.person_id = :person) END)
        RETURNING c.last_author, c.last_seq, c.visitor_id, c.brand_id, c.language, c.by_mail
    ), served AS (
        UPDATE segment SET messages = messages + 1 FROM live, numbered
        WHERE segment.id = live.id AND NOT :by_shopper
    ), stored AS (
        INSERT INTO conversation_event
            (conversation_id, seq, id, client_id, kind, author, person_id, text, attachment_id, product_id, data, at)
        SELECT :conversation, numbered.last_seq, :id, :client, 'message', numbered.last_author, :person, :text,
               :attachment, :product, :data, :now FROM numbered
    )
    SELECT numbered.last_author AS author, numbered.last_seq AS seq, numbered.visitor_id,
           numbered.brand_id, numbered.language, numbered.by_mail,
           EXISTS (SELECT 1 FROM visitor WHERE visitor.id = numbered.visitor_id AND email IS NOT NULL) AS has_email,
           (SELECT person_id FROM live) AS server, known.id AS known_id, known.seq AS known_seq, known.at AS known_at
    FROM numbered FULL JOIN known ON true
    """
).bindparams(bindparam("data", type_=JSONB))


def post(
    session: Session, actor: Actor, *, conversation_id: UUID, client_id: UUID, content: Content, now: datetime
) -> Receipt:
    """Store a message of the shopper, or of the person who serves the conversation now.

    Raises `NotFound` for strangers, `ConversationEnded`, `CoolDown`, `Invalid`. A concurrent resend raises
    `IntegrityError`: the edge tries again and then finds the first.
    """
    _check_content(session, actor, conversation_id, content)
    by_shopper = actor.visitor_id is not None
    message_id = new_id()
    values = {
        "conversation": conversation_id, "client": client_id, "now": now, "id": message_id,
        "by_shopper": by_shopper, "visitor": actor.visitor_id, "person": actor.person_id, "text": content.text,
        "attachment": content.attachment_id, "product": content.product_id,
        "data": hidden_in(content.text) if by_shopper else {},
    }  # fmt: skip
    row = session.execute(_POST, values).one_or_none()
    if row is None:
        _explain_refusal(session, actor, conversation_id, now=now)
    elif row.known_id is not None:
        return Receipt(row.known_id, row.known_seq, row.known_at, fresh=False)
    assert row is not None
    event = numbered(
        {**values, "conversation_id": conversation_id, "seq": row.seq, "author": row.author, "kind": EventKind.MESSAGE,
         "person_id": actor.person_id, "client_id": client_id, "at": now},
        _self(session, actor),
    )  # fmt: skip
    attach(session, event, product_id=content.product_id, attachment_id=content.attachment_id, locale=row.language)
    announce(session, event, visitor_id=row.visitor_id, brand_id=row.brand_id, person_id=row.server)
    publish(session, MessagePosted(conversation_id, row.seq, by_shopper, row.has_email, row.by_mail, now))
    return Receipt(message_id, row.seq, now, fresh=True)


def announce(
    session: Session, event: NumberedEvent, *, visitor_id: UUID, brand_id: UUID, person_id: UUID | None,
    also: UUID | None = None,
) -> None:  # fmt: skip
    """Send a numbered event to everybody who follows the conversation, after the commit; experts read no contacts."""
    send(session, "event", event, room=visitor_room(visitor_id), namespace="/shopper")
    for reader in {each for each in (person_id, also) if each is not None}:
        send(session, "event", for_expert(event), room=person_room(reader), namespace="/expert")
    send(session, "event", event, room=brand_room(brand_id), namespace="/brand")


def _self(session: Session, actor: Actor) -> dict[UUID, Named]:
    """The writer's name and picture, asked for at most twice a minute per process: this is the hot path."""
    if actor.person_id is None:
        return {}
    known = _writers.get(actor.person_id)
    if known is None or known[0] < time.monotonic():
        known = (time.monotonic() + 30, authors(session, {actor.person_id})[actor.person_id])
        if len(_writers) > 10_000:
            _writers.clear()
        _writers[actor.person_id] = known
    return {actor.person_id: known[1]}


_writers: dict[UUID, tuple[float, Named]] = {}


def _check_content(session: Session, actor: Actor, conversation_id: UUID, content: Content) -> None:
    given = [bool(content.text), content.product_id is not None, content.attachment_id is not None]
    if not any(given):
        raise Invalid("Write something first.", field="text")
    if content.product_id is not None and actor.visitor_id is not None:
        raise Forbidden
    if content.attachment_id is not None:
        picture = session.get(Attachment, content.attachment_id)
        own = picture is not None and picture.by_shopper == (actor.visitor_id is not None)
        if picture is None or not own or picture.conversation_id != conversation_id:
            raise Invalid("This picture belongs elsewhere. Send it again.", field="attachment_id")


def _explain_refusal(session: Session, actor: Actor, conversation_id: UUID, *, now: datetime) -> None:
    conversation = access_conversation(session, actor, conversation_id)
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    visitor = session.get(Visitor, actor.visitor_id) if actor.visitor_id else None
    paused = cool_down(visitor, now=now) if visitor is not None else None
    if paused is not None:
        raise paused
    raise Forbidden("Somebody else serves this conversation now.")
