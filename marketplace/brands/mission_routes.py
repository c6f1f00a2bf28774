"""The brand's missions: draft, edit, publish, pause, close."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.brands import catalogue, missions, queries
from marketplace.brands.access import access_brand, access_mission, current_brand, may
from marketplace.brands.catalogue_routes import indent
from marketplace.brands.forms import MissionForm
from marketplace.brands.models import Brand, Mission
from marketplace.brands.states import MISSION, MissionAction, MissionState, Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction

door = Door("brand_missions", __name__, audience=Audience.BRAND, url_prefix="/brand/missions")


@door.get("")
def index() -> ResponseReturnValue:
    """All missions with their seats."""
    with transaction() as session:
        brand = current_brand(session, actor())
        found = missions.missions_of(session, brand.id)
        taken = queries.seats_taken(session, (mission.id for mission in found))
    return render_template(
        "brands/missions.html", brand=brand, missions=found, taken=taken, can_edit=may(actor(), brand.id, Role.MANAGER)
    )


@door.route("/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """A draft; publishing is a step of its own."""
    form = MissionForm(starts_on=utcnow().date(), languages=["fr", "en"])
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.MANAGER)
        _offer(session, brand, form)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                mission = missions.create_mission(
                    session, current_brand(session, actor(), at_least=Role.MANAGER), now=utcnow(),
                    commission_bps=platform().settings.commission_bps, **form.values(),
                )  # fmt: skip
            flash(_("The draft is saved. Read it once more, then publish it."), "success")
            return redirect(url_for(".show", mission_id=mission.id))
    return render_template(
        "brands/mission_edit.html", brand=brand, form=form, mission=None,
        commission_bps=platform().settings.commission_bps,
    ), status_of(form)  # fmt: skip


@door.get("/<uuid:mission_id>")
def show(mission_id: UUID) -> ResponseReturnValue:
    """One mission: what it promises, what it costs, what can be done with it."""
    with transaction() as session:
        mission = access_mission(session, actor(), mission_id)
        brand = access_brand(session, actor(), mission.brand_id)
        covered = missions.categories_of(session, mission.id)
        taken = queries.seats_taken(session, [mission.id]).get(mission.id, 0)
    return render_template(
        "brands/mission.html", brand=brand, mission=mission, categories=covered, taken=taken,
        pay=missions.pay_example(mission), can_edit=may(actor(), mission.brand_id, Role.MANAGER),
        actions=[action.value for action in MissionAction if MISSION.allows(mission.state, action)],
        is_public=mission.state is not MissionState.DRAFT,
    )  # fmt: skip


@door.route("/<uuid:mission_id>/edit", methods=["GET", "POST"])
def edit(mission_id: UUID) -> ResponseReturnValue:
    """Conversations that began keep the terms they began with."""
    with transaction() as session:
        mission = access_mission(session, actor(), mission_id, at_least=Role.MANAGER)
        brand = access_brand(session, actor(), mission.brand_id)
        form = MissionForm(data=_as_written(session, mission))
        _offer(session, brand, form)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                locked = access_mission(session, actor(), mission_id, lock=True, at_least=Role.MANAGER)
                missions.edit_mission(session, locked, **form.values())
            flash(_("The mission is saved."), "success")
            return redirect(url_for(".show", mission_id=mission_id))
    return render_template(
        "brands/mission_edit.html", brand=brand, form=form, mission=mission, commission_bps=mission.commission_bps
    ), status_of(form)


@door.post("/<uuid:mission_id>/<any(publish, pause, close):action>")
def move(mission_id: UUID, action: str) -> ResponseReturnValue:
    """Publish, pause or close."""
    with transaction() as session:
        mission = access_mission(session, actor(), mission_id, lock=True, at_least=Role.MANAGER)
        missions.move(session, mission, MissionAction(action), now=utcnow())
    said = {
        MissionState.OPEN: _("The mission is on the public board."),
        MissionState.PAUSED: _("The mission is paused: nobody new can apply."),
        MissionState.CLOSED: _("The mission is closed."),
    }
    flash(said[mission.state], "success")
    return redirect(url_for(".show", mission_id=mission_id))


def _offer(session: Session, brand: Brand, form: MissionForm) -> None:
    form.offer_categories((node.id, indent(node)) for node in catalogue.categories_of(session, brand.id))


def _as_written(session: Session, mission: Mission) -> dict[str, Any]:
    """The mission in the units of its form."""
    texts = ("title_en", "title_fr", "description_en", "description_fr", "rules_en", "rules_fr")
    same = ("languages", "attribution_hours", "return_days", "starts_on", "ends_on", "seats")
    return {
        **{name: getattr(mission, name) for name in (*texts, *same)},
        "category_ids": [category.id for category in missions.categories_of(session, mission.id)],
        "pay": Decimal(mission.pay_minor) / 100,
        "floor": Decimal(mission.floor_minor) / 100,
        "sale_percent": Decimal(mission.sale_bps) / 100,
        "sale_split": mission.sale_split.value,
    }
