"""The team of a brand, and joining one."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts.access import access_person
from marketplace.accounts.errors import LinkExpired
from marketplace.accounts.login import BRAND_KEY
from marketplace.brands import team
from marketplace.brands.access import access_invitation, current_brand, may
from marketplace.brands.forms import ROLES, AcceptForm, InviteForm
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.web import Door, actor, explain, refusals, status_of, transaction

door = Door("brand_team", __name__, audience=Audience.BRAND, url_prefix="/brand/team")
joining = Door("joining", __name__, audience=Audience.PUBLIC)


def _own_id() -> UUID:
    key = actor().person_id
    assert key is not None, "the view asked for a signed-in person"
    return key


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Who is on the team; owners invite."""
    form = InviteForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                by = access_person(session, actor(), _own_id())
                team.invite(session, brand, email=form.email.data, role=Role(form.role.data), by=by, now=utcnow())
            flash(_("The invitation is on its way."), "success")
            return redirect(url_for(".index"))
    with transaction() as session:
        brand = current_brand(session, actor())
        members = team.members_of(session, brand.id)
        pending = team.pending_of(session, brand.id, now=utcnow())
    return render_template(
        "brands/team.html", brand=brand, form=form, members=members, pending=pending, roles=ROLES,
        can_edit=may(actor(), brand.id, Role.OWNER), own_id=actor().person_id,
    ), status_of(form)  # fmt: skip


@door.post("/<uuid:person_id>/role")
def change_role(person_id: UUID) -> ResponseReturnValue:
    """Another role for a member."""
    wanted = request.form.get("role", "")
    if wanted not in set(Role):
        raise Invalid(field="role")
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.OWNER)
        team.change_role(session, team.find_member(session, brand.id, person_id), role=Role(wanted))
    flash(_("The role is changed."), "success")
    return redirect(url_for(".index"))


@door.post("/<uuid:person_id>/remove")
def remove(person_id: UUID) -> ResponseReturnValue:
    """Off the team; members may leave by themselves."""
    with transaction() as session:
        least = Role.ANALYST if person_id == actor().person_id else Role.OWNER
        brand = current_brand(session, actor(), at_least=least)
        team.remove(session, team.find_member(session, brand.id, person_id))
    flash(_("The person is no longer on the team."), "success")
    return redirect(url_for(".index") if person_id != actor().person_id else url_for("accounts.home"))


@door.post("/invitations/<uuid:invitation_id>/revoke")
def revoke(invitation_id: UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    with transaction() as session:
        team.revoke(session, access_invitation(session, actor(), invitation_id, lock=True), now=utcnow())
    flash(_("The invitation is taken back."), "success")
    return redirect(url_for(".index"))


@joining.route("/invite/<token>", methods=["GET", "POST"])
def accept(token: str) -> ResponseReturnValue:
    """Strangers sign in or up first, with the invited address."""
    form = AcceptForm()
    try:
        with transaction() as session:
            invitation, brand = team.open_invitation(session, token)
    except LinkExpired as error:
        return render_template("brands/invitation_expired.html", detail=explain(error)), 422
    if not current_user.is_authenticated:
        here = url_for(".accept", token=token)
        return render_template("brands/invitation.html", invitation=invitation, brand=brand, form=None, here=here)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                person = access_person(session, actor(), _own_id())
                team.accept(session, token, person=person, now=utcnow())
            browser[BRAND_KEY] = str(brand.id)
            flash(_("Welcome to the team of %(name)s.", name=brand.name), "success")
            return redirect(url_for("brand.home"))
    return render_template(
        "brands/invitation.html", invitation=invitation, brand=brand, form=form, here=request.path
    ), status_of(form)
