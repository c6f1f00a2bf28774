"""Disputes: an expert's decisions and his words, the brand's answer, the operator's decision."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from payouts import disputes, words
from payouts import queries_decisions as queries
from payouts.access import access_dispute, access_earning, access_own_assessment
from payouts.forms_decisions import AnswerForm, DecideForm, DisputeForm
from payouts.models import Dispute
from payouts.states import DISPUTE, DisputeAction

expert = Door("expert_decisions", __name__, audience=Audience.EXPERT, url_prefix="/expert")
brand = Door("brand_disputes", __name__, audience=Audience.BRAND, url_prefix="/brand/disputes")
operator = Door("operator_disputes", __name__, audience=Audience.OPERATOR, url_prefix="/operator/disputes")
PAGE = 25


@expert.get("/decisions")
def index() -> ResponseReturnValue:
    """What was decided against me, and what became of my disputes."""
    me = actor().person_id
    assert me is not None, "the door lets only people in"
    with transaction() as session:
        decisions = queries.decisions_of(session, me, now=utcnow())
        mine = queries.disputes_where(session, Dispute.person_id == me, page=_page(), size=PAGE)
    return render_template(
        "payouts/decisions.html", decisions=decisions, disputes=mine[:PAGE], states=words.STATES, name_of=words.named,
        **_pages(".index", len(mine)),
    )  # fmt: skip


@expert.route("/decisions/segments/<uuid:segment_id>", methods=["GET", "POST"])
def dispute_segment(segment_id: UUID) -> ResponseReturnValue:
    """Contradict that a conversation is not paid."""
    form = DisputeForm()
    with transaction() as session:
        about = access_own_assessment(session, actor(), segment_id)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                found = access_own_assessment(session, actor(), segment_id)
                opened = disputes.open_unpaid(session, found, statement=form.statement.data, now=utcnow())
            return _opened(opened)
    code = str(about.facts.get("broken_rule") or about.reason)
    return render_template(
        "payouts/dispute_new.html", form=form, code=code, because="", conversation_id=about.conversation_id,
        name_of=words.named, says_of=words.says, can_dispute=disputes.can_dispute(about, now=utcnow()),
    ), status_of(form)  # fmt: skip


@expert.route("/decisions/earnings/<uuid:earning_id>", methods=["GET", "POST"])
def dispute_earning(earning_id: UUID) -> ResponseReturnValue:
    """Contradict that an earning was taken back."""
    form = DisputeForm()
    with transaction() as session:
        about = access_earning(session, actor(), earning_id)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                found = access_earning(session, actor(), earning_id, lock=True)
                opened = disputes.open_taken_back(session, found, statement=form.statement.data, now=utcnow())
            return _opened(opened)
    return render_template(
        "payouts/dispute_new.html", form=form, code=about.reversed_rule or "", because=about.reversed_because or "",
        conversation_id=about.conversation_id, name_of=words.named, says_of=words.says,
        can_dispute=disputes.can_dispute(about, now=utcnow()),
    ), status_of(form)  # fmt: skip


@expert.get("/disputes/<uuid:dispute_id>")
def show(dispute_id: UUID) -> ResponseReturnValue:
    """One of my disputes, step by step."""
    return _show(dispute_id, "expert", None)


@expert.post("/disputes/<uuid:dispute_id>/withdraw")
def withdraw(dispute_id: UUID) -> ResponseReturnValue:
    """Give up."""
    with transaction() as session:
        disputes.withdraw(session, access_dispute(session, actor(), dispute_id, lock=True), now=utcnow())
    flash(_("Your dispute is withdrawn."), "success")
    return redirect(url_for(".show", dispute_id=dispute_id))


@brand.get("", endpoint="index")
def brand_index() -> ResponseReturnValue:
    """Disputes about decisions of this brand."""
    with transaction() as session:
        mine = current_brand(session, actor(), at_least=Role.MANAGER)
        rows = queries.disputes_where(session, Dispute.brand_id == mine.id, page=_page(), size=PAGE)
    return render_template(
        "payouts/disputes.html", disputes=rows[:PAGE], side="brand", states=words.STATES, name_of=words.named,
        lead=_("Experts contradict a decision about their pay. Answer within five days, or it is decided for them."),
        **_pages(".index", len(rows)),
    )  # fmt: skip


@brand.get("/<uuid:dispute_id>", endpoint="show")
def brand_show(dispute_id: UUID) -> ResponseReturnValue:
    """One dispute with the conversation, to answer it or to give way."""
    return _show(dispute_id, "brand", AnswerForm(formdata=None))


@brand.post("/<uuid:dispute_id>/answer", endpoint="answer")
def brand_answer(dispute_id: UUID) -> ResponseReturnValue:
    """Hold to the decision, and say why."""
    form = AnswerForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                found = access_dispute(session, actor(), dispute_id, lock=True)
                disputes.answer(session, found, text=form.answer.data, by=actor().person_id, now=utcnow())
            flash(_("Your answer is with an operator, who decides within seven days."), "success")
            return redirect(url_for(".show", dispute_id=dispute_id))
    return _show(dispute_id, "brand", form)


@brand.post("/<uuid:dispute_id>/concede", endpoint="concede")
def brand_concede(dispute_id: UUID) -> ResponseReturnValue:
    """Give way: the expert is paid."""
    with transaction() as session:
        found = access_dispute(session, actor(), dispute_id, lock=True)
        disputes.concede(session, found, by=actor().person_id, now=utcnow())
    flash(_("The expert is paid."), "success")
    return redirect(url_for(".show", dispute_id=dispute_id))


@operator.get("", endpoint="index")
def operator_index() -> ResponseReturnValue:
    """Every dispute, those that wait first."""
    with transaction() as session:
        rows = queries.disputes_where(session, page=_page(), size=PAGE)
    return render_template(
        "payouts/disputes.html", disputes=rows[:PAGE], side="operator", states=words.STATES, name_of=words.named,
        lead=_("Decide what brands have answered. After seven days it is decided for the expert."),
        **_pages(".index", len(rows)),
    )  # fmt: skip


@operator.get("/<uuid:dispute_id>", endpoint="show")
def operator_show(dispute_id: UUID) -> ResponseReturnValue:
    """One dispute: both sides, the conversation, the decision."""
    return _show(dispute_id, "operator", DecideForm(formdata=None))


@operator.post("/<uuid:dispute_id>/<any(uphold, reject):verdict>", endpoint="decide")
def operator_decide(dispute_id: UUID, verdict: str) -> ResponseReturnValue:
    """Decide with a reason that both read."""
    form = DecideForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                disputes.decide(
                    session, access_dispute(session, actor(), dispute_id, lock=True), for_expert=verdict == "uphold",
                    text=form.decision.data, by=actor().person_id, now=utcnow(),
                )  # fmt: skip
            flash(_("It is decided, and both are told."), "success")
            return redirect(url_for(".show", dispute_id=dispute_id))
    return _show(dispute_id, "operator", form)


def _show(dispute_id: UUID, side: str, form: Any) -> ResponseReturnValue:
    with transaction() as session:
        found = access_dispute(session, actor(), dispute_id)
        [row] = queries.disputes_where(session, Dispute.id == found.id)
        moves = queries.moves_of(session, found.id)
    allowed = {action.value for action in DisputeAction if DISPUTE.allows(found.state, action)}
    return render_template(
        "payouts/dispute.html", row=row, dispute=found, moves=moves, side=side, form=form, allowed=allowed,
        states=words.STATES, steps=words.DISPUTE_STEPS, name_of=words.named, says_of=words.says,
    ), status_of(form) if form is not None else 200  # fmt: skip


def _opened(dispute: Dispute) -> ResponseReturnValue:
    flash(_("Your dispute is with the brand, which answers within five days."), "success")
    return redirect(url_for("expert_decisions.show", dispute_id=dispute.id))


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _pages(endpoint: str, count: int) -> dict[str, str | None]:
    page = _page()
    return {
        "previous_url": url_for(endpoint, page=page - 1) if page > 1 else None,
        "next_url": url_for(endpoint, page=page + 1) if count > PAGE else None,
    }
