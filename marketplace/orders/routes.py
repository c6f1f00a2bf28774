"""Where shops tell of orders: the tag on the page (a visitor's token), and the shop's server (a brand's, signed)."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field, ValidationError, field_validator

from marketplace.accounts.actors import actor_of_token
from marketplace.brands.access import current_brand
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.chat.picture_routes import visitor_by_token
from marketplace.core.actors import STRANGER, Actor, Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.money import Money
from marketplace.core.realtime import Payload
from marketplace.core.web import Door, actor, csrf, transaction
from marketplace.orders import recording, signing
from marketplace.orders.models import Order
from marketplace.orders.states import Source

MOST_BYTES = 256 * 1024
OLDEST = timedelta(days=400)
"""An order may be told of so late: longer ago is a mistake of the shop's program."""


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _program() -> Actor:
    with transaction() as session:
        return actor_of_token(session, _bearer(), now=utcnow()) or STRANGER


tag = Door("orders_tag", __name__, audience=Audience.SHOPPER, url_prefix="/w/v1", identify=visitor_by_token)
api = Door("orders_api", __name__, audience=Audience.BRAND, url_prefix="/api/v1", identify=_program)
csrf.exempt(tag)  # no cookie opens these doors, so there is nothing to forge
csrf.exempt(api)


class LineIn(Payload):
    """One line of an order; for the shop's own use in lists and exports."""

    id: str = Field("", max_length=120)
    title: str = Field("", max_length=300)
    quantity: int = Field(1, ge=0, le=100_000)
    total_minor: int = Field(0, ge=0)


class OrderIn(Payload):
    """An order as a shop tells it. `total_minor`: what the goods cost, in minor units, delivery left out."""

    id: str = Field(min_length=1, max_length=120)
    total_minor: int = Field(ge=0, le=recording.MOST_MINOR)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[LineIn, ...] = Field((), max_length=500)

    @field_validator("total_minor", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        if isinstance(value, (bool, float, str)):
            raise ValueError("send a whole number of minor units, such as 8400 for 84.00")
        return value


class ServerOrderIn(OrderIn):
    """What the shop's server may add: when, and who bought (the `sub` of its signed identity)."""

    placed_at: datetime | None = None
    shopper_id: str = Field("", max_length=120)


class ReturnIn(Payload):
    """Goods that came back, named by the shop."""

    id: str = Field(min_length=1, max_length=120)
    amount_minor: int = Field(gt=0, le=recording.MOST_MINOR)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    reason: str = Field("", max_length=300)
    returned_at: datetime | None = None


@tag.post("/orders")
def by_tag() -> ResponseReturnValue:
    """The page's word, with the shopper it knows."""
    told = _parse(OrderIn)
    now, me = utcnow(), actor()
    assert me.brand_id is not None, "the door lets only visitors in"
    with transaction() as session:
        order = recording.record(
            session, me.brand_id,
            recording.Told(
                told.id, Money(told.total_minor, told.currency), now, me.visitor_id,
                [line.model_dump() for line in told.lines],
            ),
            source=Source.TAG, now=now,
        )  # fmt: skip
        return jsonify(id=order.external_id, recorded=True), 201


@api.post("/orders")
def by_server() -> ResponseReturnValue:
    """The shop server's word, which wins over the page's."""
    now = utcnow()
    with transaction() as session:
        brand = _signed_brand(session, now)
        told = _parse(ServerOrderIn)
        shopper = recording.shopper_of(session, brand.id, told.shopper_id) if told.shopper_id else None
        order = recording.record(
            session, brand.id,
            recording.Told(
                told.id, Money(told.total_minor, told.currency), _moment(told.placed_at, now, "placed_at"), shopper,
                [line.model_dump() for line in told.lines],
            ),
            source=Source.SERVER, now=now,
        )  # fmt: skip
        return jsonify(_shown(order)), 201


@api.get("/orders/<external_id>")
def show(external_id: str) -> ResponseReturnValue:
    """How an order stands: for the shop's own comparison. Reading needs no signature."""
    with transaction() as session:
        brand = current_brand(session, actor())
        order = recording.find(session, brand.id, external_id)
        if order is None:
            raise NotFound
        return jsonify(_shown(order))


@api.post("/orders/<external_id>/returns")
def take_return(external_id: str) -> ResponseReturnValue:
    """Goods that came back; may be told before the order."""
    now = utcnow()
    with transaction() as session:
        brand = _signed_brand(session, now)
        told = _parse(ReturnIn)
        kept = recording.take_return(
            session, brand.id, order_external_id=external_id[:120], external_id=told.id,
            amount=Money(told.amount_minor, told.currency), reason=told.reason,
            returned_at=_moment(told.returned_at, now, "returned_at"), now=now,
        )  # fmt: skip
        return jsonify(
            id=kept.external_id, order=kept.order_external_id, amount_minor=kept.amount_minor, currency=kept.currency,
            order_known=kept.order_id is not None,
        ), 201  # fmt: skip


def _signed_brand(session: Any, now: datetime) -> Brand:
    """The brand whose program calls with a good signature. Raises `BadSignature`, `Forbidden`, `Invalid`."""
    brand = current_brand(session, actor(), at_least=Role.MANAGER)
    body = request.get_data(cache=True)
    if len(body) > MOST_BYTES:
        raise Invalid("This is too large: at most 256 KB.")
    signing.verify(brand.secret, request.headers.get("Comptoir-Signature", ""), body, now=now)
    return brand


def _moment(given: datetime | None, now: datetime, field: str) -> datetime:
    """When it happened; now when it is not told. Raises `Invalid` for the future, long ago, or no time zone."""
    if given is None:
        return now
    if given.tzinfo is None:
        raise Invalid("Write the time with its zone, like 2026-11-18T14:00:00Z.", field=field)
    if not now - OLDEST <= given <= now + signing.TOLERANCE:
        raise Invalid("This time is in the future, or more than 400 days ago.", field=field)
    return min(given, now)


def _shown(order: Order) -> dict[str, Any]:
    return {
        "id": order.external_id, "state": order.state.value, "reason": order.reason or None,
        "total_minor": order.total_minor, "returned_minor": order.returned_minor, "currency": order.currency,
        "placed_at": order.placed_at.isoformat(), "differs": order.differs,
        "shopper_known": order.visitor_id is not None,
    }  # fmt: skip


Given = TypeVar("Given", bound=Payload)


def _parse(model: type[Given]) -> Given:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("Send a JSON object.")
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid("%(where)s: %(what)s", field=where or None, where=where, what=first["msg"]) from error
