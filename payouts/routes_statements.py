"""The expert's weekly statements and yearly summaries: page, CSV and PDF with the same rows and totals."""

from collections.abc import Sequence
from typing import Any

from babel.dates import get_month_names
from flask import Response, render_template
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import locale_code, money
from marketplace.core.web import Door, transaction
from payouts import papers, parties, reports, statements, typesetting, words
from payouts.papers import written
from payouts.reports import Period, Unit
from payouts.routes_documents import me
from payouts.spreadsheets import as_csv
from payouts.statements import Line, Statement
from payouts.typesetting import Block, Column, Paper, Section

door = Door("expert_statements", __name__, audience=Audience.EXPERT, url_prefix="/expert")
FIRST_YEAR = 2020


@door.get("/statements/<week>")
def statement(week: str) -> ResponseReturnValue:
    """One week: what, why, and the sums; also what was not paid, and why."""
    with transaction() as session:
        found = statements.statement(session, me(), week)
    next_week = statements.week_after(week) if found.until <= utcnow() else None
    return render_template(
        "payouts/statement.html", one=found, in_words=words.in_words, states=words.STATES, reasons=words.REASONS,
        rules=papers.RULES, previous_week=statements.week_before(week), next_week=next_week,
    )  # fmt: skip


@door.get("/statements/<week>.csv")
def statement_csv(week: str) -> ResponseReturnValue:
    """The lines, for a spreadsheet."""
    with transaction() as session:
        found = statements.statement(session, me(), week)
    header = ["date", "brand", "conversation", "rule", "taken_back", "currency", "gross", "commission", "vat", "net",
              "state"]  # fmt: skip
    return as_csv(f"statement-{week}.csv", header, [_cells(line) for line in found.lines])


def _cells(line: Line) -> Sequence[Any]:
    one, earning = line.movement, line.movement.earning
    return (
        one.at.isoformat(timespec="seconds"), line.brand or "Comptoir", earning.conversation_id or "",
        earning.rule.value, int(one.is_return), earning.currency, one.gross, one.commission, one.vat, one.net,
        earning.state.value,
    )  # fmt: skip


@door.get("/statements/<week>.pdf")
def statement_pdf(week: str) -> ResponseReturnValue:
    """The statement on paper."""
    with transaction() as session:
        found, seller = statements.statement(session, me(), week), parties.party(session, me())
    name = (seller.name,) if seller else ()
    return _pdf(_statement_paper(found, name), f"statement-{week}.pdf")


