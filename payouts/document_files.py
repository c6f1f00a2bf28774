"""The PDF of a document: made once, kept in storage, given out as it was made."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.errors import Unavailable
from marketplace.core.storage import Storage
from payouts import papers
from payouts.models import Document, DocumentFile

BATCH = 20


class Altered(Unavailable):
    """The stored file is not the one that was made."""

    code = "document_altered"
    message = "The stored file is not the one that was issued. It is not shown; an operator was told by the log."


def bytes_of(database: Database, storage: Storage, document_id: UUID, *, now: datetime) -> bytes:
    """The PDF, made now if it was not yet. Call it inside an application context. Raises `Altered`."""
    with database.unit_of_work() as session:
        made = session.get(DocumentFile, document_id)
    if made is None:
        made = make(database, storage, document_id, now=now)
    content = storage.get(made.stored_as)
    if sha256(content).digest() != made.digest:
        raise Altered
    return content


def make(database: Database, storage: Storage, document_id: UUID, *, now: datetime) -> DocumentFile:
    """Make and keep the PDF. When two do it at once, the first one counts and the other file goes."""
    with database.unit_of_work() as session:
        document = session.get_one(Document, document_id)
    with force_locale(document.locale):
        content = papers.pdf_of(document)
    name = storage.put(content, suffix=".pdf")
    with database.unit_of_work() as session:
        session.execute(
            insert(DocumentFile)
            .values(
                document_id=document_id, stored_as=name, size=len(content), digest=sha256(content).digest(), made_at=now
            )
            .on_conflict_do_nothing()
        )
        kept = session.get_one(DocumentFile, document_id)
    if kept.stored_as != name:
        storage.delete(name)
    return kept


def missing(session: Session, *, limit: int = BATCH) -> list[UUID]:
    """Documents without their PDF, oldest first."""
    return list(
        session.scalars(
            select(Document.id)
            .outerjoin(DocumentFile)
            .where(DocumentFile.document_id.is_(None))
            .order_by(Document.issued_at, Document.id)
            .limit(limit)
        )
    )


def progress(session: Session) -> tuple[int, int]:
    """(PDFs made, documents issued)."""
    made = session.scalar(select(func.count()).select_from(DocumentFile)) or 0
    return made, session.scalar(select(func.count()).select_from(Document)) or 0
