"""What travels: numbered events as clients read them, over sockets and HTTP alike.

The scripts' types are written from these (`marketplace/widget/wire_cli.py`).
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, Required, TypedDict, cast
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Product
from marketplace.chat.masking import masked
from marketplace.chat.models import Attachment, ConversationEvent
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind
from marketplace.questions.wire import ExpertCard


class Named(TypedDict, total=False):
    """A person of those who answer, as shown to shoppers."""

    id: str
    name: str
    avatar_url: str | None


class Author(Named, total=False):
    """Who wrote. Shoppers have no id here: experts never learn more than a first name."""

    kind: Required[AuthorKind]


class ProductCard(TypedDict):
    """A product as shown in a conversation."""

    id: str
    title: str
    url: str
    image_url: str
    price_minor: int
    """Minor units of `currency`."""
    currency: str


class Picture(TypedDict):
    """A picture of a conversation; whoever may read the conversation may ask for its address."""

    id: str
    url: str
    thumb_url: str
    """The same, small."""
    width: int
    height: int
    name: str


class EventData(TypedDict, total=False):
    """What an event carries beside text."""

    erased: bool
    """Of a message: its words were erased at the shopper's wish."""

    introduction: ExpertCard
    stars: int
    reason: CloseReason
    topic: str | None
    until: str
    """When a conversation that was put off comes back."""
    hidden: list[str]
    """Kinds of contact or payment data that experts do not see: mail, phone, iban, card."""


class NumberedEvent(TypedDict, total=False):
    """One event of a conversation."""

    conversation_id: Required[str]
    seq: Required[int]
    """Gapless from 1."""
    id: Required[str]
    kind: Required[EventKind]
    at: Required[str]
    author: Required[Author]
    client_id: str
    text: str
    product: ProductCard
    picture: Picture
    data: EventData


class ReadMark(TypedDict):
    """How far one side has read."""

    conversation_id: str
    by: Literal["shopper", "expert"]
    seq: int
    delivered: NotRequired[int]
    """How far events have reached a screen of that side, read or not."""


class Marks(TypedDict):
    """How far both sides have read."""

    shopper: int
    expert: int


class Synced(TypedDict):
    """At most some hundreds of events; ask again while `last` is not reached."""

    events: list[NumberedEvent]
    last: int
    read: Marks
    state: ConversationState


class Stored(TypedDict):
    """The acknowledgement of a message."""

    id: str
    seq: int
    at: str


def person_room(person_id: UUID) -> str:
    """The room of all devices of an expert or agent."""
    return f"person:{person_id}"


def brand_room(brand_id: UUID) -> str:
    """The room of a brand's live board."""
    return f"brand:{brand_id}"


def avatar_url(avatar: str | None) -> str | None:
    """Address of a person's picture, or none."""
    return f"/avatars/{avatar}" if avatar else None


def product_card(product: Product, locale: str) -> ProductCard:
    """A product as shown in a conversation; amounts in minor units."""
    return {
        "id": str(product.id), "title": product.title(locale), "url": product.url, "image_url": product.image_url,
        "price_minor": product.price_minor, "currency": product.currency,
    }  # fmt: skip


def picture_card(picture: Attachment) -> Picture:
    """A picture as shown in a conversation; its addresses ask who reads."""
    url = f"/pictures/{picture.id}"
    return {
        "id": str(picture.id), "url": url, "thumb_url": f"{url}/thumb", "width": picture.width,
        "height": picture.height, "name": picture.file_name,
    }  # fmt: skip


def numbered(row: Mapping[str, Any] | RowMapping, names: Mapping[UUID, Named]) -> NumberedEvent:
    """A stored event as it travels, without its product or picture."""
    kind = AuthorKind(row["author"])
    author: Author = {"kind": kind}
    if row["person_id"] is not None:
        author = {**author, **names.get(row["person_id"], {"id": str(row["person_id"])})}
    event: NumberedEvent = {
        "conversation_id": str(row["conversation_id"]), "seq": row["seq"], "id": str(row["id"]),
        "kind": EventKind(row["kind"]), "at": row["at"].isoformat(), "author": author,
    }  # fmt: skip
    if row["client_id"] is not None:
        event["client_id"] = str(row["client_id"])
    if row["text"]:
        event["text"] = row["text"]
    told = {name: value for name, value in row["data"].items() if name != "broken_rule"}  # between brand and expert
    if told:
        event["data"] = cast(EventData, told)
    return event


def for_expert(event: NumberedEvent) -> NumberedEvent:
    """The event as experts read it: without the contact or payment data of the shopper."""
    if event["author"]["kind"] is not AuthorKind.SHOPPER or not event.get("text"):
        return event
    return {**event, "text": masked(event["text"])}


def history(
    session: Session, conversation_id: UUID, *, after: int, locale: str, most: int = 500, expert: bool = False
) -> list[NumberedEvent]:
    """The events numbered above `after`, in order, at most `most` of them; `expert` reads no contacts."""
    table = ConversationEvent.__table__
    rows = (
        session.execute(
            select(table)
            .where(table.c.conversation_id == conversation_id, table.c.seq > after)
            .order_by(table.c.seq)
            .limit(most)
        )
        .mappings()
        .all()
    )
    names = authors(session, {row["person_id"] for row in rows if row["person_id"]})
    events = []
    for row in rows:
        event = numbered(row, names)
        attach(session, event, product_id=row["product_id"], attachment_id=row["attachment_id"], locale=locale)
        events.append(for_expert(event) if expert else event)
    return events


def attach(
    session: Session, event: NumberedEvent, *, product_id: UUID | None, attachment_id: UUID | None, locale: str
) -> None:
    """Add the product card or the picture that the event shows."""
    if product_id is not None:
        product = session.get(Product, product_id)
        if product is not None:
            event["product"] = product_card(product, locale)
    if attachment_id is not None:
        event["picture"] = picture_card(session.get_one(Attachment, attachment_id))


def authors(session: Session, person_ids: set[UUID]) -> dict[UUID, Named]:
    """Names and pictures of people, as shown to shoppers (first name only)."""
    if not person_ids:
        return {}
    rows = session.execute(select(Person.id, Person.name, Person.avatar).where(Person.id.in_(person_ids)))
    return {
        row.id: {"id": str(row.id), "name": row.name.split(" ")[0], "avatar_url": avatar_url(row.avatar)}
        for row in rows
    }
