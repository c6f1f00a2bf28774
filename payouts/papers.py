"""Documents in words, on paper: the texts of a PDF in the language it was issued in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask_babel import lazy_gettext as _l

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import money
from payouts import facturx, typesetting
from payouts.models import Document
from payouts.states import DocumentKind
from payouts.typesetting import Block, Column, Paper, Section

KINDS: dict[str, Any] = {
    "fees": _l("Fees, billed to the brand"),
    "commission": _l("Commission of the platform"),
    "bonus": _l("Bonuses, billed to the platform"),
}
"""What each kind of document is, for lists."""
RULES: dict[str, Any] = {
    "conversation": _l("Answered conversation"),
    "floor": _l("Answered conversation (floor)"),
    "sale": _l("Share of a sale"),
    "sale_return": _l("Share of a returned sale"),
    "bonus_brand": _l("Bonus of the brand"),
    "bonus_platform": _l("Bonus of the platform"),
}
"""What an earning is paid for."""


def title_of(document: Document) -> str:
    """“Invoice” or “Credit note”, in the language in force."""
    return str(_("Credit note") if document.corrects_id is not None else _("Invoice"))


def written(day: date, locale: str) -> str:
    """A date on paper."""
    return str(format_date(day, "medium", locale=locale)).replace("\u202f", "\u00a0")


def description(line: dict[str, Any], kind: DocumentKind) -> str:
    """A line in words, in the language in force."""
    text = str(RULES[line["rule"]])
    if kind is DocumentKind.COMMISSION:
        rate = f"{line['commission_bps'] / 100:g}"
        text = _("Commission of %(rate)s %% on: %(what)s", rate=rate, what=text)
    return str(_("%(what)s, taken back", what=text)) if line["returned"] else str(text)


def rule_of(rule: str, *, taken_back: bool) -> str:
    """What a line of a statement is for, in the language in force."""
    text = str(RULES[rule])
    return str(_("%(what)s, taken back", what=text)) if taken_back and rule != "sale_return" else text


def pdf_of(document: Document) -> bytes:
    """The PDF/A-3 with its Factur-X inside; call it in the document's language."""
    pdf = typesetting.typeset(paper_of(document))
    lines = [description(line, document.kind) for line in document.content["lines"]]
    xml = facturx.xml_of(document, lines)
    title = f"{title_of(document)} {document.number}"
    subject = str(KINDS[document.kind.value])
    return facturx.embed(
        pdf, xml, title=title, author=document.content["seller"]["name"], subject=subject, lang=document.locale
    )


def paper_of(document: Document) -> Paper:
    """A document's texts, in the language in force, which should be its own."""
    content, locale = document.content, document.locale

    def value(minor: int) -> str:
        return money(minor, document.currency, locale).replace("-", "−")

    since, until = (date.fromisoformat(day) for day in content["period"])
    facts = [
        (_("Number"), document.number),
        (_("Date of issue"), written(document.issued_at.date(), locale)),
        (_("Services from"), written(since, locale)), (_("until"), written(until, locale)),
        (_("Due on"), written(date.fromisoformat(content["due_on"]), locale)),
    ]  # fmt: skip
    if content["corrects"]:
        original = content["corrects"]
        facts.append((_("Corrects invoice"), original["number"]))
        facts.append((_("of"), written(date.fromisoformat(original["on"]), locale)))
    vat = content["vat"]
    totals = [
        (_("Total without VAT"), value(document.base_minor)),
        (_("VAT %(rate)s %%", rate=f"{vat['bps'] / 100:g}"), value(document.vat_minor)),
        (_("Total in %(currency)s", currency=document.currency), value(document.total_minor)),
    ]
    return Paper(
        lang=locale, title=title_of(document), subtitle=str(KINDS[document.kind.value]), number=document.number,
        dated=document.issued_at.date(), facts=facts, totals=totals, notes=content["mentions"],
        parties=(
            Block(_("Supplier"), _address(content["seller"], locale)),
            Block(_("Customer"), _address(content["buyer"], locale)),
        ),
        sections=(Section("", _columns(document.kind), list(_rows(document, value)), ()),),
        footer=f"{title_of(document)} {document.number} · {content['seller']['name']}",
    )  # fmt: skip


def _columns(kind: DocumentKind) -> Sequence[Column]:
    base = [Column(_("Date")), Column(_("Service"), wide=True), Column(_("Reference"))]
    if kind is DocumentKind.COMMISSION:
        base.append(Column(_("On"), number=True))
    return [*base, Column(_("Quantity"), number=True), Column(_("Amount without VAT"), number=True)]


def _rows(document: Document, value: Any) -> Sequence[Sequence[str]]:
    rows = []
    for line in document.content["lines"]:
        row = [
            written(date.fromisoformat(line["on"]), document.locale), description(line, document.kind),
            line["reference"].replace("-", "")[-10:],
        ]  # fmt: skip
        if document.kind is DocumentKind.COMMISSION:
            row.append(value(line["gross_minor"]))
        rows.append([*row, "−1" if line["base_minor"] < 0 else "1", value(line["base_minor"])])
    return rows


def _address(party: dict[str, Any], locale: str) -> list[str]:
    country = Locale.parse(locale).territories.get(party["country"], party["country"])
    lines = [party["name"], party["street"], f"{party['postcode']} {party['city']}", country]
    if party["siren"]:
        lines.append(f"SIREN {party['siren']}")
    if party["vat_number"]:
        lines.append(_("VAT no. %(number)s", number=party["vat_number"]))
    return lines
