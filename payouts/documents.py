"""Invoices and credit notes of a month: in each expert's name to brands and to us, and of ours for the commission.

What is documented is a posting of the ledger, once as a supply and once as a commission: the sum of all documents is
what was booked, and issuing again finds nothing left to issue.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Invalid
from payouts import numbering, parties, printing
from payouts.chart import NOBODY
from payouts.earned import Movement, movements, people_without_document
from payouts.models import Document, DocumentContest, DocumentLine, LegalParty, Mandate
from payouts.printing import Parties
from payouts.sealing import first_of_next
from payouts.sealing import start_of as start
from payouts.states import DocumentKind, LineSide

SETTLING = timedelta(hours=1)
"""How long after the month's end its documents may be issued: what arrives late is dated by then."""


class MonthNotOver(Conflict):
    """The month's documents cannot be issued yet."""

    code = "documents_month_not_over"
    message = "This month is not over yet: its documents are issued on the first of the next."


@dataclass(slots=True)
class Outcome:
    """What became of an expert's month: the documents, and what stands in the way of others."""

    issued: list[Document] = field(default_factory=list)
    blocked: list[tuple[str, UUID]] = field(default_factory=list)
    """(reason, whose details are missing)"""


def waiting(session: Session, month: date) -> list[UUID]:
    """Experts with postings of the month that are on no document yet."""
    since, until = start(month), start(first_of_next(month))
    found = {person for side in LineSide for person in people_without_document(session, side, since=since, until=until)}
    return sorted(found)


def issue(session: Session, person_id: UUID, month: date, *, now: datetime) -> Outcome:
    """Issue what the expert's month still lacks. Raises `MonthNotOver`.

    One expert at a time: his legal details are locked. A document needs the details of both sides and his mandate;
    without them nothing is issued and nothing lost: the next attempt finds the same postings.
    """
    month = month.replace(day=1)
    since, until = start(month), start(first_of_next(month))
    if now < until + SETTLING:
        raise MonthNotOver
    outcome = Outcome()
    seller, mandate = parties.party(session, person_id, lock=True), parties.mandate_of(session, person_id)
    issuer = parties.party(session)
    for reason, owner, found in (("details", person_id, seller), ("mandate", person_id, mandate),
                                 ("platform", NOBODY, issuer)):  # fmt: skip
        if found is None:
            outcome.blocked.append((reason, owner))
    if seller is None or mandate is None or issuer is None:
        return outcome
    who = _Who(seller, issuer, mandate, session.get_one(Person, person_id).locale)
    for side in LineSide:
        rows = movements(session, since=since, until=until, person_id=person_id, undocumented=side)
        for group in _groups(rows, side):
            _issue_group(session, who, side, group, month, outcome, now=now)
    return outcome


@dataclass(frozen=True, slots=True)
class _Who:
    seller: LegalParty
    issuer: LegalParty
    mandate: Mandate
    locale: str


def _groups(rows: Sequence[Movement], side: LineSide) -> Iterator[list[Movement]]:
    """Rows of one future document: per brand (or us) and currency; a commission is one per currency and rate of VAT."""
    found: dict[tuple[str, str, int], list[Movement]] = {}
    for row in rows:
        if side is LineSide.COMMISSION and not (row.commission or row.vat):
            continue
        brand = str(row.earning.brand_id or "") if side is LineSide.SUPPLY else ""
        rate = row.vat_bps if side is LineSide.COMMISSION else 0
        found.setdefault((brand, row.earning.currency, rate), []).append(row)
    for key in sorted(found):
        yield found[key]


def _issue_group(
    session: Session, who: _Who, side: LineSide, rows: list[Movement], month: date, outcome: Outcome, *, now: datetime
) -> None:
    brand_id = rows[0].earning.brand_id if side is LineSide.SUPPLY else None
    kind = DocumentKind.COMMISSION if side is LineSide.COMMISSION else DocumentKind.FEES
    locale = who.locale
    if side is LineSide.SUPPLY and brand_id is None:
        kind = DocumentKind.BONUS
    if kind is DocumentKind.FEES:
        assert brand_id is not None
        buyer = parties.party(session, brand_id)
        locale = session.get_one(Brand, brand_id).locale
        if buyer is None:
            outcome.blocked.append(("brand", brand_id))
            return
        sides = Parties(who.seller, buyer, who.issuer, who.mandate)
    elif kind is DocumentKind.BONUS:
        sides = Parties(who.seller, who.issuer, who.issuer, who.mandate)
    else:
        sides = Parties(who.issuer, who.seller, who.issuer, None)
    fresh, corrections = _split(session, side, rows)
    if kind is DocumentKind.COMMISSION and not printing.can_tax(sides, rows):
        outcome.blocked.append(("vat", sides.buyer.owner_id))
        return
    if fresh and sum(printing.total_of(row, side) for row in fresh) > 0:
        outcome.issued.append(_issue_one(session, kind, sides, fresh, month, locale, None, now=now))
    for original, taken in corrections:
        outcome.issued.append(_issue_one(session, kind, sides, taken, month, original.locale, original, now=now))


