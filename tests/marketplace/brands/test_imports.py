"""Catalogue files: what is refused at once, what a job makes of the rest."""

import csv
import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.brands import imports
from marketplace.brands.catalogue import HEADER
from marketplace.brands.errors import NotACatalogue
from marketplace.brands.models import CatalogueImport, Product
from marketplace.brands.states import ImportState
from marketplace.core.web import Platform
from tests.factories.brands import NOW, make_brand
from tests.support import JobRunner


def file(lines: int, *, delimiter: str = ",", bad: frozenset[int] = frozenset(), bom: bool = False) -> bytes:
    """A catalogue of so many lines; those in `bad` have no price."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(HEADER)
    for n in range(lines):
        price = "" if n in bad else "12,50"
        writer.writerow(
            [f"P{n}", "", f"/p/{n}", "A, B; C", "Un « titre »", "", "", price, "EUR", "Shoes", "Chaussures", "", ""]
        )
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def begin(session: Session, parts: Platform, content: bytes) -> CatalogueImport:
    return imports.begin(
        session, make_brand(session), parts.storage, file_name="c.csv", content=content, by=None, now=NOW
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [True, False])
def test_a_file_is_read_whatever_its_delimiter(delimiter: str, bom: bool) -> None:
    rows = list(imports.read_rows(file(2, delimiter=delimiter, bom=bom)))
    assert [row["title_en"] for row in rows] == ["A, B; C", "A, B; C"]
    assert rows[1]["id"] == "P1"


@pytest.mark.parametrize(
    "content", [b"", b"id,url\n1,/p", b"\xff\xfe\x00bad", ",".join(HEADER).encode(), b"<xml></xml>\n1"]
)
def test_what_is_no_catalogue_is_refused_at_once(session: Session, parts: Platform, content: bytes) -> None:
    with pytest.raises(NotACatalogue) as refusal:
        begin(session, parts, content)
    assert refusal.value.field == "file"


def test_a_job_imports_all_and_tells_the_bad_lines(session: Session, parts: Platform, jobs: JobRunner) -> None:
    upload = begin(session, parts, file(imports.PART + 3, bad=frozenset({1, imports.PART + 1})))
    assert (upload.state, upload.rows_total) == (ImportState.QUEUED, imports.PART + 3)
    session.commit()
    assert jobs.run(imports.RUN) == [imports.RUN]
    session.refresh(upload)
    assert (upload.state, upload.rows_done) == (ImportState.DONE, upload.rows_total)
    assert upload.created == imports.PART + 1
    assert [(error["line"], error["field"]) for error in upload.errors] == [(3, "price"), (imports.PART + 3, "price")]
    told = list(imports.error_lines(upload, parts.storage.get(upload.stored_as)))
    assert [(line, column, cells[0]) for line, column, _, _, cells in told] == [
        (3, "price", "P1"), (imports.PART + 3, "price", f"P{imports.PART + 1}")
    ]  # fmt: skip


def test_an_import_that_was_cut_goes_on_where_it_stopped(session: Session, parts: Platform) -> None:
    upload = begin(session, parts, file(imports.PART + 1))
    assert imports.run_part(session, parts.storage, upload.id, now=NOW)
    assert (upload.state, upload.rows_done) == (ImportState.RUNNING, imports.PART)
    assert not imports.run_part(session, parts.storage, upload.id, now=NOW)
    assert not imports.run_part(session, parts.storage, upload.id, now=NOW)
    assert (upload.state, upload.created) == (ImportState.DONE, imports.PART + 1)
    assert session.scalar(select(func.count()).select_from(Product)) == imports.PART + 1


def test_an_import_whose_file_is_gone_fails(session: Session, parts: Platform) -> None:
    upload = begin(session, parts, file(1))
    parts.storage.delete(upload.stored_as)
    assert not imports.run_part(session, parts.storage, upload.id, now=NOW)
    assert upload.state is ImportState.FAILED
