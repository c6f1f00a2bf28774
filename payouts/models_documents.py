"""Legal details, mandates, and the documents issued each month. What is issued never changes: triggers refuse it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Currency, Json, Key, Line, Minor, Prose, Short, state_column
from payouts.states import DocumentKind, LineSide, PartyKind, VatStatus


class LegalParty(Base):
    """Who an expert, a brand or the platform is for the law. Documents keep a copy of what it was at their issue."""

    __tablename__ = "legal_party"
    __table_args__ = (
        CheckConstraint("kind <> 'expert' OR (tin IS NOT NULL AND born_on IS NOT NULL)", name="expert"),
        CheckConstraint("vat_status <> 'registered' OR vat_number IS NOT NULL", name="vat"),
    )

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    """A person, a brand, or the nil UUID for the platform. No foreign key: documents outlive people."""
    kind: Mapped[PartyKind] = mapped_column(state_column(PartyKind))
    name: Mapped[Line]
    street: Mapped[Line]
    postcode: Mapped[Short]
    city: Mapped[Short]
    country: Mapped[Short]
    """Two capital letters (ISO 3166)."""
    siren: Mapped[Short | None]
    vat_status: Mapped[VatStatus] = mapped_column(state_column(VatStatus))
    vat_number: Mapped[Short | None]
    tin: Mapped[Short | None]
    """Tax identification number, and the country that gave it: asked of experts for the yearly report."""
    tin_country: Mapped[Short | None]
    born_on: Mapped[date | None]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Mandate(Base):
    """An expert's acceptance that invoices are issued in his name. Append-only; the last one counts."""

    __tablename__ = "mandate"
    __table_args__ = (Index("ix_mandate_person", "person_id", "accepted_at"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    version: Mapped[Short]
    locale: Mapped[Short]
    text: Mapped[Prose]
    """What was on the page."""
    contest_days: Mapped[int]
    """How long after its issue a document may be contested."""
    accepted_at: Mapped[datetime]
    address: Mapped[Short]
    """The network address it was accepted from."""


class DocumentSeries(Base):
    """A numbering: one per supplier and year. `last` is raised under a lock, in the transaction that issues."""

    __tablename__ = "document_series"
    __table_args__ = (UniqueConstraint("owner_id", "year"), UniqueConstraint("prefix", "year"))

    id: Mapped[Key]
    owner_id: Mapped[UUID]
    """The supplier: a person, or the nil UUID for the platform."""
    year: Mapped[int]
    prefix: Mapped[Short]
    last: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None]


class Document(Base):
    """An invoice or a credit note, as issued. `total_minor` is negative for a credit note."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("series_id", "sequence"),
        CheckConstraint("total_minor = base_minor + vat_minor AND total_minor <> 0", name="total"),
        CheckConstraint("(total_minor < 0) = (corrects_id IS NOT NULL)", name="credit_note"),
        CheckConstraint("(kind = 'fees') = (brand_id IS NOT NULL)", name="brand"),
        Index("ix_document_person", "person_id", "month"),
        Index("ix_document_brand", "brand_id", "month"),
        Index("ix_document_month", "month"),
        Index("ix_document_corrects", "corrects_id", postgresql_where="corrects_id IS NOT NULL"),
    )

    id: Mapped[Key]
    kind: Mapped[DocumentKind] = mapped_column(state_column(DocumentKind))
    number: Mapped[Short] = mapped_column(unique=True)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("document_series.id"))
    sequence: Mapped[int]
    month: Mapped[date]
    """First day of the month whose services it covers, UTC."""
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    """The expert: supplier of fees and bonuses, customer of the commission."""
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id"))
    currency: Mapped[Currency]
    base_minor: Mapped[Minor]
    """Without VAT."""
    vat_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    locale: Mapped[Short]
    content: Mapped[Json]
    """{seller, buyer, lines, mentions, vat, due_on, ...}: all that is printed, as it was then."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the number and the content."""
    issued_at: Mapped[datetime]
    contest_until: Mapped[datetime | None]


class DocumentLine(Base):
    """The posting behind a line: each is documented once as a supply and once as a commission."""

    __tablename__ = "document_line"
    __table_args__ = (
        UniqueConstraint("transaction_id", "side"),
        Index("ix_document_line_earning", "earning_id", "side"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    side: Mapped[LineSide] = mapped_column(state_column(LineSide))
    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transaction.id"))
    earning_id: Mapped[UUID] = mapped_column(ForeignKey("earning.id"))
    total_minor: Mapped[Minor]


class DocumentFile(Base):
    """The PDF of a document, made once; its bytes never change."""

    __tablename__ = "document_file"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    stored_as: Mapped[Short]
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]


class DocumentContest(Base):
    """An expert says, in time, that a document issued in his name is wrong; an operator answers."""

    __tablename__ = "document_contest"
    __table_args__ = (CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    reason: Mapped[Prose]
    contested_at: Mapped[datetime]
    answer: Mapped[Prose] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
