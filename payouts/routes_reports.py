"""The yearly report on what experts earned (DAC7): what is missing, and the files for the tax office."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.web import Door, transaction
from payouts import dac7, parties, reports
from payouts.routes_statements import FIRST_YEAR
from payouts.spreadsheets import as_csv

PAGE = 50
DETAILS = ("street", "postcode", "city", "country", "tin", "tin_country", "born_on", "vat_number")
door = Door("operator_reports", __name__, audience=Audience.OPERATOR, url_prefix="/operator/reports")


class NoIssuer(Conflict):
    """Who reports is not known."""

    code = "platform_details_missing"
    message = "Give the platform’s legal details first: the report names who sends it."


def _sellers(year: int) -> list[reports.Seller]:
    if not FIRST_YEAR <= year <= utcnow().year:
        raise NotFound
    with transaction() as session:
        return reports.sellers(session, year)


@door.get("/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """Every seller with his quarters; who cannot be reported yet comes first."""
    found, page = _sellers(year), max(1, request.args.get("page", 1, type=int))
    found.sort(key=lambda one: one.is_complete)
    return render_template(
        "payouts/report.html", year=year, sellers=found[(page - 1) * PAGE : page * PAGE],
        previous_url=url_for(".show", year=year, page=page - 1) if page > 1 else None,
        next_url=url_for(".show", year=year, page=page + 1) if len(found) > page * PAGE else None, first=FIRST_YEAR,
        has_next=year < utcnow().year, lacking=sum(not one.is_complete for one in found), quarters=dac7.QUARTERS,
    )  # fmt: skip


@door.get("/<int:year>.csv")
def spreadsheet(year: int) -> ResponseReturnValue:
    """All sellers, complete or not: one row each, four quarters side by side."""
    header = ["person", "name", "street", "postcode", "city", "country", "tin", "tin_country", "born_on", "vat_number",
              "account", "complete", "currency"]  # fmt: skip
    for number in dac7.QUARTERS:
        header += [f"q{number}_{what}" for what in ("count", "gross", "fees", "net")]
    rows = []
    for one in _sellers(year):
        party = one.party
        details = [getattr(party, name, "") or "" for name in DETAILS]
        name = party.name if party else one.name
        row = [one.person_id, name, *details, one.account, int(one.is_complete), one.currency]
        for number in dac7.QUARTERS:
            quarter = one.quarter(number)
            row += [quarter.count, quarter.gross, quarter.fees, quarter.net]
        rows.append(row)
    return as_csv(f"dac7-{year}.csv", header, rows)


@door.get("/<int:year>.xml")
def report(year: int) -> ResponseReturnValue:
    """The complete sellers, for the tax office."""
    found = _sellers(year)
    with transaction() as session:
        issuer = parties.party(session)
    if issuer is None:
        raise NoIssuer
    headers = {"Content-Disposition": f'attachment; filename="dac7-{year}.xml"'}
    return Response(dac7.xml_of(issuer, year, found, now=utcnow()), mimetype="application/xml", headers=headers)
