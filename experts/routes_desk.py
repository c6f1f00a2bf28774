"""The desk of a brand's own agents: a seat is taken on one page, the work is done on the workbench."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange

from experts import agents, routing
from experts.cascade import AgentsMode
from experts.desk import desk_state, own_id, site_origins
from marketplace.accounts.access import access_person
from marketplace.brands.access import current_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, refusals, status_of, transaction

door = Door("brand_desk", __name__, audience=Audience.BRAND, url_prefix="/brand/desk")


class SeatForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """In which languages, and how many at once."""

    languages = SelectMultipleField(_l("Languages"), choices=[("fr", "Français"), ("en", "English")])
    capacity = IntegerField(_l("Conversations at once"), [InputRequired(), NumberRange(min=1, max=10)])


@door.get("")
def index() -> ResponseReturnValue:
    """The workbench, for members with a seat."""
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.AGENT)
        desk = agents.seat_of(session, brand.id, actor().person_id)
        if desk is None:
            return redirect(url_for(".seat"))
        state = desk_state(session, desk, locale=locale_code(), now=utcnow())
        g.image_origins = "".join(f" {origin}" for origin in site_origins(session, brand.id))
    boot = {"me": state["me"], "locale": locale_code(), "socket_path": "/socket.io", "state": state,
            "csrf": generate_csrf()}  # fmt: skip
    return render_template("experts/workbench.html", boot=boot, agent=True)


@door.route("/seat", methods=["GET", "POST"])
def seat() -> ResponseReturnValue:
    """Take a seat, or change it."""
    form = SeatForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.AGENT)
                agents.take_seat(
                    session, brand, access_person(session, actor(), own_id(actor())),
                    languages=form.languages.data or [], capacity=form.capacity.data, now=utcnow(),
                )  # fmt: skip
            flash(_("Your desk is ready. Switch yourself on to be offered questions."), "success")
            return redirect(url_for(".index"))
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.AGENT)
        desk = agents.seat_of(session, brand.id, actor().person_id)
        mode = routing.current(session, brand.id).policy.cascade.agents
    if not form.is_submitted():
        form = SeatForm(
            None, data={"languages": desk.languages if desk else [], "capacity": desk.capacity if desk else 2}
        )
    return render_template(
        "experts/seat.html", form=form, seated=desk is not None, asked=mode is not AgentsMode.NONE
    ), status_of(form)  # fmt: skip


@door.post("/seat/leave")
def leave() -> ResponseReturnValue:
    """No more questions for this member."""
    with transaction() as session:
        brand = current_brand(session, actor())
        agents.leave_seat(session, brand.id, own_id(actor()))
    flash(_("You are offered no more questions of this shop."), "success")
    return redirect(url_for(".seat"))
