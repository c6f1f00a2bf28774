"""One's own account: profile, password, signed-in browsers."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import people, signins
from marketplace.accounts.access import access_person, access_sign_in
from marketplace.accounts.avatars import set_avatar
from marketplace.accounts.devices import describe
from marketplace.accounts.forms import ChangePasswordForm, ProfileForm
from marketplace.accounts.models import Person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction

door = Door("account", __name__, audience=Audience.SIGNED_IN, url_prefix="/account")


def _own_id() -> UUID:
    key = actor().person_id
    assert key is not None, "the door lets only people in"
    return key


@door.route("", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Name, picture, language, time zone, colours."""
    with transaction() as session:
        person = access_person(session, actor(), _own_id())
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        with refusals(form):
            _save(form)
            flash(_("Your profile is saved."), "success")
            return redirect(url_for(".profile"))
    return render_template("accounts/profile.html", form=form, person=person), status_of(form)


def _save(form: ProfileForm) -> None:
    with transaction() as session:
        person = access_person(session, actor(), _own_id(), lock=True)
        people.change_profile(
            session, person, name=form.name.data, locale=form.locale.data, time_zone=form.time_zone.data,
            theme=form.theme.data,
        )  # fmt: skip
        if form.picture.data:
            set_avatar(session, platform().storage, person, form.picture.data.read())


@door.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """A new password signs every other browser out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                person = access_person(session, actor(), _own_id(), lock=True)
                people.change_password(session, person, current=form.current.data, password=form.password.data)
                signins.revoke_all(session, person.id, now=utcnow(), but=current_user.sign_in_id)
            flash(_("Your new password is set. Other browsers are signed out."), "success")
            return redirect(url_for(".sessions"))
    return render_template("accounts/password.html", form=form), status_of(form)


@door.get("/sessions")
def sessions() -> ResponseReturnValue:
    """Where one is signed in."""
    with transaction() as session:
        person: Person = access_person(session, actor(), _own_id())
        live = signins.of_person(session, person.id, now=utcnow())
    return render_template("accounts/sessions.html", sign_ins=live, here=current_user.sign_in_id, describe=describe)


@door.post("/sessions/<uuid:sign_in_id>/revoke")
def revoke(sign_in_id: UUID) -> ResponseReturnValue:
    """Sign one browser out."""
    with transaction() as session:
        signins.revoke(session, access_sign_in(session, actor(), sign_in_id, lock=True), now=utcnow())
    flash(_("That browser is signed out."), "success")
    return redirect(url_for(".sessions"))


@door.post("/sessions/revoke")
def revoke_others() -> ResponseReturnValue:
    """Sign every other browser out."""
    with transaction() as session:
        signins.revoke_all(session, _own_id(), now=utcnow(), but=current_user.sign_in_id)
    flash(_("All other browsers are signed out."), "success")
    return redirect(url_for(".sessions"))
