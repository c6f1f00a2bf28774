"""The door to orders: a brand sees its own, operators all; strangers find nothing."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.brands.access import access_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.orders.models import Order


def access_order(session: Session, actor: Actor, order_id: UUID, *, lock: bool = False) -> Order:
    """An order of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    order = session.get(Order, order_id, with_for_update=lock)
    if order is None:
        raise NotFound
    access_brand(session, actor, order.brand_id, at_least=Role.ANALYST)
    return order
