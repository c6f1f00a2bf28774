"""Reads of documents: an expert's, a brand's, all; and what stands in the way of others."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from payouts import ledger, parties
from payouts.chart import AccountKind, brand
from payouts.earned import movements, people_without_document
from payouts.models import (
    Document,
    DocumentContest,
    DocumentFile,
    LedgerEntry,
    LedgerTransaction,
    LegalParty,
    Mandate,
)  # fmt: skip
from payouts.printing import Parties, can_tax
from payouts.sealing import first_of_next, start_of
from payouts.states import DocumentKind, LineSide


@dataclass(frozen=True, slots=True)
class Row:
    """A document in a list."""

    document: Document
    expert: str
    brand: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty values do not narrow."""

    kind: DocumentKind | None = None
    month: date | None = None
    search: str = ""


def _rows() -> Select[tuple[Document, str, str]]:
    return (
        select(Document, Person.name, func.coalesce(Brand.name, ""))
        .join(Person, Person.id == Document.person_id)
        .outerjoin(Brand, Brand.id == Document.brand_id)
        .order_by(Document.month.desc(), Document.issued_at.desc(), Document.number)
    )


def documents_of(
    session: Session, filters: Filters, *, person_id: UUID | None = None, brand_id: UUID | None = None, page: int = 1,
    size: int = 25,
) -> list[Row]:  # fmt: skip
    """Newest first; one more than `size` when there is a next page."""
    statement = _rows()
    if person_id is not None:
        statement = statement.where(Document.person_id == person_id)
    if brand_id is not None:
        statement = statement.where(Document.brand_id == brand_id)
    if filters.kind is not None:
        statement = statement.where(Document.kind == filters.kind)
    if filters.month is not None:
        statement = statement.where(Document.month == filters.month)
    if filters.search:
        like = {"autoescape": True}
        statement = statement.where(
            or_(
                Document.number.icontains(filters.search, **like), Person.name.icontains(filters.search, **like),
                Brand.name.icontains(filters.search, **like),
            )
        )  # fmt: skip
    found = session.execute(statement.offset((page - 1) * size).limit(size + 1)).tuples()
    return [Row(*row) for row in found]


def months_of(session: Session, *, person_id: UUID | None = None, brand_id: UUID | None = None) -> list[date]:
    """Months that have documents, newest first."""
    statement = select(Document.month).distinct().order_by(Document.month.desc())
    if person_id is not None:
        statement = statement.where(Document.person_id == person_id)
    if brand_id is not None:
        statement = statement.where(Document.brand_id == brand_id)
    return list(session.scalars(statement))


def sums_of(session: Session, brand_id: UUID, month: date) -> list[tuple[str, int, int]]:
    """(currency, documents, total in minor units) that the brand was billed for the month, credit notes taken off."""
    rows = session.execute(
        select(Document.currency, func.count(), func.sum(Document.total_minor))
        .where(Document.brand_id == brand_id, Document.month == month)
        .group_by(Document.currency)
        .order_by(Document.currency)
    ).tuples()
    return [(currency, count, int(total)) for currency, count, total in rows]


def corrections_of(session: Session, document_id: UUID) -> list[Document]:
    """Credit notes that name the document."""
    statement = select(Document).where(Document.corrects_id == document_id).order_by(Document.issued_at)
    return list(session.scalars(statement))


def file_of(session: Session, document_id: UUID) -> DocumentFile | None:
    """What was made of it, if it was."""
    return session.get(DocumentFile, document_id)


@dataclass(frozen=True, slots=True)
class WalletMonth:
    """A brand's wallet over a month: what it began and ended with, and what moved, by kind of posting."""

    currency: str
    opening: int
    closing: int
    moves: tuple[tuple[str, int, int], ...]
    """(type of transaction, how many, sum in minor units; positive came in)"""


def wallet_month(session: Session, brand_id: UUID, currency: str, since: datetime, until: datetime) -> WalletMonth:
    """Wallet and held money together: what an open conversation holds is still the brand's."""
    accounts = [brand(kind, brand_id, currency) for kind in (AccountKind.BRAND_WALLET, AccountKind.BRAND_HELD)]
    before = since - timedelta(microseconds=1)
    opening = sum(ledger.balance_at(session, one, before) for one in accounts)
    rows = session.execute(
        select(LedgerTransaction.id, LedgerTransaction.type, -func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(
            LedgerEntry.account_id.in_([one.id for one in accounts]), LedgerTransaction.event_at >= since,
            LedgerTransaction.event_at < until,
        )
        .group_by(LedgerTransaction.id, LedgerTransaction.type)
    ).tuples()  # fmt: skip
    kinds: dict[str, list[int]] = {}
    for _id, kind, amount in rows:
        if amount:
            kinds.setdefault(kind, []).append(int(amount))
    moves = tuple((kind, len(kinds[kind]), sum(kinds[kind])) for kind in sorted(kinds))
    return WalletMonth(currency, opening, opening + sum(total for _, _, total in moves), moves)


def blocked(session: Session, people: list[UUID]) -> list[tuple[str, UUID, str]]:
    """Of these experts, who cannot be invoiced for: (reason, who, name)."""
    rows: Any = session.execute(
        select(Person.id, Person.name, LegalParty.owner_id, func.max(Mandate.accepted_at))
        .outerjoin(LegalParty, LegalParty.owner_id == Person.id)
        .outerjoin(Mandate, Mandate.person_id == Person.id)
        .where(Person.id.in_(people))
        .group_by(Person.id, Person.name, LegalParty.owner_id)
        .order_by(Person.name)
    ).tuples()
    found: list[tuple[str, UUID, str]] = []
    for person_id, name, details, accepted in rows:
        if details is None or accepted is None:
            found.append(("details" if details is None else "mandate", person_id, name))
    return found


def untaxed(session: Session, month: date) -> list[tuple[str, UUID, str]]:
    """Experts whose commission of the month waits because VAT is due on it and none was taken: as `blocked`."""
    since, until = start_of(month), start_of(first_of_next(month))
    issuer = parties.party(session)
    if issuer is None:
        return []
    found: list[tuple[str, UUID, str]] = []
    for person_id in people_without_document(session, LineSide.COMMISSION, since=since, until=until):
        seller = parties.party(session, person_id)
        if seller is None:
            continue
        rows = movements(session, since=since, until=until, person_id=person_id, undocumented=LineSide.COMMISSION)
        if not can_tax(Parties(issuer, seller, issuer, None), [row for row in rows if row.commission or row.vat]):
            found.append(("vat", person_id, session.get_one(Person, person_id).name))
    return found


def brands_without_details(session: Session) -> list[tuple[UUID, str]]:
    """Brands that cannot be invoiced: (id, name)."""
    rows = session.execute(
        select(Brand.id, Brand.name)
        .outerjoin(LegalParty, LegalParty.owner_id == Brand.id)
        .where(LegalParty.owner_id.is_(None), Brand.disabled_at.is_(None))
        .order_by(Brand.name)
        .limit(100)
    ).tuples()
    return list(rows)


def open_contests(session: Session) -> list[tuple[DocumentContest, Document, str]]:
    """Contested documents that wait for an answer, oldest first: with who contests."""
    rows: Any = session.execute(
        select(DocumentContest, Document, Person.name)
        .join(Document, Document.id == DocumentContest.document_id)
        .join(Person, Person.id == Document.person_id)
        .where(DocumentContest.answered_at.is_(None))
        .order_by(DocumentContest.contested_at)
    ).tuples()
    return list(rows)
