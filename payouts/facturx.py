"""The invoice as XML: Factur-X in its EN 16931 profile, embedded in the PDF."""

from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.core.money import Money
from payouts.models import Document
from payouts.states import DocumentKind

LEVEL = "en16931"
INVOICE, CREDIT_NOTE, SELF_BILLED, SELF_BILLED_CREDIT_NOTE = "380", "381", "389", "261"
PIECE = "C62"
"""One, the unit without unit."""
CLEARING = "97"
"""UNTDID 4461: settled between the partners' accounts."""
SIREN_SCHEME = "0002"


def type_code(document: Document) -> str:
    """UNTDID 1001: who bills for himself is told apart from who is billed for."""
    if document.kind is DocumentKind.BONUS:
        return SELF_BILLED if document.corrects_id is None else SELF_BILLED_CREDIT_NOTE
    return INVOICE if document.corrects_id is None else CREDIT_NOTE


def xml_of(document: Document, descriptions: list[str]) -> bytes:
    """The XML, checked against the schema; `descriptions` are the lines in words. A credit note's amounts are positive.

    The profile has no party that issues for the seller: the mandate is a note.
    """
    from facturx import generate_cii_xml  # not before it is needed: it is large

    xml: bytes = generate_cii_xml(terms_of(document, descriptions), level=LEVEL, check_schematron=False)
    return xml


def embed(pdf: bytes, xml: bytes, *, title: str, author: str, subject: str, lang: str) -> bytes:
    """The PDF/A-3 with the XML inside, marked as Factur-X."""
    from facturx import generate_from_binary

    metadata = {"author": author, "keywords": "Factur-X", "title": title, "subject": subject}
    made: bytes = generate_from_binary(
        pdf, xml, flavor="factur-x", level=LEVEL, check_xsd=False, pdf_metadata=metadata, lang=lang
    )
    return made


def terms_of(document: Document, descriptions: list[str]) -> dict[str, Any]:
    """The terms of EN 16931 by their numbers."""
    content, sign = document.content, -1 if document.total_minor < 0 else 1

    def amount(minor: int) -> str:
        return str(Money(sign * minor, document.currency).decimal)

    vat, corrects = content["vat"], content["corrects"]
    rate = f"{Decimal(vat['bps']) / 100:.2f}"
    base, tax, total = (amount(getattr(document, f"{part}_minor")) for part in ("base", "vat", "total"))
    group = {"BT-116": base, "BT-117": tax, "BT-118": vat["category"], "BT-119": rate}
    if vat["reason"]:
        group |= {"BT-120": vat["reason"], "BT-121": vat["code"]}
    return {
        "BT-1": document.number, "BT-2": document.issued_at.date(), "BT-3": type_code(document),
        "BT-5": document.currency, "BG-1": [{"BT-22": text} for text in content["mentions"]],
        "BT-9": date.fromisoformat(content["due_on"]), "BT-72": date.fromisoformat(content["period"][1]),
        "BT-73": date.fromisoformat(content["period"][0]), "BT-74": date.fromisoformat(content["period"][1]),
        "BT-81": CLEARING, "BG-4": _party(content["seller"]),
        "BG-7": _party(content["buyer"]), "BG-23": [group],
        "BG-25": [
            _line(number, line, text, amount, vat["category"], rate)
            for number, (line, text) in enumerate(zip(content["lines"], descriptions, strict=True), 1)
        ],
        "BT-106": base, "BT-109": base, "BT-110": tax, "BT-112": total, "BT-113": total, "BT-115": "0.00",
        **({"BG-3": [{"BT-25": corrects["number"], "BT-26": date.fromisoformat(corrects["on"])}]} if corrects else {}),
    }  # fmt: skip


def _line(number: int, line: dict[str, Any], text: str, amount: Any, category: str, rate: str) -> dict[str, Any]:
    value = amount(line["base_minor"])
    is_negative = value.startswith("-")
    day = date.fromisoformat(line["on"])
    # A price is never negative: what is taken back is a negative quantity.
    return {
        "BT-126": str(number), "BT-129": "-1" if is_negative else "1", "BT-130": PIECE, "BT-131": value,
        "BT-134": day, "BT-135": day, "BT-146": value.lstrip("-"), "BT-151": category, "BT-152": rate,
        "BT-153": text, "BT-155": line["reference"],
    }  # fmt: skip


def _party(party: dict[str, Any]) -> dict[str, Any]:
    found = {
        "name": party["name"], "addr_l1": party["street"], "postcode": party["postcode"], "city": party["city"],
        "country_code": party["country"],
    }  # fmt: skip
    if party["siren"]:
        found |= {"legal_identifier": party["siren"], "legal_identifier_schemeid": SIREN_SCHEME}
    if party["vat_number"]:
        found["vat_identifier"] = party["vat_number"]
    return found
