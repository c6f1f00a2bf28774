"""Orders, what was returned of them, and each change of state."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, JsonList, Key, Line, Minor, Short, state_column
from marketplace.orders.states import OrderState


class Order(Base):
    """What a shopper bought, once per (brand, the shop's own number). Amounts in minor units of `currency`."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("brand_id", "external_id"),
        CheckConstraint("total_minor >= 0 AND returned_minor >= 0", name="amounts"),
        CheckConstraint("tag_at IS NOT NULL OR server_at IS NOT NULL", name="told"),
        CheckConstraint("(tag_at IS NULL) = (tag_total_minor IS NULL)", name="tag"),
        Index("ix_shop_order_placed", "brand_id", "placed_at"),
        Index("ix_shop_order_visitor", "visitor_id"),
        Index("ix_shop_order_unfunded", "placed_at", postgresql_where="state = 'unfunded'"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    external_id: Mapped[Short]
    visitor_id: Mapped[UUID | None] = mapped_column(ForeignKey("visitor.id"))
    state: Mapped[OrderState] = mapped_column(state_column(OrderState), default=OrderState.RECORDED)
    reason: Mapped[Short] = mapped_column(default="")
    """Why nobody earns by it, or not yet: no_shopper | nobody_helped | currency | credit | nothing."""
    currency: Mapped[Currency]
    total_minor: Mapped[Minor]
    """What the goods cost, as the shop's server says, else as its page says; what was returned is not subtracted."""
    returned_minor: Mapped[Minor] = mapped_column(default=0)
    """Sum of the returns told so far; may come before the order, and may be more than its total."""
    lines: Mapped[JsonList] = mapped_column(default=list)
    """[{id, title, quantity, total_minor}]"""
    placed_at: Mapped[datetime]
    tag_at: Mapped[datetime | None]
    tag_total_minor: Mapped[int | None]
    tag_currency: Mapped[Currency | None]
    server_at: Mapped[datetime | None]
    differs: Mapped[bool] = mapped_column(default=False)
    """Whether page and server, or two calls of the page, named different amounts: an exception shown to the brand."""
    created_at: Mapped[datetime]


class OrderReturn(Base):
    """Goods that came back: named by the shop, counted once, also when told before the order."""

    __tablename__ = "order_return"
    __table_args__ = (
        UniqueConstraint("brand_id", "order_external_id", "external_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_order_return_order", "order_id"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    order_external_id: Mapped[Short]
    external_id: Mapped[Short]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("shop_order.id"))
    """Unknown until the order is told of."""
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    reason: Mapped[Line] = mapped_column(default="")
    returned_at: Mapped[datetime]
    created_at: Mapped[datetime]


class OrderMove(Base):
    """One transition of an order: when, by what, why."""

    __tablename__ = "order_move"
    __table_args__ = (Index("ix_order_move_order", "order_id", "at"),)

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("shop_order.id"))
    action: Mapped[Short]
    from_state: Mapped[Short]
    to_state: Mapped[Short]
    note: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]
