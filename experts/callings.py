"""Devices are called for offers, transfers and messages: only on duty, and never in quiet hours."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import availability, presence
from experts.availability import Availability
from experts.events import OfferMade
from experts.models import Expert, Offer
from marketplace.accounts.models import Person
from marketplace.chat.events import MessagePosted, TransferAsked
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation
from marketplace.chat.models_desk import Transfer
from marketplace.chat.states import TransferTarget
from marketplace.chat.wire import authors
from marketplace.push import devices
from marketplace.push.events import DeviceReached
from marketplace.questions.models import Question

DESK = "/expert/"
_OFF_DUTY = {Availability.OFF, Availability.OFF_HOURS, Availability.PAUSED}

# One look tells whether there is anybody to call: this happens with every message of a shopper.
_SERVING = text("""
    SELECT s.person_id, e.text FROM segment s
      JOIN conversation_event e ON e.conversation_id = s.conversation_id AND e.seq = :seq
     WHERE s.conversation_id = :conversation AND s.closed_at IS NULL AND s.kind = 'expert'
       AND EXISTS (SELECT 1 FROM push_device d WHERE d.person_id = s.person_id)
""")


def on_offer_made(session: Session, event: OfferMade) -> None:
    """Call whoever is asked."""
    offer = session.get_one(Offer, event.offer_id)
    question = session.get_one(Question, offer.question_id)
    _call(session, offer.person_id, "offer", f"offer-{offer.id}", question.text, now=offer.made_at)


def on_transfer_asked(session: Session, event: TransferAsked) -> None:
    """Call the experts who might take over; agents of a brand have no desk of their own on the phone yet."""
    transfer = session.get_one(Transfer, event.transfer_id)
    if transfer.target is TransferTarget.AGENTS:
        return
    conversation = session.get_one(Conversation, transfer.conversation_id)
    question = session.get_one(Question, conversation.question_id)
    name = authors(session, {transfer.by_id}).get(transfer.by_id, {}).get("name", "")
    for person_id in transfer.asked:
        _call(session, person_id, "transfer", f"transfer-{transfer.id}", question.text, now=transfer.made_at, name=name)


def on_posted(session: Session, event: MessagePosted) -> None:
    """Call whoever serves the conversation that a shopper wrote in."""
    if not event.by_shopper:
        return
    found = session.execute(_SERVING, {"conversation": event.conversation_id, "seq": event.seq}).one_or_none()
    if found is not None:
        tag = f"message-{event.conversation_id}"
        _call(session, found.person_id, "message", tag, found.text, now=event.at, place=f"#{event.conversation_id}")


def on_reached(session: Session, event: DeviceReached) -> None:
    """A call arrived: the phone in the pocket keeps its expert present."""
    presence.keep_by_phone(session, event.person_id, now=event.at)


def _call(
    session: Session,
    person_id: UUID,
    kind: str,
    tag: str,
    words: str,
    *,
    now: datetime,
    name: str = "",
    place: str = "",
) -> None:
    expert = session.get(Expert, person_id)
    if expert is None or availability.of(expert, now) in _OFF_DUTY:
        return
    person = session.get_one(Person, person_id)
    devices.call(
        session, person_id=person_id, zone=person.time_zone, kind=kind, now=now, text=masked(words)[:140], name=name,
        url=DESK + place, tag=tag,
    )  # fmt: skip
