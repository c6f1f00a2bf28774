"""The operator's documents: what was issued, what stands in the way, what is contested."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import gettext as _
from marketplace.core.jobs import defer
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from payouts import document_files, document_queries, document_work, documents, parties
from payouts.access import access_contest
from payouts.chart import NOBODY
from payouts.forms_documents import AnswerForm, CompanyForm
from payouts.routes_brand_documents import month_of
from payouts.routes_documents import PAGE, asked_filters, pages, send_invoice, show_invoice
from payouts.states import PartyKind

door = Door("operator_documents", __name__, audience=Audience.OPERATOR, url_prefix="/operator/documents")


@door.get("")
def index() -> ResponseReturnValue:
    """All documents, how far their PDFs are, and what is missing for others."""
    return _index(AnswerForm(formdata=None))


def _index(form: AnswerForm) -> ResponseReturnValue:
    filters, page, now = asked_filters(), max(1, request.args.get("page", 1, type=int)), utcnow()
    last = document_work.closed_months(now)[-1]
    with transaction() as session:
        rows = document_queries.documents_of(session, filters, page=page, size=PAGE)
        months = document_queries.months_of(session)
        made, issued = document_files.progress(session)
        waiting = documents.waiting(session, last)
        blocked, untaxed = document_queries.blocked(session, waiting), document_queries.untaxed(session, last)
        brands, contests = document_queries.brands_without_details(session), document_queries.open_contests(session)
        issuer, busy = parties.party(session), document_work.is_busy(session)
    return render_template(
        "payouts/operator_documents.html", months=months, made=made, issued=issued, waiting=len(waiting), last=last,
        blocked=blocked, untaxed=untaxed, brands=brands, contests=contests, issuer=issuer, form=form, busy=busy,
        year=now.year, **pages(rows, page, filters),
    ), status_of(form)  # fmt: skip


@door.post("/issue")
def issue() -> ResponseReturnValue:
    """Issue what a month still lacks, in the background."""
    first = month_of(request.form.get("month", ""))
    if first not in document_work.closed_months(utcnow()):
        raise documents.MonthNotOver
    with transaction() as session:
        defer(session, document_work.ISSUE, lock=document_work.ISSUE, month=f"{first:%Y-%m}")
    flash(_("The documents are being issued. This page shows how far it is."), "success")
    return redirect(url_for(".index"))


@door.post("/render")
def render() -> ResponseReturnValue:
    """Make the PDFs that nobody has asked for yet, in the background."""
    with transaction() as session:
        defer(session, document_work.RENDER, lock=document_work.RENDER)
    flash(_("The PDFs are being made."), "success")
    return redirect(url_for(".index"))


@door.get("/<uuid:document_id>")
def show(document_id: UUID) -> ResponseReturnValue:
    """One document with its lines."""
    return show_invoice(document_id, conversations="operator_conversations.show")


@door.get("/<uuid:document_id>.pdf")
def download(document_id: UUID) -> ResponseReturnValue:
    """The PDF as it was issued."""
    return send_invoice(document_id)


@door.post("/<uuid:document_id>/answer")
def answer(document_id: UUID) -> ResponseReturnValue:
    """Answer what an expert contested."""
    form = AnswerForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                contested = access_contest(session, actor(), document_id)
                documents.answer(session, contested, text=form.answer.data, by=actor().person_id, now=utcnow())
            flash(_("Answered. The expert reads it on the document’s page."), "success")
            return redirect(url_for(".index"))
    return _index(form)


@door.get("/legal-details")
def details() -> ResponseReturnValue:
    """Who the platform is on invoices."""
    form = CompanyForm(formdata=None)
    with transaction() as session:
        form.fill(parties.party(session))
    return render_template("payouts/company.html", form=form, can_edit=True)


@door.post("/legal-details")
def save_details() -> ResponseReturnValue:
    """Keep them for the documents to come."""
    form = CompanyForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                values, by = form.values(), actor().person_id
                parties.save(session, NOBODY, PartyKind.PLATFORM, values, by=by, now=utcnow())
            flash(_("Saved. It is printed on the invoices to come."), "success")
            return redirect(url_for(".details"))
    return render_template("payouts/company.html", form=form, can_edit=True), status_of(form)
