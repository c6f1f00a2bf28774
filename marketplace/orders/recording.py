"""An order is recorded once per (brand, the shop's number): tag and server merge, the server wins, returns add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.orders.events import OrderReported, OrderReturned
from marketplace.orders.models import Order, OrderMove, OrderReturn
from marketplace.orders.states import ORDER, OrderAction, OrderState, Source
from marketplace.questions.models import Visitor

MOST_MINOR = 10_000_000_00
"""No order is worth more, in minor units: what is beyond is a mistake of the shop's program."""


class OrderDiffers(Conflict):
    """The shop's server told of the same order before, with other content."""

    code = "order_differs"
    message = "This order was already reported with another amount or currency. Report a return for what came back."


class ReturnDiffers(Conflict):
    """The same return was told of before, with another amount."""

    code = "return_differs"
    message = "This return was already reported with another amount. Give each return an id of its own."


class ReturnCurrency(Invalid):
    """A return is in the currency of its order."""

    code = "return_currency"
    message = "A return is in the currency of its order, %(currency)s."


@dataclass(frozen=True, slots=True)
class Told:
    """What a shop says of an order: its number, what the goods cost, when; the shopper when it knows her."""

    external_id: str
    total: Money
    placed_at: datetime
    visitor_id: UUID | None = None
    lines: Sequence[Mapping[str, Any]] = field(default=())


