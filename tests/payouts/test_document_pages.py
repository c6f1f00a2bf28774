"""Statements, invoices, summaries and reports as people see them: the same totals everywhere, and only their own."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Mission
from marketplace.core.i18n import money
from payouts import document_work, documents, earned, earnings, parties, reports
from payouts.dac7 import DPI
from payouts.models import Document, DocumentContest, DocumentFile, Earning
from payouts.reports import Unit
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.documents import ADDRESS, make_buyer, make_platform, make_seller
from tests.factories.payouts import earn, fund
from tests.support import JobRunner

MONDAY = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
WEEK = "2026-W42"
NOVEMBER = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_tokens(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # type: ignore[attr-defined]


def sign_in(client: FlaskClient, person: Person) -> None:
    client.post("/sign-out")
    answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code in {302, 303}, answer.text


@dataclass
class Scene:
    expert: Person
    owner: Person
    operator: Person
    brand: Brand
    other: Brand
    mission: Mission


@pytest.fixture
def scene(session: Session) -> Scene:
    """An expert of two brands with a week behind him: three conversations, one taken back in the same week."""
    owner, expert, operator = make_person(session), make_person(session), make_person(session, is_operator=True)
    session.add(Expert(person_id=expert.id, public_name="Maëlle", languages=["en"], joined_at=MONDAY))
    brand, other = make_brand(session, owner=owner), make_brand(session)
    make_platform(session)
    for one in (brand, other):
        fund(session, one, 50_000, now=MONDAY)
        make_buyer(session, one)
    make_seller(session, expert)
    mission, second = make_mission(session, brand, pay_minor=375), make_mission(session, other, pay_minor=1_250)
    for number, at in enumerate((mission, second, mission)):
        earn(session, at, expert, now=MONDAY + timedelta(hours=number))
    taken = session.scalars(select(Earning).order_by(Earning.earned_at.desc()).limit(1)).one()
    earnings.take_back(session, taken, because="A named rule.", now=MONDAY + timedelta(days=1))
    session.commit()
    return Scene(expert, owner, operator, brand, other, mission)


def words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ")


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_page_table_paper_and_invoices_show_the_same_totals(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    gross, net = 375 + 1_250, 300 + 1_000
    sign_in(client, scene.expert)
    page = client.get(f"/expert/statements/{WEEK}").text
    assert page.count(money(net, "EUR", "en")) >= 2
    table = rows(client.get(f"/expert/statements/{WEEK}.csv").data)
    assert len(table) == 4
    assert round(sum(float(row["net"]) for row in table) * 100) == net
    assert round(sum(float(row["gross"]) for row in table) * 100) == gross
    paper = words(client.get(f"/expert/statements/{WEEK}.pdf").data)
    assert money(net, "EUR", "en") in paper
    outcome = documents.issue(session, scene.expert.id, date(2026, 10, 1), now=NOVEMBER)
    session.commit()
    fees = sum(one.total_minor for one in outcome.issued if one.kind.value == "fees")
    kept = sum(one.total_minor for one in outcome.issued if one.kind.value == "commission")
    assert (fees, fees - kept) == (gross, net)
    listed = client.get("/expert/documents").text
    assert all(one.number in listed for one in outcome.issued)
    until = MONDAY + timedelta(days=7)
    booked = earned.sums(earned.movements(session, since=MONDAY, until=until, person_id=scene.expert.id))[0]
    assert (booked.gross.minor, booked.net.minor, booked.count) == (gross, net, 2)
    year = client.get("/expert/documents/years/2026").text
    assert money(net, "EUR", "en") in year
    assert money(net, "EUR", "en") in words(client.get("/expert/documents/years/2026.pdf").data)
    assert "13.00" in client.get("/expert/documents/years/2026.csv").text


def test_a_pdf_is_made_once_and_given_to_its_parties_only(client: FlaskClient, session: Session, scene: Scene) -> None:
    issued = documents.issue(session, scene.expert.id, date(2026, 10, 1), now=NOVEMBER).issued
    session.commit()
    to_brand = next(one for one in issued if one.brand_id == scene.brand.id)
    to_other = next(one for one in issued if one.brand_id == scene.other.id)
    sign_in(client, scene.expert)
    first = client.get(f"/expert/documents/{to_brand.id}.pdf").data
    assert first.startswith(b"%PDF")
    assert client.get(f"/expert/documents/{to_brand.id}").status_code == 200
    sign_in(client, scene.owner)
    assert client.get(f"/brand/invoices/documents/{to_brand.id}.pdf").data == first
    assert client.get(f"/brand/invoices/documents/{to_other.id}").status_code == 404
    assert client.get(f"/brand/invoices/documents/{to_other.id}.pdf").status_code == 404
    assert to_brand.number in client.get("/brand/invoices").text
    month = client.get("/brand/invoices/2026-10").text
    assert money(to_brand.total_minor, "EUR", "en") in month
    assert money(50_000 - 375, "EUR", "en") in month
    assert client.get("/brand/invoices/2026-13").status_code == 422
    stranger = make_person(session)
    session.add(Expert(person_id=stranger.id, public_name="Nobody", languages=["en"], joined_at=MONDAY))
    session.commit()
    sign_in(client, stranger)
    assert client.get(f"/expert/documents/{to_brand.id}.pdf").status_code == 404
    assert session.scalars(select(DocumentFile.document_id)).all() == [to_brand.id]


def test_a_brand_sees_what_it_spent_and_the_rows_add_up(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.owner)
    for by in ("mission", "expert", "category"):
        shown = client.get(f"/brand/spending?by={by}&month=2026-10").text
        assert money(375, "EUR", "en") in shown
    only = client.get(f"/brand/spending?by=mission&month=2026-10&only={scene.mission.id}").text
    assert "3 rows" in only
    table = rows(client.get("/brand/spending/rows.csv?month=2026-10").data)
    assert round(sum(float(row["total"]) for row in table) * 100) == 375
    assert client.get("/brand/spending?by=nonsense&only=x&page=-3").status_code == 200


def test_details_and_mandate_are_given_on_one_page(client: FlaskClient, session: Session) -> None:
    person = make_person(session)
    session.add(Expert(person_id=person.id, public_name="New", languages=["en"], joined_at=MONDAY))
    session.commit()
    sign_in(client, person)
    assert "wait for your legal details" in client.get("/expert/documents").text
    given = {"name": "Ada", **ADDRESS, "tin": "1234567890123", "tin_country": "FR", "born_on": "1990-05-17",
             "vat_status": "franchise"}  # fmt: skip
    for wrong, word in (
        ({"siren": "123456789"}, "SIREN"), ({"born_on": "2015-01-01"}, "18 or older"), ({"tin": "12"}, "tax number"),
        ({"vat_status": "registered"}, "VAT number"), ({"name": ""}, "Fill this in"),
    ):  # fmt: skip
        answer = client.post("/expert/documents/legal-details", data={**given, **wrong})
        assert answer.status_code == 422
        assert word in answer.text
    assert client.post("/expert/documents/legal-details", data=given).status_code == 302
    assert parties.mandate_of(session, person.id) is None
    client.post("/expert/documents/legal-details", data={**given, "mandate": "y"})
    client.post("/expert/documents/legal-details", data={**given, "mandate": "y"})
    session.expire_all()
    accepted = parties.mandate_of(session, person.id)
    assert accepted is not None
    assert accepted.address == "127.0.0.1"
    assert "8 days" in accepted.text
    assert "Mandate accepted" in client.get("/expert/documents/legal-details").text


def test_a_document_is_contested_in_time_and_answered(client: FlaskClient, session: Session, scene: Scene) -> None:
    document = documents.issue(session, scene.expert.id, date(2026, 10, 1), now=NOVEMBER).issued[0]
    with pytest.raises(documents.TooLate):
        documents.contest(session, document, reason="Wrong.", now=NOVEMBER + timedelta(days=9))
    documents.contest(session, document, reason="The address is wrong.", now=NOVEMBER + timedelta(days=2))
    session.commit()
    sign_in(client, scene.operator)
    assert "The address is wrong." in client.get("/operator/documents").text
    client.post(f"/operator/documents/{document.id}/answer", data={"answer": "Corrected from the next on."})
    session.expire_all()
    assert session.get_one(DocumentContest, document.id).answered_by == scene.operator.id
    sign_in(client, scene.expert)
    assert "Corrected from the next on." in client.get(f"/expert/documents/{document.id}").text


def test_an_operator_issues_a_month_and_its_pdfs_in_the_background(
    client: FlaskClient, session: Session, scene: Scene, jobs: JobRunner
) -> None:
    sign_in(client, scene.operator)
    assert client.post("/operator/documents/issue", data={"month": "2026-10"}).status_code == 302
    assert client.post("/operator/documents/issue", data={"month": "2099-01"}).status_code == 409
    jobs.run(document_work.ISSUE)
    jobs.run(document_work.RENDER)
    session.expire_all()
    issued = session.scalars(select(Document.id).where(Document.person_id == scene.expert.id)).all()
    made = session.scalars(select(DocumentFile.document_id)).all()
    assert len(issued) == 3
    assert set(issued) <= set(made)
    shown = client.get("/operator/documents?q=nobody-of-this-name")
    assert "Nothing matches" in shown.text


def test_the_yearly_report_has_the_ledgers_quarters_and_names_who_is_incomplete(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    nameless = make_person(session, name="Nameless Expert")
    earn(session, scene.mission, nameless, now=MONDAY)
    session.commit()
    quarter = reports.periods(session, 2026, Unit.QUARTER, person_id=scene.expert.id)[0]
    assert (quarter.number, quarter.count, quarter.gross.minor, quarter.fees.minor) == (4, 2, 1_625, 325)
    sign_in(client, scene.operator)
    assert "1 expert lacks" in client.get("/operator/reports/2026").text
    table = {row["person"]: row for row in rows(client.get("/operator/reports/2026.csv").data)}
    assert table[str(scene.expert.id)]["q4_gross"] == "16.25"
    assert table[str(nameless.id)]["complete"] == "0"
    tree = ElementTree.fromstring(client.get("/operator/reports/2026.xml").data)  # noqa: S314 - our own
    sellers = tree.findall(f".//{{{DPI}}}ReportableSeller")
    assert len(sellers) == 1
    assert sellers[0].findtext(f".//{{{DPI}}}ConsQ4") == "13"
    assert sellers[0].findtext(f".//{{{DPI}}}NumbQ4") == "2"
    assert client.get("/operator/reports/1999").status_code == 404


@pytest.mark.parametrize("path", ["/operator/documents", "/operator/reports/2026", "/operator/reports/2026.xml"])
def test_reports_are_for_operators(client: FlaskClient, scene: Scene, path: str) -> None:
    sign_in(client, scene.expert)
    assert client.get(path).status_code == 403
