"""What conversations, ledger and provider do not agree on: who looks at it, what was done; and what was compared."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, explain, platform, refusals, status_of, transaction
from payouts import findings, words, work
from payouts.access import access_finding
from payouts.forms import NoteForm
from payouts.models import Comparison, Finding
from payouts.provider import gateway
from payouts.states import FindingState

door = Door("operator_exceptions", __name__, audience=Audience.OPERATOR, url_prefix="/operator/exceptions")
PAGE = 50


def _me() -> UUID:
    me = actor().person_id
    assert me is not None, "the door lets only people in"
    return me


@door.get("")
def index() -> ResponseReturnValue:
    """Differences by state, and the last comparisons."""
    chosen = request.args.get("state", "")
    page = max(1, request.args.get("page", 1, type=int))
    wanted = [FindingState(chosen)] if chosen in set(FindingState) else list(FindingState)
    with transaction() as session:
        found = session.scalars(
            select(Finding)
            .where(Finding.state.in_(wanted))
            .order_by(Finding.state == FindingState.RESOLVED, Finding.last_seen_at.desc(), Finding.id)
            .offset((page - 1) * PAGE)
            .limit(PAGE + 1)
        ).all()
        compared = session.scalars(select(Comparison).order_by(Comparison.at.desc()).limit(14)).all()
        names = _names(session)
    return render_template(
        "payouts/exceptions.html", findings=found[:PAGE], comparisons=compared, names=names, states=words.STATES,
        words=words.FINDINGS, chosen=chosen,
        previous_url=url_for(".index", page=page - 1, state=chosen or None) if page > 1 else None,
        next_url=url_for(".index", page=page + 1, state=chosen or None) if len(found) > PAGE else None,
    )  # fmt: skip


@door.post("/compare")
def compare() -> ResponseReturnValue:
    """Compare now instead of tonight."""
    try:
        found = work.compare(platform(), gateway(), by=_me())
    except DomainError as error:
        flash(explain(error), "error")
        return redirect(url_for(".index"))
    if found:
        flash(_("%(count)s differences.", count=len(found)), "warning")
    else:
        flash(_("Conversations, ledger and provider agree."), "success")
    return redirect(url_for(".index"))


@door.get("/<uuid:finding_id>")
def show(finding_id: UUID) -> ResponseReturnValue:
    """One difference: its rows on both sides, its history, and what can be done."""
    return _page(finding_id, NoteForm(formdata=None))


def _page(finding_id: UUID, form: NoteForm) -> ResponseReturnValue:
    with transaction() as session:
        finding = access_finding(session, actor(), finding_id)
        names = _names(session)
    return render_template(
        "payouts/exception.html", one=finding, names=names, states=words.STATES, words=words.FINDINGS, form=form,
        links=_links(finding.details), checks=words.CHECKS,
    ), status_of(form)  # fmt: skip


def _links(details: dict[str, Any]) -> dict[str, str]:
    """Where the rows that a difference names are shown."""
    doors: dict[str, Callable[[UUID], str]] = {
        "transaction": lambda row: url_for("operator_ledger.show_transaction", transaction_id=row),
        "account_id": lambda row: url_for("operator_ledger.account", account_id=row),
        "conversation_id": lambda row: url_for("operator_conversations.show", conversation_id=row),
        "run": lambda row: url_for("operator_runs.show", run_id=row),
    }
    found = {}
    for name, make in doors.items():
        try:
            found[name] = make(UUID(str(details[name])))
        except (KeyError, ValueError):
            continue
    return found


@door.post("/<uuid:finding_id>/owner")
def assign(finding_id: UUID) -> ResponseReturnValue:
    """Give it to an operator, oneself when nobody is named."""
    chosen = request.form.get("owner", "")
    with transaction() as session:
        finding = access_finding(session, actor(), finding_id, lock=True)
        if chosen and chosen not in _names(session):
            raise NotFound
        findings.assign(session, finding, UUID(chosen) if chosen else _me(), by=_me(), now=utcnow())
    return redirect(url_for(".show", finding_id=finding_id))


@door.post("/<uuid:finding_id>/<any(acknowledge, resolve):choice>")
def move(finding_id: UUID, choice: str) -> ResponseReturnValue:
    """Say that it is looked at, or what was done. Should it be seen again, it opens again."""
    form = NoteForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                finding = access_finding(session, actor(), finding_id, lock=True)
                act = findings.acknowledge if choice == "acknowledge" else findings.resolve
                act(session, finding, by=_me(), words=form.note.data, now=utcnow())
            flash(_("Noted."), "success")
            return redirect(url_for(".show", finding_id=finding_id))
    return _page(finding_id, form)


def _names(session: Session) -> dict[str, str]:
    """Operators by id."""
    rows = session.execute(select(Person.id, Person.name).where(Person.is_operator).order_by(Person.name)).tuples()
    return {str(person_id): name for person_id, name in rows}
