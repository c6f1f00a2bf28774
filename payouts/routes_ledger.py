"""The operator's ledger: accounts > entries > transaction > the business row behind; self-check; exceptions."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, explain, platform, refusals, status_of, transaction
from payouts import audit, queries, reconciliation, words, work
from payouts.access import access_account, access_finding, access_transaction
from payouts.chart import NOBODY, AccountKind
from payouts.forms import NoteForm
from payouts.models import Finding, LedgerAccount
from payouts.provider import gateway
from payouts.states import FindingState

door = Door("operator_ledger", __name__, audience=Audience.OPERATOR, url_prefix="/operator")
PAGE = 50


@door.get("/ledger")
def index() -> ResponseReturnValue:
    """Accounts with their balances, by kind and owner."""
    chosen, search = request.args.get("kind", ""), request.args.get("q", "").strip()
    kind = AccountKind(chosen) if chosen in set(AccountKind) else None
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        owners = _owners_like(session, search) if search else None
        accounts = queries.accounts(session, kind=kind, owner_ids=owners, page=page, size=PAGE)
        names = _names(session, accounts[:PAGE])
    following = url_for(".index", kind=chosen or None, q=search or None, page=page + 1)
    return render_template(
        "payouts/ledger.html", accounts=accounts[:PAGE], names=names, kinds=words.ACCOUNTS, kind=chosen,
        search=search, report=None, checks=words.CHECKS,
        previous_url=url_for(".index", kind=chosen or None, q=search or None, page=page - 1) if page > 1 else None,
        next_url=following if len(accounts) > PAGE else None,
    )  # fmt: skip


@door.post("/ledger/check")
def check() -> ResponseReturnValue:
    """Ask every question of the self-check now."""
    with transaction() as session:
        report = audit.audit(session)
        accounts = queries.accounts(session, size=PAGE)
        names = _names(session, accounts[:PAGE])
    return render_template(
        "payouts/ledger.html", accounts=accounts[:PAGE], names=names, kinds=words.ACCOUNTS, kind="", search="",
        report=report, checks=words.CHECKS, previous_url=None,
        next_url=url_for(".index", page=2) if len(accounts) > PAGE else None,
    )  # fmt: skip


@door.get("/ledger/accounts/<uuid:account_id>")
def account(account_id: UUID) -> ResponseReturnValue:
    """One account, entry by entry."""
    with transaction() as session:
        found = access_account(session, actor(), account_id)
        entries = queries.entries_of(session, found.id, before=request.args.get("before", type=int), size=PAGE)
        name = _names(session, [found]).get(found.owner_id, "")
    older = (
        url_for(".account", account_id=account_id, before=entries[PAGE - 1][0].account_version)
        if len(entries) > PAGE
        else None
    )
    return render_template(
        "payouts/ledger_account.html", account=found, name=name, entries=entries[:PAGE], kinds=words.ACCOUNTS,
        types=words.TRANSACTIONS, next_url=older,
    )  # fmt: skip


@door.get("/ledger/transactions/<uuid:transaction_id>")
def show_transaction(transaction_id: UUID) -> ResponseReturnValue:
    """One transaction: its lines and the business row behind it."""
    with transaction() as session:
        found = access_transaction(session, actor(), transaction_id)
        lines = queries.lines_of(session, found.id)
        source = queries.source_of(session, found)
        names = _names(session, [line_account for _entry, line_account in lines])
    conversation_id = source.get("conversation_id") or (
        source.get("id") if found.source_type == "conversation" else None
    )
    return render_template(
        "payouts/ledger_transaction.html", transaction=found, lines=lines, source=source, names=names,
        kinds=words.ACCOUNTS, types=words.TRANSACTIONS, conversation_id=conversation_id,
    )  # fmt: skip


@door.get("/exceptions")
def exceptions() -> ResponseReturnValue:
    """What conversations, ledger and provider do not agree on."""
    return _exceptions_page(NoteForm(formdata=None))


def _exceptions_page(form: NoteForm) -> ResponseReturnValue:
    with transaction() as session:
        findings = session.scalars(
            select(Finding).order_by(Finding.state, Finding.last_seen_at.desc()).limit(200)
        ).all()
        owners = {
            owner.id: owner.name
            for owner in session.scalars(
                select(Person).where(Person.id.in_([f.owner_id for f in findings if f.owner_id is not None]))
            )
        }
    return render_template(
        "payouts/exceptions.html",
        findings=findings,
        owners=owners,
        states=words.STATES,
        form=form,
        words=words.FINDINGS,
    ), status_of(form)


@door.post("/exceptions/compare")
def compare() -> ResponseReturnValue:
    """Compare now instead of tonight."""
    try:
        work.ask_again(platform(), gateway())
        found = reconciliation.reconcile(platform().database, gateway(), now=utcnow())
    except DomainError as error:
        flash(explain(error), "error")
        return redirect(url_for(".exceptions"))
    if found:
        flash(_("%(count)s differences.", count=len(found)), "warning")
    else:
        flash(_("Conversations, ledger and provider agree."), "success")
    return redirect(url_for(".exceptions"))


@door.post("/exceptions/<uuid:finding_id>/take")
def take(finding_id: UUID) -> ResponseReturnValue:
    """Become the owner of a difference."""
    with transaction() as session:
        access_finding(session, actor(), finding_id, lock=True).owner_id = actor().person_id
    return redirect(url_for(".exceptions"))


@door.post("/exceptions/<uuid:finding_id>/resolve")
def resolve(finding_id: UUID) -> ResponseReturnValue:
    """Say what was done. Should the difference be seen again, it opens again."""
    form = NoteForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                finding = access_finding(session, actor(), finding_id, lock=True)
                finding.state, finding.resolved_at, finding.note = FindingState.RESOLVED, utcnow(), form.note.data
                finding.owner_id = finding.owner_id or actor().person_id
            flash(_("Noted."), "success")
            return redirect(url_for(".exceptions"))
    return _exceptions_page(form)


def _owners_like(session: Session, search: str) -> list[UUID]:
    people = select(Person.id).where(
        Person.name.icontains(search, autoescape=True) | Person.email.icontains(search, autoescape=True)
    )
    brands = select(Brand.id).where(Brand.name.icontains(search, autoescape=True))
    return list(session.scalars(people.union(brands).limit(500)))


def _names(session: Session, accounts: list[LedgerAccount]) -> dict[UUID, str]:
    """Names of the brands and people who own the accounts."""
    ids = {account.owner_id for account in accounts if account.owner_id != NOBODY}
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).tuples()
    brands = session.execute(select(Brand.id, Brand.name).where(Brand.id.in_(ids))).tuples()
    return {**dict(people.all()), **dict(brands.all())}
