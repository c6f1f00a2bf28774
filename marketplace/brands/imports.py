"""Catalogue files: kept as uploaded, imported in parts by a job, each line that was left out told."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.brands.catalogue import HEADER, import_rows
from marketplace.brands.errors import NotACatalogue
from marketplace.brands.models import Brand, CatalogueImport
from marketplace.brands.states import ImportState
from marketplace.core.errors import NotFound
from marketplace.core.jobs import defer
from marketplace.core.storage import Storage

RUN = "brands.import_catalogue"
PART = 200
"""Lines per transaction: progress is seen, and a restart goes on from there."""
MOST_LINES = 100_000
MOST_ERRORS = 1_000
"""Errors kept; a file with more is broken as a whole."""
_REQUIRED = ("id", "url", "price")
csv.field_size_limit(200_000)


def begin(
    session: Session, brand: Brand, storage: Storage, *, file_name: str, content: bytes, by: UUID | None, now: datetime
) -> CatalogueImport:
    """Keep the file and ask for its import. Raises `NotACatalogue` for one that cannot be read at all."""
    rows = sum(1 for _ in read_rows(content))
    if not rows:
        raise NotACatalogue("The file has no line below its header.", field="file")
    if rows > MOST_LINES:
        raise NotACatalogue("The file has more than %(most)s lines: split it.", field="file", most=MOST_LINES)
    upload = CatalogueImport(
        brand_id=brand.id, by_person_id=by, file_name=file_name[:300] or "catalogue.csv", rows_total=rows,
        stored_as=storage.put(content, suffix=".csv"), created_at=now,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    defer(session, RUN, lock=f"import:{brand.id}", import_id=str(upload.id))
    return upload


def run_part(session: Session, storage: Storage, import_id: UUID, *, now: datetime) -> bool:
    """Import the next lines; whether more remain. Doing it again after a crash goes on where it stopped."""
    upload = session.scalar(select(CatalogueImport).where(CatalogueImport.id == import_id).with_for_update())
    if upload is None or upload.state in {ImportState.DONE, ImportState.FAILED}:
        return False
    brand = session.get_one(Brand, upload.brand_id)
    upload.state = ImportState.RUNNING
    try:
        content = storage.get(upload.stored_as)
    except NotFound:
        upload.state, upload.finished_at = ImportState.FAILED, now
        return False
    rows = list(islice(read_rows(content), upload.rows_done, upload.rows_done + PART))
    report = import_rows(session, brand, rows, now=now, first_line=upload.rows_done + 2)
    upload.created += report.created
    upload.updated += report.updated
    upload.errors = [*upload.errors, *(asdict(error) for error in report.errors)][:MOST_ERRORS]
    upload.rows_done += len(rows)
    if upload.rows_done >= upload.rows_total or not rows:
        upload.state, upload.finished_at = ImportState.DONE, now
    session.flush()
    return upload.state is ImportState.RUNNING


def read_rows(content: bytes) -> Iterator[Mapping[str, str]]:
    """The lines as {column: cell}, with comma, semicolon or tab. Raises `NotACatalogue`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotACatalogue("The file must be written in UTF-8.", field="file") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in _REQUIRED if name not in reader.fieldnames]
    for pair in ("title", "category_path"):
        if not any(f"{pair}_{language}" in reader.fieldnames for language in ("en", "fr")):
            missing.append(f"{pair}_en")
    if missing:
        raise NotACatalogue("These columns are missing: %(names)s.", field="file", names=", ".join(missing))
    try:
        yield from reader
    except csv.Error as error:
        raise NotACatalogue(field="file", why=str(error)) from error


def error_lines(
    upload: CatalogueImport, content: bytes
) -> Iterator[tuple[int, str, str, Mapping[str, object], list[str]]]:
    """(line, column, message, its values, the line's cells in the order of `HEADER`) of each line left out."""
    by_line = {error["line"]: error for error in upload.errors}
    for line, row in enumerate(read_rows(content), start=2):
        error = by_line.get(line)
        if error is not None:
            yield line, error["field"], error["message"], error["values"], [row.get(name) or "" for name in HEADER]


def imports_of(session: Session, brand_id: UUID, *, limit: int = 10) -> list[CatalogueImport]:
    """The latest imports, newest first."""
    return list(
        session.scalars(
            select(CatalogueImport)
            .where(CatalogueImport.brand_id == brand_id)
            .order_by(CatalogueImport.id.desc())
            .limit(limit)
        )
    )


def count_running(session: Session, brand_id: UUID) -> int:
    """How many imports of the brand are not finished."""
    unfinished = (ImportState.QUEUED, ImportState.RUNNING)
    return (
        session.scalar(
            select(func.count()).where(CatalogueImport.brand_id == brand_id, CatalogueImport.state.in_(unfinished))
        )
        or 0
    )