def _pdf(paper: Paper, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(typesetting.typeset(paper), mimetype="application/pdf", headers=headers)


def _signed(value: Any) -> str:
    return money(value).replace("-", "−")


def _statement_paper(found: Statement, name: tuple[str, ...]) -> Paper:
    locale = locale_code()
    columns = (
        Column(_("Date")), Column(_("Brand")), Column(_("What"), wide=True), Column(_("Gross"), number=True),
        Column(_("Commission"), number=True), Column(_("VAT"), number=True), Column(_("You receive"), number=True),
    )  # fmt: skip
    sections, totals = [], []
    for sum_ in found.totals:
        own = [line for line in found.lines if line.movement.earning.currency == sum_.currency]
        rows = [
            (
                written(line.movement.at.date(), locale), line.brand or "Comptoir",
                papers.rule_of(line.movement.earning.rule.value, taken_back=line.movement.is_return),
                _signed(line.movement.gross), _signed(-line.movement.commission), _signed(-line.movement.vat),
                _signed(line.movement.net),
            )
            for line in own
        ]  # fmt: skip
        total = (
            _("Total"),
            "",
            "",
            _signed(sum_.gross),
            _signed(-sum_.commission),
            _signed(-sum_.vat),
            _signed(sum_.net),
        )
        sections.append(Section("", columns, rows, total))
        totals.append((_("You receive"), _signed(sum_.net)))
    return Paper(
        lang=locale, title=_("Statement %(week)s", week=found.week), number="", dated=found.since.date(),
        subtitle=_("Earned and taken back from Monday to Sunday (UTC)"),
        footer=_("Statement %(week)s", week=found.week),
        facts=((_("From"), written(found.since.date(), locale)), (_("Until"), written(found.last_day, locale)),
               (_("Lines"), str(len(found.lines)))),
        parties=(Block(_("Expert"), name),) if name else (), sections=sections or
        (Section("", columns, (), empty=_("Nothing was earned this week")),), totals=totals,
        notes=(_("This is not an invoice: the month’s invoices are under Documents."),),
    )  # fmt: skip


def _year(year: int) -> tuple[list[Period], list[Period]]:
    if not FIRST_YEAR <= year <= utcnow().year:
        raise NotFound
    with transaction() as session:
        months = reports.periods(session, year, Unit.MONTH, person_id=me())
        quarters = reports.periods(session, year, Unit.QUARTER, person_id=me())
    return months, quarters


@door.get("/documents/years/<int:year>")
def summary(year: int) -> ResponseReturnValue:
    """A year by months and by quarters: the quarters are what the tax office is told."""
    months, quarters = _year(year)
    return render_template(
        "payouts/year.html", year=year, months=months, quarters=quarters, month_names=_month_names(),
        quarter_names=_quarter_names(), totals=_totals(months),
        has_next=year < utcnow().year, first=FIRST_YEAR,
    )  # fmt: skip


def _month_names() -> dict[int, str]:
    names = get_month_names("wide", locale=locale_code())
    return {number: names[number].capitalize() for number in range(1, 13)}


def _quarter_names() -> dict[int, str]:
    return {number: _("Quarter %(number)s", number=number) for number in range(1, 5)}


def _totals(months: Sequence[Period]) -> list[Period]:
    found = []
    for currency in sorted({one.currency for one in months}):
        own = [one for one in months if one.currency == currency]
        sums = [sum(getattr(one, name) for one in own) for name in
                ("count", "commission_minor", "vat_minor", "net_minor")]  # fmt: skip
        found.append(Period(own[0].person_id, currency, 0, *sums))
    return found


@door.get("/documents/years/<int:year>.csv")
def summary_csv(year: int) -> ResponseReturnValue:
    """The months, for a spreadsheet."""
    months, _quarters = _year(year)
    header = ["month", "currency", "conversations", "gross", "commission_and_vat", "net"]
    rows = [(f"{year}-{one.number:02}", one.currency, one.count, one.gross, one.fees, one.net) for one in months]
    return as_csv(f"summary-{year}.csv", header, rows)


@door.get("/documents/years/<int:year>.pdf")
def summary_pdf(year: int) -> ResponseReturnValue:
    """The summary on paper: the copy of what the tax office is told."""
    months, quarters = _year(year)
    with transaction() as session:
        seller = parties.party(session, me())
    columns = (
        Column(_("Period"), wide=True), Column(_("Activities"), number=True), Column(_("Gross"), number=True),
        Column(_("Commission and VAT"), number=True), Column(_("You receive"), number=True),
    )  # fmt: skip

    def rows(periods: Sequence[Period], names: dict[int, str]) -> list[tuple[str, ...]]:
        return [
            (names[one.number], str(one.count), _signed(one.gross), _signed(-one.fees), _signed(one.net))
            for one in periods
        ]

    address = (seller.name, seller.street, f"{seller.postcode} {seller.city}", seller.country) if seller else ()
    totals = [(_("You receive"), _signed(one.net)) for one in _totals(months)]
    title = _("Yearly summary %(year)s", year=year)
    nothing = _("Nothing was earned this year")
    paper = Paper(
        lang=locale_code(), title=title, number="", dated=reports.year_bounds(year)[0].date(), footer=title,
        subtitle=_("Copy of what is reported to the tax office (directive DAC7)"), totals=totals,
        parties=(Block(_("Expert"), address),) if address else (),
        sections=(
            Section(_("By quarter"), columns, rows(quarters, _quarter_names()), empty=nothing),
            Section(_("By month"), columns, rows(months, _month_names()), empty=nothing),
        ),
        notes=(_("Reported are the amounts that went to you, the number of activities and what the platform kept."),),
    )  # fmt: skip
    return _pdf(paper, f"summary-{year}.pdf")
