"""The operator's own page, and people: who they are, their roles, their signed-in browsers."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts import people, queries, signins
from marketplace.accounts.access import access_person
from marketplace.accounts.actors import actor_of
from marketplace.accounts.context import menu_of
from marketplace.accounts.devices import describe
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Conflict
from marketplace.core.web import Door, actor, transaction

door = Door("operator", __name__, audience=Audience.OPERATOR, url_prefix="/operator")
PAGE = 50


@door.get("")
def home() -> ResponseReturnValue:
    """What waits for a person: every entry of the menu that counts something."""
    entries = [entry for entry in menu_of("operator", actor()) if not entry.current]
    return render_template(
        "accounts/operator_home.html", waiting=[entry for entry in entries if entry.badge], entries=entries
    )


@door.get("/people")
def people_index() -> ResponseReturnValue:
    """Newest first, by name, address and kind."""
    search, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    before = request.args.get("before", type=UUID)
    with transaction() as session:
        found = queries.find_people(session, search=search, kind=kind, before=before, limit=PAGE + 1)
    following = (
        url_for(".people_index", q=search or None, kind=kind or None, before=found[PAGE - 1].id)
        if len(found) > PAGE
        else None
    )
    return render_template("accounts/people.html", people=found[:PAGE], search=search, kind=kind, next_url=following)


@door.get("/people/<uuid:person_id>")
def person(person_id: UUID) -> ResponseReturnValue:
    """One person."""
    with transaction() as session:
        found = access_person(session, actor(), person_id)
        return render_template(
            "accounts/person.html", person=found, who=actor_of(session, found), describe=describe,
            teams=queries.teams_of(session, found.id), sign_ins=signins.of_person(session, found.id, now=utcnow()),
            is_self=found.id == actor().person_id,
        )  # fmt: skip


@door.post("/people/<uuid:person_id>/disable")
def disable(person_id: UUID) -> ResponseReturnValue:
    """Close an account and sign all its browsers out."""
    if person_id == actor().person_id:
        raise Conflict("You cannot close your own account here.")
    with transaction() as session:
        found = access_person(session, actor(), person_id, lock=True)
        people.disable(session, found, now=utcnow())
        signins.revoke_all(session, found.id, now=utcnow())
    flash(_("The account is closed."), "success")
    return redirect(url_for(".person", person_id=person_id))


@door.post("/people/<uuid:person_id>/enable")
def enable(person_id: UUID) -> ResponseReturnValue:
    """Open an account again."""
    with transaction() as session:
        people.enable(session, access_person(session, actor(), person_id, lock=True))
    flash(_("The account is open again."), "success")
    return redirect(url_for(".person", person_id=person_id))


@door.post("/people/<uuid:person_id>/role")
def role(person_id: UUID) -> ResponseReturnValue:
    """Give or take the operator's role; nobody takes his own."""
    wanted = request.form.get("operator") == "1"
    if person_id == actor().person_id:
        raise Conflict("Another operator must change your role.")
    with transaction() as session:
        access_person(session, actor(), person_id, lock=True).is_operator = wanted
    flash(_("The role is changed."), "success")
    return redirect(url_for(".person", person_id=person_id))


@door.post("/people/<uuid:person_id>/sign-out")
def sign_out(person_id: UUID) -> ResponseReturnValue:
    """Sign every browser of the person out."""
    with transaction() as session:
        found = access_person(session, actor(), person_id)
        ended = signins.revoke_all(session, found.id, now=utcnow())
    flash(_("Browsers signed out: %(count)s.", count=ended), "success")
    return redirect(url_for(".person", person_id=person_id))