def _split(
    session: Session, side: LineSide, rows: list[Movement]
) -> tuple[list[Movement], list[tuple[Document, list[Movement]]]]:
    """What is new, and what takes back something that an earlier document has: by that document."""
    returned = {row.original_id for row in rows if row.is_return}
    documented = dict(
        session.execute(
            select(DocumentLine.earning_id, Document)
            .join(Document, Document.id == DocumentLine.document_id)
            .where(
                DocumentLine.earning_id.in_(returned), DocumentLine.side == side, Document.corrects_id.is_(None),
                DocumentLine.total_minor > 0,
            )
        ).tuples().all()
    )  # fmt: skip
    fresh: list[Movement] = []
    corrections: dict[UUID, tuple[Document, list[Movement]]] = {}
    for row in rows:
        original = documented.get(row.original_id) if row.is_return else None
        if original is None:
            fresh.append(row)
        else:
            corrections.setdefault(original.id, (original, []))[1].append(row)
    return fresh, sorted(corrections.values(), key=lambda pair: pair[0].number)


def _issue_one(
    session: Session, kind: DocumentKind, sides: Parties, rows: Sequence[Movement], month: date, locale: str,
    corrects: Document | None, *, now: datetime,
) -> Document:  # fmt: skip
    side = LineSide.COMMISSION if kind is DocumentKind.COMMISSION else LineSide.SUPPLY
    series, number, at = numbering.draw(session, sides.seller.owner_id, now=now)
    until = at + timedelta(days=sides.mandate.contest_days) if sides.mandate else None
    content = printing.content_of(
        kind, sides, rows, month=month, locale=locale, issued_on=at.date(), contest_until=until,
        corrects=(corrects.number, corrects.issued_at.date()) if corrects else None,
    )  # fmt: skip
    person_id = sides.buyer.owner_id if kind is DocumentKind.COMMISSION else sides.seller.owner_id
    document = Document(
        id=new_id(), kind=kind, number=number, series_id=series.id, sequence=series.last, month=month,
        person_id=person_id, brand_id=sides.buyer.owner_id if kind is DocumentKind.FEES else None,
        currency=rows[0].earning.currency, base_minor=content["base_minor"], vat_minor=content["vat_minor"],
        total_minor=content["total_minor"], corrects_id=corrects.id if corrects else None, locale=locale,
        content=content, digest=digest_of(number, content), issued_at=at, contest_until=until,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add_all(
        DocumentLine(
            document_id=document.id, position=position, side=side, transaction_id=row.transaction_id,
            earning_id=row.earning.id, total_minor=printing.total_of(row, side),
        )
        for position, row in enumerate(rows, 1)
    )  # fmt: skip
    session.flush()
    return document


def digest_of(number: str, content: dict[str, Any]) -> bytes:
    """SHA-256 over what was issued."""
    text = json.dumps({"number": number, **content}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def altered(documents: Iterable[Document]) -> list[Document]:
    """Those whose content is no longer what was issued."""
    return [one for one in documents if digest_of(one.number, one.content) != one.digest]


class TooLate(Conflict):
    """The time for contesting a document is over, or it is contested already."""

    code = "contest_closed"
    message = "This document can no longer be contested here. Write to us: a credit note can still correct it."


def contest(session: Session, document: Document, *, reason: str, now: datetime) -> DocumentContest:
    """The expert says in time what is wrong with a document issued in his name. Raises `TooLate`, `Invalid`."""
    if document.contest_until is None or now > document.contest_until:
        raise TooLate
    if session.get(DocumentContest, document.id) is not None:
        raise TooLate
    if not reason.strip():
        raise Invalid("Say what is wrong with it.", field="reason")
    contested = DocumentContest(document_id=document.id, reason=reason.strip()[:2_000], contested_at=now)
    session.add(contested)
    session.flush()
    return contested


def answer(session: Session, contested: DocumentContest, *, text: str, by: UUID | None, now: datetime) -> None:
    """The platform's answer, once. Raises `Invalid`, `TooLate`."""
    if contested.answered_at is not None:
        raise TooLate
    if not text.strip():
        raise Invalid("Say what was done.", field="answer")
    contested.answer, contested.answered_at, contested.answered_by = text.strip()[:2_000], now, by
    session.flush()
