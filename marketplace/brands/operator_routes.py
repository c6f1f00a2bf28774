"""The operator's view of brands."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.brands import missions, queries, registry, team
from marketplace.brands.access import access_brand
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction

door = Door("operator_brands", __name__, audience=Audience.OPERATOR, url_prefix="/operator/brands")
PAGE = 50


@door.get("")
def index() -> ResponseReturnValue:
    """Newest first."""
    search, before = request.args.get("q", "").strip(), request.args.get("before", type=UUID)
    with transaction() as session:
        rows = queries.find_brands(session, search=search, before=before, limit=PAGE + 1)
    following = url_for(".index", q=search or None, before=rows[PAGE - 1][0].id) if len(rows) > PAGE else None
    return render_template("brands/operator_index.html", rows=rows[:PAGE], search=search, next_url=following)


@door.get("/<uuid:brand_id>")
def show(brand_id: UUID) -> ResponseReturnValue:
    """One brand: team, sites, missions."""
    with transaction() as session:
        brand = access_brand(session, actor(), brand_id)
        calls = missions.missions_of(session, brand.id)
        return render_template(
            "brands/operator_show.html", shown=brand, members=team.members_of(session, brand.id),
            sites=registry.sites_of(session, brand.id), missions=calls,
            products=queries.count_products(session, brand.id),
        )  # fmt: skip


@door.post("/<uuid:brand_id>/<any(close, open):action>")
def set_open(brand_id: UUID, action: str) -> ResponseReturnValue:
    """Close a brand (its widget and board vanish, nothing is deleted) or open it again."""
    with transaction() as session:
        brand = access_brand(session, actor(), brand_id, lock=True)
        brand.disabled_at = utcnow() if action == "close" else None
    flash(_("The brand is closed.") if action == "close" else _("The brand is open again."), "success")
    return redirect(url_for(".show", brand_id=brand_id))
