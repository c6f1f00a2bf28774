"""How well the brand's questions are understood: its models, version by version."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.web import Door, actor, transaction
from marketplace.questions import evaluation, training, versions

door = Door("brand_triage", __name__, audience=Audience.BRAND, url_prefix="/brand/understanding")


@door.get("")
def index() -> ResponseReturnValue:
    """What each language's model learnt from, and how often it is right."""
    with transaction() as session:
        brand = current_brand(session, actor())
        known = versions.knowledge(session, brand.id)
        is_building = training.is_asked_for(session, brand.id)
        can_build = may(actor(), brand.id, Role.MANAGER)
    return render_template(
        "questions/understanding.html", known=known, is_building=is_building, can_build=can_build,
        sure=evaluation.SURE, after=training.REBUILD_AFTER,
    )  # fmt: skip


@door.post("/rebuild")
def rebuild() -> ResponseReturnValue:
    """Have the models built again, in the background."""
    with transaction() as session:
        training.request_rebuild(session, current_brand(session, actor(), at_least=Role.MANAGER).id)
    flash(_("The models are being built; it takes seconds to minutes. Questions are answered meanwhile."), "success")
    return redirect(url_for(".index"))
