"""The brand's invoices: its legal details, what it received, each month beside what its wallet moved."""

from datetime import date, datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from payouts import document_queries, earned, papers, parties, words
from payouts.document_queries import Filters
from payouts.forms_documents import CompanyForm
from payouts.routes_documents import PAGE, asked_filters, pages, send_invoice, show_invoice
from payouts.sealing import first_of_next, start_of
from payouts.states import LineSide, PartyKind

door = Door("brand_documents", __name__, audience=Audience.BRAND, url_prefix="/brand/invoices")


@door.get("")
def index() -> ResponseReturnValue:
    """Invoices received, newest first."""
    filters, page = asked_filters(), max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = document_queries.documents_of(session, filters, brand_id=brand.id, page=page, size=PAGE)
        months = document_queries.months_of(session, brand_id=brand.id)
        known = parties.party(session, brand.id)
    return render_template(
        "payouts/brand_invoices.html", brand=brand, months=months, known=known, **pages(rows, page, filters)
    )


@door.get("/<month>")
def month(month: str) -> ResponseReturnValue:
    """One month: what was billed, and what the wallet moved."""
    first = month_of(month)
    since, until = start_of(first), start_of(first_of_next(first))
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = document_queries.documents_of(session, Filters(month=first), brand_id=brand.id, size=500)
        sums = document_queries.sums_of(session, brand.id, first)
        wallet = document_queries.wallet_month(session, brand.id, brand.currency, since, until)
        waiting = earned.sums(
            earned.movements(session, since=since, until=until, brand_id=brand.id, undocumented=LineSide.SUPPLY)
        )
    return render_template(
        "payouts/brand_month.html", brand=brand, first=first, rows=rows, sums=sums, wallet=wallet, waiting=waiting,
        types=words.TRANSACTIONS, kinds=papers.KINDS,
    )  # fmt: skip


def month_of(text: str) -> date:
    """The first day of a month such as 2026-10. Raises `Invalid`."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        raise Invalid("“%(month)s” is not a month; write it like 2026-10.", month=text[:20]) from None


@door.get("/documents/<uuid:document_id>")
def show(document_id: UUID) -> ResponseReturnValue:
    """One invoice with its lines, each leading to its conversation."""
    return show_invoice(document_id, conversations="brand_conversations.show")


@door.get("/documents/<uuid:document_id>.pdf")
def download(document_id: UUID) -> ResponseReturnValue:
    """The PDF as it was issued."""
    return send_invoice(document_id)


@door.get("/legal-details")
def details() -> ResponseReturnValue:
    """Who the brand is on its invoices."""
    form = CompanyForm(formdata=None)
    with transaction() as session:
        form.fill(parties.party(session, current_brand(session, actor()).id))
    return _details(form)


def _details(form: CompanyForm) -> ResponseReturnValue:
    with transaction() as session:
        brand = current_brand(session, actor())
    can_edit = may(actor(), brand.id, Role.OWNER)
    return render_template("payouts/company.html", brand=brand, form=form, can_edit=can_edit), status_of(form)


@door.post("/legal-details")
def save_details() -> ResponseReturnValue:
    """Keep them for the invoices to come."""
    form = CompanyForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                parties.save(session, brand.id, PartyKind.BRAND, form.values(), by=actor().person_id, now=utcnow())
            flash(_("Saved. It is printed on the invoices to come."), "success")
            return redirect(url_for(".details"))
    return _details(form)
