"""Fair shares of a group, as its brand and operators see them: by name, with the spread."""

from typing import Any
from uuid import UUID

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import shares
from marketplace.brands.access import access_brand, current_brand
from marketplace.brands.models import Brand
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, NavItem, Platform, actor, transaction
from marketplace.insights import filters, rows

brand = Door("brand_shares", __name__, audience=Audience.BRAND, url_prefix="/brand/shares")
operator = Door("operator_shares", __name__, audience=Audience.OPERATOR, url_prefix="/operator/shares")
PAGE = 50
MOST_BRANDS = 500
"""Choices of the operator's brand filter."""


def chosen_days() -> int:
    """The period asked for, in days."""
    asked = request.args.get("days", type=int)
    return asked if asked in shares.PERIODS else 28


@brand.get("")
def index() -> ResponseReturnValue:
    """The brand's own experts."""
    with transaction() as session:
        return _page(session, current_brand(session, actor()), "brand")


@operator.get("", endpoint="index")
def index_of_any() -> ResponseReturnValue:
    """The experts of one brand, the first by name unless one is chosen."""
    key = filters.key(request.args.get("brand", ""))
    with transaction() as session:
        first = session.scalar(select(Brand.id).order_by(Brand.name).limit(1))
        wanted = key or first
        return _page(session, access_brand(session, actor(), wanted) if wanted else None, "operator")


def _page(session: Session, whose: Brand | None, space: str) -> ResponseReturnValue:
    days, category, number = (
        chosen_days(),
        filters.key(request.args.get("category", "")),
        filters.page_number(request.args),
    )
    keys = [whose.id] if whose else []
    group = shares.spread(session, brand_ids=keys, category_id=category, days=days, now=utcnow())
    brands: list[tuple[UUID, str]] = []
    if space == "operator":
        found = session.execute(select(Brand.id, Brand.name).order_by(Brand.name).limit(MOST_BRANDS))
        brands = [(key, name) for key, name in found]
    query: dict[str, Any] = {
        "days": days,
        "category": category,
        "brand": whose.id if whose and space == "operator" else None,
    }
    return render_template(
        "experts/shares.html", group=group, shown=group.rows[PAGE * (number - 1) : PAGE * number], days=days,
        periods=shares.PERIODS, category=category, brands=brands, whose=whose, space=space,
        categories=rows.categories(session, whose.id) if whose else [], query=query,
        previous=url_for(".index", **query, page=number - 1) if number > 1 else None,
        next=url_for(".index", **query, page=number + 1) if len(group.rows) > PAGE * number else None,
    )  # fmt: skip


def register(app: Flask, parts: Platform) -> None:
    """Install the pages and their menu entries."""
    app.register_blueprint(brand)
    app.register_blueprint(operator)
    parts.nav += [
        NavItem("brand", _l("Fair shares"), "brand_shares.index", "scale", order=38, group=_l("Community")),
        NavItem("operator", _l("Fair shares"), "operator_shares.index", "scale", order=26, group=_l("Marketplace")),
    ]  # fmt: skip
