"""Hours of work: the week, dated exceptions, capacity and the switch; everything as plain forms."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from experts import availability, hours, queries
from experts.access import own_expert
from experts.errors import HoursInvalid
from experts.forms import CapacityForm, ExceptionForm, WeekForm
from marketplace.accounts.access import access_person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, refusals, status_of, transaction

door = Door("expert_hours", __name__, audience=Audience.EXPERT, url_prefix="/expert/hours")


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """The week."""
    form = WeekForm()
    if form.validate_on_submit():
        with refusals(form):
            if form.is_half_given():
                raise HoursInvalid("Give each shift both a start and an end.")
            with transaction() as session:
                expert = own_expert(session, actor(), lock=True)
                hours.set_week(session, expert, form.rows())
                availability.review(session, expert, now=utcnow())
            flash(_("Your week is saved."), "success")
            return redirect(url_for(".index"))
    return _page(week=form if form.is_submitted() else None)


@door.post("/exceptions")
def add_exception() -> ResponseReturnValue:
    """A day off or other hours."""
    form = ExceptionForm()
    if form.validate_on_submit():
        with refusals(form):
            if (form.starts.data is None) != (form.ends.data is None):
                raise HoursInvalid("Give each shift both a start and an end.", field="starts")
            with transaction() as session:
                expert = own_expert(session, actor(), lock=True)
                hours.add_exception(session, expert, on_date=form.on_date.data, span=form.span(), now=utcnow())
                availability.review(session, expert, now=utcnow())
            flash(_("The exception is saved."), "success")
            return redirect(url_for(".index"))
    return _page(exception=form)


@door.post("/exceptions/<day>/remove")
def remove_exception(day: str) -> ResponseReturnValue:
    """The day follows the week again."""
    try:
        on_date = date.fromisoformat(day)
    except ValueError:
        raise HoursInvalid("This is not a day.") from None
    with transaction() as session:
        expert = own_expert(session, actor(), lock=True)
        hours.remove_exception(session, expert, on_date=on_date)
        availability.review(session, expert, now=utcnow())
    flash(_("The exception is removed."), "success")
    return redirect(url_for(".index"))


@door.post("/capacity")
def capacity() -> ResponseReturnValue:
    """How many conversations at once."""
    form = CapacityForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                expert = own_expert(session, actor(), lock=True)
                availability.switch(
                    session, expert, on=expert.switched_on, capacity=form.capacity.data, now=utcnow()
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".index"))
    return _page(at_once=form)


@door.post("/switch")
def switch() -> ResponseReturnValue:
    """On or off."""
    with transaction() as session:
        expert = own_expert(session, actor(), lock=True)
        availability.switch(session, expert, on=request.form.get("on") == "1", now=utcnow())
    return redirect(url_for(".index"))


def _page(
    *, week: WeekForm | None = None, exception: ExceptionForm | None = None, at_once: CapacityForm | None = None
) -> ResponseReturnValue:
    now = utcnow()
    with transaction() as session:
        expert = own_expert(session, actor())
        person = access_person(session, actor(), expert.person_id)
        plan = hours.plan_of(session, expert)
        exceptions = queries.exceptions_of(session, expert.person_id, now=now)
        until, look_again = hours.duty(session, expert, now)
    forms: list[FlaskForm] = [
        week if week is not None else WeekForm(None, data=WeekForm.data_of(plan.week)),
        exception if exception is not None else ExceptionForm(None),
        at_once if at_once is not None else CapacityForm(None, obj=expert),
    ]
    status = 422 if any(status_of(form) == 422 for form in forms) else 200
    return render_template(
        "experts/hours.html", week=forms[0], exception=forms[1], at_once=forms[2], expert=expert, zone=person.time_zone,
        exceptions=exceptions, has_week=bool(plan.week), state=availability.of(expert, now).value, until=until,
        next_start=look_again if until is None else None, horizon=hours.HORIZON_DAYS,
        changes=hours.clock_changes(person.time_zone, now), now=now, clock=_clock,
    ), status  # fmt: skip


def _clock(minute: int) -> str:
    """Minutes since midnight as 09:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
