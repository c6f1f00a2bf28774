"""The operator's ledger: accounts > entries > transaction > the business row behind; self-check."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.actors import Audience
from marketplace.core.web import Door, actor, transaction
from payouts import audit, queries, words
from payouts.access import access_account, access_transaction
from payouts.chart import NOBODY, AccountKind
from payouts.models import LedgerAccount

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
