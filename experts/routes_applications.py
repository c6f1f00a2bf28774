"""A brand's applications: the queue, one in full, two side by side, and the answer."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from experts import applications, enrolments, profiles, queries, reputation
from experts.access import access_enrolment
from experts.enrolments import PENDING
from experts.forms import AcceptForm, DeclineForm
from experts.queries import EnrolmentRow
from experts.states import EnrolmentState
from marketplace.brands import missions
from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, refusals, status_of, transaction

door = Door("brand_applications", __name__, audience=Audience.BRAND, url_prefix="/brand/applications")
PAGE = 30
MOST_COMPARED = 3


@door.get("")
def index() -> ResponseReturnValue:
    """Those that wait, or with `?state=declined` those declined."""
    chosen, search = request.args.get("state", ""), request.args.get("q", "").strip()
    mission_id, before = request.args.get("mission", type=UUID), request.args.get("before", type=UUID)
    states = (EnrolmentState.DECLINED,) if chosen == "declined" else PENDING
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = queries.find_enrolments(
            session, brand.id, states=states, mission_id=mission_id, search=search, before=before, limit=PAGE + 1
        )
        offered = missions.missions_of(session, brand.id)
        standings = reputation.of_many(session, [row.person.id for row in rows], now=utcnow())
    following = (
        url_for(
            ".index", q=search or None, state=chosen or None, mission=mission_id, before=rows[PAGE - 1].enrolment.id
        )
        if len(rows) > PAGE
        else None
    )
    return render_template(
        "experts/applications.html", rows=rows[:PAGE], missions=offered, search=search, state=chosen,
        mission_id=mission_id, standings=standings, next_url=following, headline=profiles.headline,
    )  # fmt: skip


@door.get("/compare")
def compare() -> ResponseReturnValue:
    """Up to three applications beside each other."""
    keys = request.args.getlist("id", type=UUID)[:MOST_COMPARED]
    with transaction() as session:
        rows = [queries.enrolment_row(session, access_enrolment(session, actor(), key).id) for key in keys]
        standings = reputation.of_many(session, [row.person.id for row in rows], now=utcnow())
    return render_template("experts/compare.html", rows=rows, standings=standings, headline=profiles.headline)


@door.get("/<uuid:enrolment_id>")
def show(enrolment_id: UUID) -> ResponseReturnValue:
    """One application with everything that helps to decide."""
    return _page(enrolment_id, AcceptForm(None), DeclineForm(None))


@door.post("/<uuid:enrolment_id>/accept")
def accept(enrolment_id: UUID) -> ResponseReturnValue:
    """Certify the chosen categories, mail the message, begin at once."""
    form, who = AcceptForm(), actor()
    with transaction() as session:
        row = queries.enrolment_row(session, access_enrolment(session, who, enrolment_id, at_least=Role.MANAGER).id)
        _offer(session, form, row)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                enrolment = access_enrolment(session, who, enrolment_id, at_least=Role.MANAGER)
                applications.accept(
                    session, enrolment, by=_person(), message=form.welcome.data or "",
                    category_ids=form.category_ids.data or [], now=utcnow(),
                )  # fmt: skip
            flash(_("%(name)s is enrolled and was told by e-mail.", name=row.expert.public_name), "success")
            return redirect(url_for(".index"))
    return _page(enrolment_id, form, DeclineForm(None))


@door.post("/<uuid:enrolment_id>/decline")
def decline(enrolment_id: UUID) -> ResponseReturnValue:
    """Say no; the words are mailed."""
    form, who = DeclineForm(), actor()
    with transaction() as session:
        access_enrolment(session, who, enrolment_id, at_least=Role.MANAGER)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                enrolment = access_enrolment(session, who, enrolment_id, at_least=Role.MANAGER)
                applications.decline(session, enrolment, by=_person(), message=form.message.data or "", now=utcnow())
            flash(_("The applicant was told by e-mail."), "success")
            return redirect(url_for(".index"))
    return _page(enrolment_id, AcceptForm(None), form)


def _page(enrolment_id: UUID, accepting: AcceptForm, declining: DeclineForm) -> ResponseReturnValue:
    with transaction() as session:
        row = queries.enrolment_row(session, access_enrolment(session, actor(), enrolment_id).id)
        if not accepting.is_submitted() or accepting.category_ids.choices is None:
            _offer(session, accepting, row)
        if not accepting.errors and not accepting.form_errors:
            accepting.category_ids.data = [asked.category.id for asked in row.categories]
        standing = reputation.of(session, row.person.id, now=utcnow())
        taken = enrolments.seats_taken(session, row.mission.id)
        moves = queries.moves_of(session, enrolment_id)
    status = 422 if 422 in (status_of(accepting), status_of(declining)) else 200
    return render_template(
        "experts/application.html", row=row, accepting=accepting, declining=declining, standing=standing, taken=taken,
        moves=moves, can_decide=may(actor(), row.brand.id, Role.MANAGER), is_pending=row.enrolment.state in PENDING,
        headline=profiles.headline,
    ), status  # fmt: skip


def _offer(session: Session, form: AcceptForm, row: EnrolmentRow) -> None:
    """The mission's own categories and those asked for."""
    locale = locale_code()
    known = {category.id: category for category in missions.categories_of(session, row.mission.id)}
    known |= {asked.category.id: asked.category for asked in row.categories}
    ordered = sorted(known.values(), key=lambda category: category.path_key)
    form.category_ids.choices = [(category.id, category.name(locale)) for category in ordered]


def _person() -> UUID:
    key = actor().person_id
    assert key is not None, "a member of the team"
    return key
