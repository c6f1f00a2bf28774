"""Devices that may be called, and the hours in which none is."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from experts.access import own_expert
from experts.desk import own_id
from experts.forms import QuietForm
from marketplace.accounts.access import access_person
from marketplace.accounts.devices import describe
from marketplace.core.actors import Audience
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from marketplace.push import devices
from marketplace.push.models import PushQuiet

door = Door("expert_settings", __name__, audience=Audience.EXPERT, url_prefix="/expert/settings")


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Both."""
    form = QuietForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                own_expert(session, actor())
                devices.set_quiet(session, own_id(actor()), starts=form.minute("starts"), ends=form.minute("ends"))
            flash(_("Your quiet hours are saved."), "success")
            return redirect(url_for(".index"))
    with transaction() as session:
        own_expert(session, actor())
        person = access_person(session, actor(), own_id(actor()))
        if not form.is_submitted():
            form.show(session.get(PushQuiet, person.id))
        found = devices.devices_of(session, person.id)
        return render_template(
            "experts/settings.html", form=form, devices=found, zone=person.time_zone, describe=describe
        ), status_of(form)


@door.post("/devices/<uuid:device_id>/remove")
def remove(device_id: UUID) -> ResponseReturnValue:
    """This device is called no more."""
    with transaction() as session:
        session.delete(devices.access_device(session, own_id(actor()), device_id))
    flash(_("The device is called no more."), "success")
    return redirect(url_for(".index"))
