"""A brand's experts: who answers, how well, and decisions that name their rule."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from experts import applications, availability, enrolments, profiles, queries, reputation
from experts.access import access_enrolment
from experts.enrolments import SEATED, ConductRule
from experts.forms import CertifyForm, SuspendForm
from experts.models import Enrolment
from experts.pool import OVERALL
from experts.states import ENROLMENT, EnrolmentAction, EnrolmentState
from marketplace.brands import missions
from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from marketplace.ratings.queries import around

door = Door("brand_experts", __name__, audience=Audience.BRAND, url_prefix="/brand/experts")
PAGE = 50
SHOWN = (*SEATED, EnrolmentState.LEFT)


@door.get("")
def index() -> ResponseReturnValue:
    """Everybody enrolled, newest first."""
    now, search, chosen = utcnow(), request.args.get("q", "").strip(), request.args.get("state", "")
    before = request.args.get("before", type=UUID)
    states = [EnrolmentState(chosen)] if chosen in {state.value for state in SHOWN} else list(SEATED)
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = queries.find_enrolments(
            session, brand.id, states=states, search=search, before=before, limit=PAGE + 1
        )  # fmt: skip
        people = [row.person.id for row in rows]
        standings = reputation.of_many(session, people, now=now)
        counts = queries.offer_counts(session, people, now=now, brand_id=brand.id)
    following = (
        url_for(".index", q=search or None, state=chosen or None, before=rows[PAGE - 1].enrolment.id)
        if len(rows) > PAGE
        else None
    )
    return render_template(
        "experts/team.html", rows=rows[:PAGE], standings=standings, counts=counts, search=search, state=chosen,
        next_url=following, states=[state.value for state in SHOWN],
        now_is={row.enrolment.id: availability.of(row.expert, now).value for row in rows},
    )  # fmt: skip


@door.get("/<uuid:enrolment_id>")
def show(enrolment_id: UUID) -> ResponseReturnValue:
    """One expert on one mission."""
    return _page(enrolment_id, SuspendForm(None), CertifyForm(None))


@door.post("/<uuid:enrolment_id>/<any(pause, resume, reinstate):action>")
def move(enrolment_id: UUID, action: str) -> ResponseReturnValue:
    """Pause, resume, or end a suspension."""
    now, reason = utcnow(), request.form.get("reason", "").strip()
    with transaction() as session:
        enrolment = _managed(session, enrolment_id)
        if action == "pause":
            enrolments.pause(session, enrolment, by=_person(), reason=reason, now=now)
        elif action == "resume":
            enrolments.resume(session, enrolment, by=_person(), now=now)
        else:
            enrolments.reinstate(session, enrolment, by=_person(), reason=reason, now=now)
    said = {
        "pause": _("The expert is paused on this mission."),
        "resume": _("The expert is offered questions again."),
        "reinstate": _("The suspension is lifted; the expert was told by e-mail."),
    }
    flash(said[action], "success")
    return redirect(url_for(".show", enrolment_id=enrolment_id))


@door.post("/<uuid:enrolment_id>/suspend")
def suspend(enrolment_id: UUID) -> ResponseReturnValue:
    """A dated decision that names its rule; mailed."""
    with transaction() as session:
        _managed(session, enrolment_id)
    form = SuspendForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                enrolments.suspend(
                    session, _managed(session, enrolment_id), rule=ConductRule(form.rule.data),
                    evidence=form.evidence.data, by=_person(), now=utcnow(),
                )  # fmt: skip
            flash(_("The expert is suspended and was told the rule and what happened."), "success")
            return redirect(url_for(".show", enrolment_id=enrolment_id))
    return _page(enrolment_id, form, CertifyForm(None))


@door.post("/<uuid:enrolment_id>/certify")
def certify(enrolment_id: UUID) -> ResponseReturnValue:
    """Other categories from now on."""
    form = CertifyForm()
    with transaction() as session:
        _managed(session, enrolment_id)
        _offer(session, form, enrolment_id)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                enrolment = _managed(session, enrolment_id)
                applications.certify(session, enrolment, category_ids=form.category_ids.data or [], now=utcnow())
            flash(_("Saved."), "success")
            return redirect(url_for(".show", enrolment_id=enrolment_id))
    return _page(enrolment_id, SuspendForm(None), form)


def _page(enrolment_id: UUID, suspending: SuspendForm, certifying: CertifyForm) -> ResponseReturnValue:
    now = utcnow()
    with transaction() as session:
        enrolment = access_enrolment(session, actor(), enrolment_id)
        row = queries.enrolment_row(session, enrolment.id)
        if certifying.category_ids.choices is None:
            _offer(session, certifying, enrolment_id)
            certifying.category_ids.data = [asked.category.id for asked in row.categories if asked.certified_at]
        standing = reputation.of(session, row.person.id, now=now)
        group = reputation.group_means(session, [OVERALL])[OVERALL]
        counts = queries.offer_counts(session, [row.person.id], now=now, brand_id=row.brand.id)
        ratings = queries.ratings_of(session, row.person.id, brand_id=row.brand.id, limit=10)
        beside = around(session, [rating.id for rating, _category, _brand in ratings])
        moves = queries.moves_of(session, enrolment_id)
    status = 422 if 422 in (status_of(suspending), status_of(certifying)) else 200
    return render_template(
        "experts/team_member.html", row=row, suspending=suspending, certifying=certifying, standing=standing,
        counts=counts.get(row.person.id, queries.OfferCounts()), ratings=ratings, beside=beside, moves=moves,
        now_is=availability.of(row.expert, now).value, can_decide=may(actor(), row.brand.id, Role.MANAGER),
        headline=profiles.headline, level=standing.level(group).value,
        allows=lambda action: ENROLMENT.allows(row.enrolment.state, EnrolmentAction(action)),
    ), status  # fmt: skip


def _offer(session: Session, form: CertifyForm, enrolment_id: UUID) -> None:
    row, locale = queries.enrolment_row(session, enrolment_id), locale_code()
    known = {category.id: category for category in missions.categories_of(session, row.mission.id)}
    known |= {asked.category.id: asked.category for asked in row.categories}
    ordered = sorted(known.values(), key=lambda category: category.path_key)
    form.category_ids.choices = [(category.id, category.name(locale)) for category in ordered]


def _managed(session: Session, enrolment_id: UUID) -> Enrolment:
    return access_enrolment(session, actor(), enrolment_id, at_least=Role.MANAGER)


def _person() -> UUID:
    key = actor().person_id
    assert key is not None, "a member of the team"
    return key
