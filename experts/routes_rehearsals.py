"""Rehearsals of a changed routing policy: begun from the editor, followed while they run, adopted from the result."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from experts import policy as policies
from experts import rehearsals, routing_words
from experts.access import access_rehearsal
from experts.forms_routing import PolicyForm
from experts.rehearsal_result import STEPS, people_beside
from experts.routes_routing import editor
from experts.routing import names_of
from marketplace.brands.access import access_brand, current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, refusals, transaction

door = Door("brand_rehearsals", __name__, audience=Audience.BRAND, url_prefix="/brand/routing/rehearsals")
PAGE = 20


@door.get("")
def index() -> ResponseReturnValue:
    """All of the brand, newest first."""
    try:
        before = datetime.fromisoformat(request.args["before"]) if "before" in request.args else None
    except ValueError:
        before = None
    if before is not None and before.tzinfo is None:
        before = None
    with transaction() as session:
        brand = current_brand(session, actor())
        found = rehearsals.of_brand(session, brand.id, before=before, limit=PAGE + 1)
        people = names_of(session, [one.by_person_id for one in found])
    following = url_for(".index", before=found[PAGE - 1].created_at.isoformat()) if len(found) > PAGE else None
    return render_template(
        "experts/rehearsals.html", rehearsals=found[:PAGE], people=people, next_url=following,
        least=rehearsals.LEAST_QUESTIONS,
    )  # fmt: skip


@door.post("")
def start() -> ResponseReturnValue:
    """Rehearse what the editor's form says."""
    with transaction() as session:
        current_brand(session, actor(), at_least=Role.MANAGER)
    form = PolicyForm()
    key: UUID | None = None
    if form.validate_on_submit():
        with refusals(form), transaction() as session:
            brand = current_brand(session, actor(), at_least=Role.MANAGER, lock=True)
            key = rehearsals.begin(
                session, brand, form.policy(), days=form.days_back.data, by=actor().person_id, now=utcnow()
            ).id
        if key is not None:
            return redirect(url_for(".show", rehearsal_id=key))
    return editor(form)


@door.get("/<uuid:rehearsal_id>")
def show(rehearsal_id: UUID) -> ResponseReturnValue:
    """How far it is, asked again each second while it runs; then what came of it."""
    with transaction() as session:
        found = access_rehearsal(session, actor(), rehearsal_id)
        brand = access_brand(session, actor(), found.brand_id)
    page = "experts/_rehearsal.html" if request.headers.get("HX-Request") else "experts/rehearsal.html"
    changes = list(policies.differences(policies.stored(found.present), policies.stored(found.settings)))
    return render_template(
        page, rehearsal=found, changes=changes, words=routing_words, steps=STEPS, currency=brand.currency,
        running=found.state in rehearsals.UNFINISHED, people=people_beside(found.result) if found.result else [],
         can_edit=may(actor(), brand.id, Role.MANAGER),
    )  # fmt: skip


@door.post("/<uuid:rehearsal_id>/cancel")
def cancel(rehearsal_id: UUID) -> ResponseReturnValue:
    """Stop it."""
    with transaction() as session:
        rehearsals.cancel(
            access_rehearsal(session, actor(), rehearsal_id, lock=True, at_least=Role.MANAGER), now=utcnow()
        )
    flash(_("The rehearsal is stopped."), "success")
    return redirect(url_for(".show", rehearsal_id=rehearsal_id))


@door.post("/<uuid:rehearsal_id>/adopt")
def adopt(rehearsal_id: UUID) -> ResponseReturnValue:
    """Put the rehearsed policy in force."""
    with transaction() as session:
        found = access_rehearsal(session, actor(), rehearsal_id, lock=True, at_least=Role.MANAGER)
        brand = access_brand(session, actor(), found.brand_id, lock=True, at_least=Role.MANAGER)
        number = rehearsals.adopt(
            session, brand, found, by=actor().person_id, reason=_("After a rehearsal"), now=utcnow()
        )
    flash(_("Version %(number)s is in force from the next question on.", number=number), "success")
    return redirect(url_for("brand_routing.index"))
