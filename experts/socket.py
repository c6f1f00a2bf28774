"""`/expert`: the workbench's namespace, for signed-in experts and for programs that speak in their name."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from experts import agents, availability, consulting, dispatch, offers, presence
from experts.access import access_expert
from experts.desk import availability_json, conversation_json, desk_state, own_id, search_products
from marketplace.chat.access import access_conversation, access_served
from marketplace.chat.socket import ConversationVerbs, identify_person
from marketplace.chat.socket_desk import DeskVerbs
from marketplace.chat.wire import person_room
from marketplace.core.actors import Actor, Audience
from marketplace.core.clock import utcnow
from marketplace.core.realtime import Connection, Nothing, Payload, SocketDoor, SocketEvent
from marketplace.core.web import Platform
from marketplace.push import devices


class OfferIn(Payload):
    """An offer, and why it is passed on."""

    offer_id: UUID
    reason: str = Field("", max_length=300)


class AvailabilityIn(Payload):
    """The switch, and how many conversations at the same time."""

    on: bool
    capacity: int | None = Field(None, ge=1, le=10)


class ProductsIn(Payload):
    """Search words for a product card."""

    conversation_id: UUID
    q: str = Field("", max_length=120)


class ConsultIn(Payload):
    """A question to colleagues about a conversation that one serves."""

    conversation_id: UUID
    text: str = Field("", max_length=1_000)


class AdviseIn(Payload):
    """The answer to a colleague's question."""

    note_id: UUID
    text: str = Field("", max_length=1_000)


class HeartbeatIn(Payload):
    """A sign of life; `pocket` is a phone whose screen goes dark."""

    pocket: bool = False


class ExpertVerbs:
    """What an expert can do beside conversing. Each verb opens its own transaction."""

    def __init__(self, parts: Platform):
        self._database = parts.database_now

    def state(self, actor: Actor, *, locale: str) -> dict[str, Any]:
        """Everything that the workbench shows."""
        with self._database().unit_of_work() as session:
            return desk_state(session, access_expert(session, actor, own_id(actor)), locale=locale, now=utcnow())

    def accept(self, actor: Actor, offer: OfferIn) -> dict[str, Any]:
        """Take a question; the first to do so wins."""

        opened = self._database().run(lambda session: offers.accept(session, actor, offer.offer_id, now=utcnow()).id)
        with self._database().unit_of_work() as session:  # the other is over: it had locked the brand's wallet
            conversation = access_conversation(session, actor, opened)
            row = conversation_json(session, conversation, locale=conversation.language)
        return {"conversation_id": str(opened), "conversation": row}

    def decline(self, actor: Actor, offer: OfferIn) -> dict[str, Any]:
        """Pass on a question; the next expert is asked at once."""

        def work(session: Session) -> dict[str, Any]:
            now = utcnow()
            question = offers.decline(session, actor, offer.offer_id, reason=offer.reason, now=now)
            dispatch.advance(session, question, now=now)
            return {}

        return self._database().run(work)

    def availability(self, actor: Actor, wish: AvailabilityIn) -> dict[str, Any]:
        """Turn the switch; switching on also takes an automatic pause away."""

        def work(session: Session) -> dict[str, Any]:
            now = utcnow()
            expert = access_expert(session, actor, own_id(actor), lock=True)
            if wish.on:
                presence.renew(session, expert.person_id, now=now)
            availability.switch(session, expert, on=wish.on, capacity=wish.capacity, now=now)
            session.flush()
            session.refresh(expert)
            return {"availability": availability_json(expert, now=now)}

        return self._database().run(work)

    def heartbeat(self, actor: Actor, beat: HeartbeatIn) -> dict[str, Any]:
        """Renew the presence lease; of a phone that leaves for the pocket, for longer when it can be called."""
        person_id = actor.person_id

        def work(session: Session, person_id: UUID) -> None:
            now = utcnow()
            presence.renew(session, person_id, now=now)
            if beat.pocket and devices.devices_of(session, person_id):
                presence.keep_by_phone(session, person_id, now=now)

        if person_id is not None:
            self._database().run(partial(work, person_id=person_id))
        return {}

    def products(self, actor: Actor, wanted: ProductsIn, *, locale: str) -> dict[str, Any]:
        """Products of the conversation's brand, for a card."""
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, wanted.conversation_id)
            return {"products": search_products(session, conversation.brand_id, wanted.q, locale=locale)}

    def consult(self, actor: Actor, asked: ConsultIn) -> dict[str, Any]:
        """Ask the mission's other experts."""
        with self._database().unit_of_work() as session:
            conversation = access_served(session, actor, asked.conversation_id)
            made = consulting.ask(session, conversation, by_id=own_id(actor), text=asked.text, now=utcnow())
            return {"note_id": str(made.id)}

    def advise(self, actor: Actor, given: AdviseIn) -> dict[str, Any]:
        """Answer a colleague."""
        with self._database().unit_of_work() as session:
            consulting.answer(session, actor, given.note_id, text=given.text, now=utcnow())
            return {}


def at_the_desk(parts: Platform, identify: Any) -> Any:
    """Agents of a brand who took a seat serve here too."""

    def identify_seated(sid: str, environ: Mapping[str, Any], auth: Mapping[str, Any]) -> Connection:
        known: Connection = identify(sid, environ, auth)
        with parts.database_now().unit_of_work() as session:
            return replace(known, actor=agents.at_the_desk(session, known.actor))

    return identify_seated


def expert_door(
    parts: Platform, app: Any, verbs: ExpertVerbs, conversations: ConversationVerbs, desk: DeskVerbs
) -> SocketDoor:
    """The namespace, open to experts."""
    own = (
        SocketEvent("state", Nothing, lambda c, _p: verbs.state(c.actor, locale=c.locale)),
        SocketEvent("offer_accept", OfferIn, lambda c, p: verbs.accept(c.actor, p)),
        SocketEvent("offer_decline", OfferIn, lambda c, p: verbs.decline(c.actor, p)),
        SocketEvent("availability", AvailabilityIn, lambda c, p: verbs.availability(c.actor, p)),
        SocketEvent("heartbeat", HeartbeatIn, lambda c, p: verbs.heartbeat(c.actor, p)),
        SocketEvent("consult", ConsultIn, lambda c, p: verbs.consult(c.actor, p)),
        SocketEvent("advise", AdviseIn, lambda c, p: verbs.advise(c.actor, p)),
        SocketEvent("products", ProductsIn, lambda c, p: verbs.products(c.actor, p, locale=c.locale)),
    )

    def welcome(connection: Connection) -> dict[str, Any]:
        verbs.heartbeat(connection.actor, HeartbeatIn())
        return verbs.state(connection.actor, locale=connection.locale)

    return SocketDoor(
        name="/expert",
        audience=Audience.EXPERT,
        identify=at_the_desk(parts, identify_person(parts, app)),
        events=(*own, *conversations.events(), *desk.events()),
        rooms=lambda c: (person_room(c.actor.person_id),) if c.actor.person_id else (),
        welcome=welcome,
    )
