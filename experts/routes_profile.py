"""The profile, as shoppers and brands see it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from experts import profiles, reputation
from experts.access import own_expert
from experts.forms import PictureForm, ProfileForm
from marketplace.accounts.access import access_person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction

door = Door("expert_profile", __name__, audience=Audience.EXPERT, url_prefix="/expert/profile")


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Read and change; the card shows what a shopper sees."""
    with transaction() as session:
        expert = own_expert(session, actor())
        person = access_person(session, actor(), expert.person_id)
        standing = reputation.of(session, expert.person_id, now=utcnow())
    form = ProfileForm(obj=expert, time_zone=person.time_zone)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                profiles.change_profile(
                    session, own_expert(session, actor(), lock=True), now=utcnow(), **form.profile()
                )
            flash(_("Your profile is saved."), "success")
            return redirect(url_for(".index"))
    return _page(form, PictureForm(), expert, person, standing)


@door.post("/picture")
def picture() -> ResponseReturnValue:
    """A new portrait, cut square and written anew."""
    with transaction() as session:
        expert = own_expert(session, actor())
        person = access_person(session, actor(), expert.person_id)
        standing = reputation.of(session, expert.person_id, now=utcnow())
    form = PictureForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                person = access_person(session, actor(), expert.person_id, lock=True)
                profiles.set_avatar(session, platform().storage, person, form.picture.data.read())
            flash(_("Your picture is saved."), "success")
            return redirect(url_for(".index"))
    return _page(ProfileForm(None, obj=expert, time_zone=person.time_zone), form, expert, person, standing)


@door.post("/picture/remove")
def remove_picture() -> ResponseReturnValue:
    """Initials again."""
    with transaction() as session:
        person = access_person(session, actor(), own_expert(session, actor()).person_id, lock=True)
        profiles.remove_avatar(session, platform().storage, person)
    flash(_("Your picture is removed."), "success")
    return redirect(url_for(".index"))


def _page(
    form: ProfileForm, pictures: PictureForm, expert: object, person: object, standing: object
) -> ResponseReturnValue:
    status = 422 if 422 in (status_of(form), status_of(pictures)) else 200
    return render_template(
        "experts/profile.html", form=form, pictures=pictures, expert=expert, person=person, standing=standing,
        headline=profiles.headline,
    ), status  # fmt: skip
