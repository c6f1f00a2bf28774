"""The brand's routing policy: the editor, its versions, and back to an earlier one."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from experts import policy as policies
from experts import routing, routing_words
from experts.forms_routing import PolicyForm, form_of
from experts.routing import names_of
from marketplace.brands.access import current_brand, may
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, refusals, status_of, transaction

door = Door("brand_routing", __name__, audience=Audience.BRAND, url_prefix="/brand/routing")
PAGE = 20


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Hours, queue, agents, times and weights; saved as a new version."""
    if request.method == "GET":
        with transaction() as session:
            present = routing.current(session, current_brand(session, actor()).id)
        return editor(form_of(present.policy))
    with transaction() as session:
        current_brand(session, actor(), at_least=Role.MANAGER)
    form = PolicyForm()
    number = 0
    if form.validate_on_submit():
        with refusals(form), transaction() as session:
            brand = current_brand(session, actor(), at_least=Role.MANAGER, lock=True)
            number = routing.adopt(
                session, brand, form.policy(), by=actor().person_id, reason=form.reason.data or "", now=utcnow()
            ).number
        if number:
            flash(_("Version %(number)s is in force from the next question on.", number=number), "success")
            return redirect(url_for(".index"))
    return editor(form)


@door.get("/versions")
def versions() -> ResponseReturnValue:
    """Who changed what, when and why."""
    before = request.args.get("before", type=int)
    with transaction() as session:
        brand = current_brand(session, actor())
        told = routing.history(session, brand.id, before=before, limit=PAGE + 1)
        people = names_of(session, [each.version.by_person_id for each in told])
        present = routing.current(session, brand.id)
    following = url_for(".versions", before=told[PAGE - 1].version.number) if len(told) > PAGE else None
    return render_template(
        "experts/routing_versions.html", told=told[:PAGE], people=people, present=present, words=routing_words,
        next_url=following, can_edit=may(actor(), brand.id, Role.MANAGER),
    )  # fmt: skip


@door.post("/versions/<int:number>/use")
def use(number: int) -> ResponseReturnValue:
    """An earlier version again, or the defaults (0)."""
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.MANAGER, lock=True)
        made = routing.use_again(session, brand, number, by=actor().person_id, reason="", now=utcnow())
    flash(_("Version %(number)s is in force from the next question on.", number=made), "success")
    return redirect(url_for(".index"))


def editor(form: PolicyForm) -> ResponseReturnValue:
    """The editor with what was written in it."""
    with transaction() as session:
        brand = current_brand(session, actor())
        present = routing.current(session, brand.id)
        by, state = _who(session, brand, present), present.policy.opening(brand.time_zone, utcnow())
    return render_template(
        "experts/routing.html", form=form, present=present, by=by, words=routing_words, is_open=state[0],
        changes_at=state[1] if present.policy.week or present.policy.exceptions else None, zone=brand.time_zone,
        changed={name for name, *_rest in policies.differences(policies.DEFAULT, present.policy)},
        can_edit=may(actor(), brand.id, Role.MANAGER),
    ), status_of(form)  # fmt: skip


def _who(session: Session, brand: Brand, present: routing.Current) -> dict[str, object]:
    """When and by whom the present version was made."""
    if not present.number:
        return {}
    latest = routing.history(session, brand.id, limit=1)[0].version
    people: dict[UUID, str] = names_of(session, [latest.by_person_id])
    return {"at": latest.created_at, "name": people.get(latest.by_person_id, "") if latest.by_person_id else ""}