def record(session: Session, brand_id: UUID, told: Told, *, source: Source, now: datetime) -> Order:
    """The order as it stands. Telling the same twice changes nothing; new facts reopen it for attribution.

    Raises `OrderDiffers` when the server contradicts itself. A page that contradicts is noted as an exception.
    """
    if not 0 <= told.total.minor <= MOST_MINOR:
        raise Invalid("An order's total is between 0 and 10,000,000.", field="total_minor")
    fresh = session.execute(
        insert(Order)
        .values(_first(brand_id, told, source, now))
        .on_conflict_do_nothing(index_elements=["brand_id", "external_id"])
        .returning(Order.id)
    ).scalar_one_or_none()
    order = session.scalars(
        select(Order)
        .where(Order.brand_id == brand_id, Order.external_id == told.external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if fresh is not None:
        _link_returns(session, order)
        publish(session, OrderReported(order.id, now))
        return order
    changed = _tagged(order, told, now) if source is Source.TAG else _served(order, told, now)
    if order.visitor_id is None and told.visitor_id is not None:
        order.visitor_id, changed = told.visitor_id, True
    session.flush()
    if changed:
        if order.state is not OrderState.RECORDED:
            move(session, order, OrderAction.REOPEN, now=now)
        publish(session, OrderReported(order.id, now))
    return order


def take_return(
    session: Session, brand_id: UUID, *, order_external_id: str, external_id: str, amount: Money, reason: str,
    returned_at: datetime, now: datetime,
) -> OrderReturn:  # fmt: skip
    """Count a return once; it may come before its order. Raises `ReturnDiffers`, `ReturnCurrency`, `Invalid`."""
    if not 0 < amount.minor <= MOST_MINOR:
        raise Invalid("A return is worth more than nothing.", field="amount_minor")
    order = session.scalar(
        select(Order)
        .where(Order.brand_id == brand_id, Order.external_id == order_external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if order is not None and order.currency != amount.currency:
        raise ReturnCurrency(field="currency", currency=order.currency)
    fresh = session.execute(
        insert(OrderReturn)
        .values(
            id=new_id(), brand_id=brand_id, order_external_id=order_external_id, external_id=external_id,
            order_id=order.id if order is not None else None, amount_minor=amount.minor, currency=amount.currency,
            reason=reason[:300], returned_at=returned_at, created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["brand_id", "order_external_id", "external_id"])
        .returning(OrderReturn.id)
    ).scalar_one_or_none()  # fmt: skip
    found = session.scalars(
        select(OrderReturn).where(
            OrderReturn.brand_id == brand_id, OrderReturn.order_external_id == order_external_id,
            OrderReturn.external_id == external_id,
        )
    ).one()  # fmt: skip
    if (found.amount_minor, found.currency) != (amount.minor, amount.currency):
        raise ReturnDiffers
    if fresh is not None and order is not None:
        order.returned_minor += amount.minor
        session.flush()
        publish(session, OrderReturned(order.id, now))
    return found


def move(session: Session, order: Order, action: OrderAction, *, reason: str = "", now: datetime) -> None:
    """Change the state of an order held locked by the caller, and keep that it did. Raises `ForbiddenMove`."""
    before = order.state
    order.state, order.reason = ORDER.after(before, action), reason
    session.add(
        OrderMove(
            order_id=order.id, action=action.value, from_state=before.value, to_state=order.state.value, note=reason,
            at=now,
        )
    )  # fmt: skip
    session.flush()


def find(session: Session, brand_id: UUID, external_id: str) -> Order | None:
    """The brand's order of this number."""
    return session.scalar(select(Order).where(Order.brand_id == brand_id, Order.external_id == external_id))


def shopper_of(session: Session, brand_id: UUID, subject: str) -> UUID | None:
    """The visitor whom the shop's signed identity names so; none when unknown here."""
    return session.scalar(
        select(Visitor.id).where(
            Visitor.brand_id == brand_id, Visitor.subject == subject, Visitor.erased_at.is_(None)
        )
    )  # fmt: skip


def _first(brand_id: UUID, told: Told, source: Source, now: datetime) -> dict[str, Any]:
    by_tag = source is Source.TAG
    return {
        "id": new_id(), "brand_id": brand_id, "external_id": told.external_id, "visitor_id": told.visitor_id,
        "state": OrderState.RECORDED, "reason": "", "currency": told.total.currency, "total_minor": told.total.minor,
        "returned_minor": 0, "lines": [dict(line) for line in told.lines], "placed_at": told.placed_at,
        "tag_at": now if by_tag else None, "tag_total_minor": told.total.minor if by_tag else None,
        "tag_currency": told.total.currency if by_tag else None, "server_at": None if by_tag else now,
        "differs": False, "created_at": now,
    }  # fmt: skip


def _tagged(order: Order, told: Told, now: datetime) -> bool:
    """The page speaks of a known order: never believed over what is there, but kept beside it."""
    if order.tag_at is None:
        order.tag_at, order.tag_total_minor, order.tag_currency = now, told.total.minor, told.total.currency
    if (told.total.minor, told.total.currency) != (order.total_minor, order.currency):
        order.differs = True
    return False


def _served(order: Order, told: Told, now: datetime) -> bool:
    """The server speaks of a known order: it wins over the page, and may not contradict itself."""
    same = (told.total.minor, told.total.currency) == (order.total_minor, order.currency)
    if order.server_at is not None:
        if not same:
            raise OrderDiffers
        return False
    order.server_at = now
    order.lines = [dict(line) for line in told.lines] or order.lines
    if same:
        return False
    order.differs = True
    order.total_minor, order.currency = told.total.minor, told.total.currency
    return True


def _link_returns(session: Session, order: Order) -> None:
    """Returns that were told before the order: those in another currency stay aside."""
    early = session.scalars(
        select(OrderReturn)
        .where(
            OrderReturn.brand_id == order.brand_id, OrderReturn.order_external_id == order.external_id,
            OrderReturn.order_id.is_(None), OrderReturn.currency == order.currency,
        )
        .with_for_update()
    ).all()  # fmt: skip
    for one in early:
        one.order_id = order.id
    order.returned_minor = sum(one.amount_minor for one in early)
    session.flush()


def waiting_returns(session: Session, brand_id: UUID) -> int:
    """How many returns wait for an order that nobody told of."""
    return (
        session.scalar(
            select(func.count()).where(OrderReturn.brand_id == brand_id, OrderReturn.order_id.is_(None))
        )
        or 0
    )  # fmt: skip
