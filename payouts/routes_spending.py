"""The brand's spending: by mission, expert or category, with the rows that each sum is made of."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand
from marketplace.brands.models import Brand
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import day, locale_code
from marketplace.core.web import Door, actor, transaction
from payouts import papers, spending
from payouts.routes_brand_documents import month_of
from payouts.sealing import first_of_next, months_back, start_of
from payouts.spending import By, Period
from payouts.spreadsheets import as_csv

door = Door("brand_spending", __name__, audience=Audience.BRAND, url_prefix="/brand/spending")
PAGE = 50


def _asked() -> tuple[By, Period, str, UUID | None]:
    by, month, only = request.args.get("by", ""), request.args.get("month", ""), request.args.get("only", "")
    now = utcnow()
    period = Period(now - timedelta(days=90), now + timedelta(minutes=1))
    if month:
        first = month_of(month)
        period = Period(start_of(first), start_of(first_of_next(first)))
    try:
        one = UUID(only) if only else None
    except ValueError:
        one = None
    return (By(by) if by in set(By) else By.MISSION), period, month, one


@door.get("")
def index() -> ResponseReturnValue:
    """The sums, the last weeks, and the rows; a sum's link shows its rows only."""
    by, period, month, only = _asked()
    page, now = max(1, request.args.get("page", 1, type=int)), utcnow()
    with transaction() as session:
        brand: Brand = current_brand(session, actor())
        split = spending.slices(session, brand.id, by, period, currency=brand.currency, locale=locale_code())
        weekly = spending.weekly(session, brand.id, brand.currency, now=now)
        rows = spending.rows(session, brand.id, by, period, only=only, currency=brand.currency)
    kept: dict[str, Any] = {"by": by.value, "month": month or None, "only": only}
    return render_template(
        "payouts/spending.html", brand=brand, by=by.value, month=month, months=months_back(now), only=only, split=split,
        rows=rows[(page - 1) * PAGE : page * PAGE], count=len(rows), rules=papers.RULES, rule_of=papers.rule_of,
        total=sum(one.gross.minor for one in split), fees=sum(one.fees.minor for one in split),
        shown=sum(row.gross.minor for row, _ in rows), labels=[day(monday) for monday, _ in weekly],
        values=[minor / 100 for _, minor in weekly], csv_url=url_for(".download", **kept),
        previous_url=url_for(".index", page=page - 1, **kept) if page > 1 else None,
        next_url=url_for(".index", page=page + 1, **kept) if len(rows) > page * PAGE else None,
    )  # fmt: skip


@door.get("/rows.csv")
def download() -> ResponseReturnValue:
    """The rows shown, for a spreadsheet."""
    by, period, _month, only = _asked()
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = spending.rows(session, brand.id, by, period, only=only, currency=brand.currency)
    header = ["date", "conversation", "rule", "taken_back", "currency", "to_the_expert", "commission_and_vat", "total"]
    return as_csv(
        "spending.csv", header,
        [
            (row.at.isoformat(timespec="seconds"), row.earning.conversation_id or "", row.earning.rule.value,
             int(row.is_return), row.earning.currency, row.net, row.commission + row.vat, row.gross)
            for row, _question in rows
        ],
    )  # fmt: skip
