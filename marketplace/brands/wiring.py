"""Composition of this domain's edges."""

from typing import Any
from uuid import UUID

from flask import Flask, redirect, request
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.context import persona_here
from marketplace.accounts.login import BRAND_KEY
from marketplace.brands import (
    brand_routes,
    catalogue_routes,
    cli,
    imports,
    mission_routes,
    operator_routes,
    public_routes,
    team_routes,
)
from marketplace.brands.access import current_brand
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform, actor, transaction

DOORS = (
    public_routes.door, brand_routes.door, brand_routes.start, team_routes.door, team_routes.joining,
    catalogue_routes.door, mission_routes.door, operator_routes.door,
)  # fmt: skip


def register(app: Flask) -> None:
    """Install the domain's doors, jobs and commands."""
    parts: Platform = app.extensions["comptoir"]
    for door in DOORS:
        app.register_blueprint(door)
    app.before_request(_choose_brand)
    app.context_processor(_known)
    app.cli.add_command(cli.brand_group)
    _add_jobs(parts)
    _add_menu(parts)


def _add_jobs(parts: Platform) -> None:
    def import_catalogue(import_id: str) -> None:
        more = True
        while more:
            with parts.database.unit_of_work() as session:
                more = imports.run_part(session, parts.storage, UUID(import_id), now=utcnow())

    parts.jobs.add(Task(imports.RUN, run=import_catalogue))


def _add_menu(parts: Platform) -> None:
    setup = _l("Set-up")
    parts.nav += [
        NavItem("brand", _l("Overview"), "brand.home", "layout-dashboard", order=0),
        NavItem("brand", _l("Missions"), "brand_missions.index", "flag", order=30, group=_l("Community")),
        NavItem("brand", _l("Catalogue"), "brand_catalogue.index", "package", order=70, group=setup),
        NavItem("brand", _l("Sites"), "brand.sites", "globe", order=72, group=setup),
        NavItem("brand", _l("Team"), "brand_team.index", "users", order=74, group=setup),
        NavItem("brand", _l("Settings"), "brand.settings", "settings", order=76, group=setup),
        NavItem("operator", _l("Brands"), "operator_brands.index", "store", order=15, group=_l("Marketplace")),
    ]


def _choose_brand() -> ResponseReturnValue | None:
    """`?b=slug` on a page of the brand's space changes the brand at work in, for this browser."""
    slug = request.args.get("b")
    if not slug or request.method != "GET" or not f"{request.path}/".startswith("/brand/"):
        return None
    with transaction() as session:
        found = session.scalar(select(Brand.id).where(Brand.slug == slug))
    if found in actor().brands:
        browser[BRAND_KEY] = str(found)
    return redirect(request.path)


def _known() -> dict[str, Any]:
    """In the brand's space: the brand at work in and the others one may change to."""
    who = actor() if persona_here() == "brand" else None
    if who is None or not who.brands:
        return {"brand": None, "my_brands": []}
    with transaction() as session:
        mine = session.scalars(select(Brand).where(Brand.id.in_(who.brands)).order_by(Brand.name)).all()
        return {"brand": current_brand(session, who), "my_brands": mine}
