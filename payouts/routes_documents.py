"""The expert's documents: legal details and mandate, invoices and credit notes, contesting them."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction
from payouts import document_files, document_queries, documents, papers, parties
from payouts.access import access_document, access_own_document
from payouts.document_queries import Filters
from payouts.forms_documents import ContestForm, ExpertForm
from payouts.mentions import CONTEST_DAYS, MANDATE_VERSION
from payouts.models import Document, DocumentContest
from payouts.states import DocumentKind, PartyKind

door = Door("expert_documents", __name__, audience=Audience.EXPERT, url_prefix="/expert")
PAGE = 25


def me() -> UUID:
    """The person who is signed in."""
    found = actor().person_id
    assert found is not None, "the door lets only people in"
    return found


def asked_filters() -> Filters:
    """What the address narrows the list to; what it cannot mean is ignored."""
    kind, month = request.args.get("kind", ""), request.args.get("month", "")
    try:
        day = date.fromisoformat(f"{month}-01") if month else None
    except ValueError:
        day = None
    return Filters(DocumentKind(kind) if kind in set(DocumentKind) else None, day, request.args.get("q", "").strip())


def pages(rows: list[Any], page: int, filters: Filters) -> dict[str, Any]:
    """Rows of this page, and the addresses of its neighbours."""
    more: dict[str, Any] = {
        "kind": filters.kind.value if filters.kind else None, "q": filters.search or None,
        "month": f"{filters.month:%Y-%m}" if filters.month else None,
    }  # fmt: skip
    return {
        "rows": rows[:PAGE], "filters": filters, "month": more["month"] or "", "kinds": papers.KINDS,
        "previous_url": url_for(".index", page=page - 1, **more) if page > 1 else None,
        "next_url": url_for(".index", page=page + 1, **more) if len(rows) > PAGE else None,
    }  # fmt: skip


def show_invoice(document_id: UUID, *, conversations: str) -> ResponseReturnValue:
    """A document as a brand or an operator reads it: nothing to contest. `conversations` is where its lines lead."""
    with transaction() as session:
        document = access_document(session, actor(), document_id)
        corrections = document_queries.corrections_of(session, document_id)
    return render_template(
        "payouts/document.html", document=document, contested=None, corrections=corrections, form=None,
        may_contest=False, kinds=papers.KINDS, describe=papers.description, title_of=papers.title_of,
        conversations=conversations,
    )  # fmt: skip


def send_invoice(document_id: UUID) -> Response:
    """Its PDF, for whoever may read it."""
    with transaction() as session:
        document = access_document(session, actor(), document_id)
    return send_pdf(document)


def send_pdf(document: Document) -> Response:
    """The stored file, made on the first download when the worker has not come to it."""
    parts = platform()
    content = document_files.bytes_of(parts.database, parts.storage, document.id, now=utcnow())
    name = f'attachment; filename="{document.number}.pdf"'
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": name})


@door.get("/documents")
def index() -> ResponseReturnValue:
    """Invoices in the expert's name, and those of our commission."""
    filters, page = asked_filters(), max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        rows = document_queries.documents_of(session, filters, person_id=me(), page=page, size=PAGE)
        months = document_queries.months_of(session, person_id=me())
        details, mandate = parties.party(session, me()), parties.mandate_of(session, me())
    return render_template(
        "payouts/documents.html", months=months, details=details, mandate=mandate, current=MANDATE_VERSION,
        years=sorted({month.year for month in months} | {utcnow().year}, reverse=True), **pages(rows, page, filters),
    )  # fmt: skip


@door.get("/documents/<uuid:document_id>")
def show(document_id: UUID) -> ResponseReturnValue:
    """One document with its lines."""
    return _show(document_id, ContestForm(formdata=None))


def _show(document_id: UUID, form: ContestForm) -> ResponseReturnValue:
    with transaction() as session:
        document = access_own_document(session, actor(), document_id)
        contested = session.get(DocumentContest, document_id)
        corrections = document_queries.corrections_of(session, document_id)
    may_contest = document.contest_until is not None and utcnow() <= document.contest_until and contested is None
    return render_template(
        "payouts/document.html", document=document, contested=contested, corrections=corrections, form=form,
        may_contest=may_contest, kinds=papers.KINDS, describe=papers.description, title_of=papers.title_of,
        conversations="expert_conversations.show",
    ), status_of(form)  # fmt: skip


@door.get("/documents/<uuid:document_id>.pdf")
def download(document_id: UUID) -> ResponseReturnValue:
    """The PDF as it was issued."""
    with transaction() as session:
        document = access_own_document(session, actor(), document_id)
    return send_pdf(document)


@door.post("/documents/<uuid:document_id>/contest")
def contest(document_id: UUID) -> ResponseReturnValue:
    """Say in time that it is wrong."""
    form = ContestForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                document = access_own_document(session, actor(), document_id)
                documents.contest(session, document, reason=form.reason.data, now=utcnow())
            flash(_("Noted. You get an answer here; a wrong invoice is corrected by a credit note."), "success")
            return redirect(url_for(".show", document_id=document_id))
    return _show(document_id, form)


@door.get("/documents/legal-details")
def details() -> ResponseReturnValue:
    """Who you are for the law, and the mandate."""
    form = ExpertForm(formdata=None)
    with transaction() as session:
        form.fill(parties.party(session, me()))
    return _details(form)


def _details(form: ExpertForm) -> ResponseReturnValue:
    with transaction() as session:
        known, mandate, issuer = parties.party(session, me()), parties.mandate_of(session, me()), parties.party(session)
    text = parties.mandate_text(issuer.name if issuer else "Comptoir", locale_code())
    return render_template(
        "payouts/legal_details.html", form=form, known=known, mandate=mandate, text=text, version=MANDATE_VERSION,
        days=CONTEST_DAYS,
    ), status_of(form)  # fmt: skip


@door.post("/documents/legal-details")
def save_details() -> ResponseReturnValue:
    """Keep the details; with the box ticked, the mandate with its text, the moment and the address."""
    form, now = ExpertForm(), utcnow()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                parties.save(session, me(), PartyKind.EXPERT, form.values(), by=me(), now=now)
                accepted = parties.mandate_of(session, me())
                if form.mandate.data and (accepted is None or accepted.version != MANDATE_VERSION):
                    where = request.remote_addr or ""
                    parties.accept_mandate(session, me(), locale=locale_code(), address=where, now=now)
            flash(_("Saved. It is printed on the invoices to come."), "success")
            return redirect(url_for(".details"))
    return _details(form)
