"""PDF and XML of documents: what they carry, and that they are what the standards ask."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from flask import Flask
from flask_babel import force_locale
from lxml import etree
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from payouts import documents, earnings, papers
from payouts.models import Document, Earning
from tests.factories.documents import make_buyer, make_platform, make_seller
from tests.factories.payouts import earn, make_market

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
NAMES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
}
HOSTILE = '#panic("x") @ref $y$ <b> \\ «é»'


@pytest.fixture
def issued(session: Session) -> list[Document]:
    """An invoice, a commission and the credit notes of both; the customer has a name full of markup."""
    brand, mission, person = make_market(session)
    make_platform(session)
    make_buyer(session, brand, name=HOSTILE)
    make_seller(session, person)
    for day in (5, 6):
        earn(session, mission, person, now=datetime(2026, 10, day, 9, 0, tzinfo=UTC))
    first = documents.issue(session, person.id, OCTOBER, now=datetime(2026, 11, 1, 4, 0, tzinfo=UTC)).issued
    taken = session.scalars(select(Earning).order_by(Earning.id)).first()
    assert taken is not None
    earnings.take_back(session, taken, because="A named rule.", now=datetime(2026, 11, 9, 9, 0, tzinfo=UTC))
    return first + documents.issue(session, person.id, NOVEMBER, now=datetime(2026, 12, 1, 4, 0, tzinfo=UTC)).issued


def value(xml: Any, path: str) -> str:
    return str(xml.xpath(f"string({path})", namespaces=NAMES))


def test_each_pdf_carries_its_invoice_as_valid_xml(app: Flask, issued: list[Document]) -> None:
    assert len(issued) == 4
    for document in issued:
        with app.app_context(), force_locale(document.locale):
            pdf = papers.pdf_of(document)
        name, xml = get_facturx_xml_from_pdf(io.BytesIO(pdf))
        assert name == "factur-x.xml"
        assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
        tree = etree.fromstring(xml)
        assert value(tree, "//rsm:ExchangedDocument/ram:ID") == document.number
        assert value(tree, "//ram:GrandTotalAmount") == f"{abs(document.total_minor) / 100:.2f}"
        lines = tree.xpath("//ram:LineTotalAmount[ancestor::ram:IncludedSupplyChainTradeLineItem]", namespaces=NAMES)
        assert sum(round(float(line.text) * 100) for line in lines) == abs(document.base_minor)
        assert value(tree, "//rsm:ExchangedDocument/ram:TypeCode") == ("381" if document.corrects_id else "380")
        if document.corrects_id:
            referred = value(tree, "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID")
            assert referred == document.content["corrects"]["number"]
        metadata = pdf[pdf.find(b"<x:xmpmeta") :] if b"<x:xmpmeta" in pdf else b""
        reader = PdfReader(io.BytesIO(pdf))
        about = str(reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else metadata)
        assert "EN 16931" in about
        assert "pdfaid" in about


def test_what_people_wrote_is_printed_and_never_run(app: Flask, issued: list[Document]) -> None:
    with app.app_context(), force_locale("fr"):
        text = PdfReader(io.BytesIO(papers.pdf_of(issued[0]))).pages[0].extract_text()
    assert '#panic("x") @ref $y$ <b>' in text
    assert issued[0].number in text


def test_mentions_follow_the_law_of_the_day(issued: list[Document]) -> None:
    mentions = " ".join(issued[0].content["mentions"])
    assert "CIBS" in mentions
    assert "293 B" not in mentions
    assert "L. 441-10" in mentions
