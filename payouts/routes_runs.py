"""The operator's payout runs: prepared, reviewed, approved, executed, with live progress."""

from collections import Counter
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money
from marketplace.core.web import Door, actor, explain, platform, transaction
from payouts import connect, ledger, runs, words, work
from payouts.access import access_run
from payouts.chart import AccountKind
from payouts.chart import platform as ledger_platform
from payouts.models import Payout, PayoutRun
from payouts.provider import gateway
from payouts.states import PayoutState, RunState

door = Door("operator_runs", __name__, audience=Audience.OPERATOR, url_prefix="/operator/runs")
PAGE = 100


def _operator() -> UUID:
    operator = actor().person_id
    assert operator is not None, "the door lets only people in"
    return operator


@door.get("")
def index() -> ResponseReturnValue:
    """Runs, newest first."""
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        found = session.scalars(
            select(PayoutRun).order_by(PayoutRun.created_at.desc()).offset((page - 1) * 25).limit(26)
        ).all()
    period = runs.period_of(utcnow())
    return render_template(
        "payouts/runs.html", runs=found[:25], period=period, states=words.STATES,
        has_this_week=any(run.period.startswith(period) and run.state is not RunState.CANCELLED for run in found),
        previous_url=url_for(".index", page=page - 1) if page > 1 else None,
        next_url=url_for(".index", page=page + 1) if len(found) > 25 else None,
    )  # fmt: skip


@door.post("/prepare")
def prepare() -> ResponseReturnValue:
    """Build this week's run, or another batch of it."""
    currency = request.form.get("currency", "EUR").upper()[:3]
    try:
        with transaction() as session:
            run = runs.prepare(
                session, currency=currency, minimum_minor=platform().settings.payout_minimum_minor, by=_operator(),
                now=utcnow(), extra=request.form.get("extra") == "1",
            )  # fmt: skip
    except runs.AlreadyPrepared as error:
        flash(explain(error), "warning")
        return redirect(url_for(".index"))
    return redirect(url_for(".show", run_id=run.id))


@door.get("/<uuid:run_id>")
def show(run_id: UUID) -> ResponseReturnValue:
    """One run: who is paid, who is not and why, and how far it is."""
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        run = access_run(session, actor(), run_id)
        payouts = session.scalars(
            select(Payout).where(Payout.run_id == run_id).order_by(Payout.id).offset((page - 1) * PAGE).limit(PAGE + 1)
        ).all()
        counts = runs.progress(session, run_id)
        there = ledger.balance(session, ledger_platform(AccountKind.STRIPE_AVAILABLE, run.currency))
        names = _names(session, run, list(payouts))
    limit = platform().settings.payout_second_approval_minor
    return render_template(
        "payouts/run.html", run=run, payouts=payouts[:PAGE], counts=counts, names=names, states=words.STATES,
        skips=words.SKIPS, skipped=run.skipped[:PAGE], by_reason=Counter(line["reason"] for line in run.skipped),
        settled=sum(n for state, n in counts.items() if state not in {PayoutState.PREPARED, PayoutState.SUBMITTED}),
        total=Money(run.total_minor, run.currency), available=Money(there, run.currency),
        margin=Money(platform().settings.payout_margin_minor, run.currency),
        needs_second=runs.needs_second(run, limit_minor=limit),
        approved_by_me=run.first_approver == _operator(),
        previous_url=url_for(".show", run_id=run_id, page=page - 1) if page > 1 else None,
        next_url=url_for(".show", run_id=run_id, page=page + 1) if len(payouts) > PAGE else None,
    )  # fmt: skip


@door.post("/<uuid:run_id>/approve")
def approve(run_id: UUID) -> ResponseReturnValue:
    """Approve; above the limit, a second operator completes it."""
    try:
        with transaction() as session:
            run = access_run(session, actor(), run_id, lock=True)
            limit = platform().settings.payout_second_approval_minor
            runs.approve(session, run, by=_operator(), limit_minor=limit, now=utcnow())
            approved = run.state is RunState.APPROVED
    except DomainError as error:
        flash(explain(error), "error")
    else:
        flash(_("Approved.") if approved else _("A second operator must approve it too."), "success")
    return redirect(url_for(".show", run_id=run_id))


@door.post("/<uuid:run_id>/execute")
def execute(run_id: UUID) -> ResponseReturnValue:
    """Start; the worker does it, and this page shows how far it is. Two clicks start it once."""
    try:
        with transaction() as session:
            access_run(session, actor(), run_id)
        carried = work.begin(platform(), gateway(), run_id)
    except DomainError as error:
        flash(explain(error), "error")
    else:
        flash(_("The run is under way."), "success")
        if carried:
            flash(_("%(count)s payouts wait for a later run: the provider’s balance does not cover them.",
                    count=carried), "warning")  # fmt: skip
    return redirect(url_for(".show", run_id=run_id))


@door.post("/<uuid:run_id>/cancel")
def cancel(run_id: UUID) -> ResponseReturnValue:
    """Drop it; its earnings can go into another run."""
    try:
        with transaction() as session:
            runs.cancel(session, access_run(session, actor(), run_id, lock=True))
    except DomainError as error:
        flash(explain(error), "error")
        return redirect(url_for(".show", run_id=run_id))
    flash(_("The run is cancelled."), "success")
    return redirect(url_for(".index"))


@door.post("/payees/<uuid:person_id>/<any(hold, free):choice>")
def hold(person_id: UUID, choice: str) -> ResponseReturnValue:
    """Stop sending to an expert, or go on."""
    with transaction() as session:
        if choice == "hold":
            connect.hold(session, person_id, because=request.form.get("because", "") or _("Held by an operator."))
        else:
            connect.clear_hold(session, person_id)
    flash(_("Saved."), "success")
    return redirect(url_for(".index"))


def _names(session: Session, run: PayoutRun, payouts: list[Payout]) -> dict[str, str]:
    ids = {payout.person_id for payout in payouts} | {UUID(line["person_id"]) for line in run.skipped[:PAGE]}
    ids |= {person for person in (run.prepared_by, run.first_approver, run.second_approver) if person is not None}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).tuples()
    return {str(person_id): name for person_id, name in rows}
