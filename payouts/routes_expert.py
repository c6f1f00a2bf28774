"""The expert's money: what is pending, available and paid, each line explained; statements; the provider's account."""

import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.i18n import day
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, explain, platform, transaction
from payouts import connect, queries, words
from payouts.models import Payee
from payouts.provider import gateway
from payouts.queries import EarningFilters, Line
from payouts.sealing import first_of_next, months_back, start_of
from payouts.states import EarningState, Rule

door = Door("expert_money", __name__, audience=Audience.EXPERT, url_prefix="/expert")
PAGE = 25


def _me() -> UUID:
    me = actor().person_id
    assert me is not None, "the door lets only people in"
    return me


def _asked() -> tuple[EarningFilters, dict[str, str]]:
    """What the address narrows the list to, and the same as it stands there; what it cannot mean is ignored."""
    state, rule, month = (request.args.get(name, "") for name in ("state", "rule", "month"))
    search = request.args.get("q", "").strip()
    since = until = None
    try:
        first = date.fromisoformat(f"{month}-01") if month else None
    except ValueError:
        first, month = None, ""
    if first is not None:
        since, until = start_of(first), start_of(first_of_next(first))
    filters = EarningFilters(
        EarningState(state) if state in set(EarningState) else None, Rule(rule) if rule in set(Rule) else None,
        search, since, until,
    )  # fmt: skip
    return filters, {"state": state, "rule": rule, "month": month, "q": search}


@door.get("/earnings")
def earnings() -> ResponseReturnValue:
    """Figures, the last weeks, and each line with its calculation."""
    me, now = _me(), utcnow()
    filters, chosen = _asked()
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        standings = [queries.standing(session, me, code) for code in queries.currencies_of(session, me)]
        weekly = queries.by_week(session, me, standings[0].currency, now=now)
        lines = queries.earnings_of(session, me, filters, page=page, size=PAGE)
        sums = queries.earning_sums(session, me, filters)
        payee = session.get(Payee, me)
        weeks, payouts = queries.weeks_of(session, me, limit=8), queries.payouts_of(session, me, limit=8)
    more: dict[str, Any] = {name: value or None for name, value in chosen.items()}
    return render_template(
        "payouts/earnings.html", standings=standings, payee=payee, weeks=weeks, payouts=payouts, lines=lines[:PAGE],
        chosen=chosen, narrow=filters.narrow, sums=sums, in_words=words.in_words, states=words.STATES,
        rules=words.RULES, months=months_back(now), labels=[day(monday) for monday, _net in weekly],
        values=[net / 100 for _monday, net in weekly], csv_url=url_for(".download", **more),
        previous_url=url_for(".earnings", page=page - 1, **more) if page > 1 else None,
        next_url=url_for(".earnings", page=page + 1, **more) if len(lines) > PAGE else None,
        this_week=f"{now.isocalendar().year}-W{now.isocalendar().week:02d}", year=now.year,
    )  # fmt: skip


@door.get("/earnings.csv")
def download() -> ResponseReturnValue:
    """The lines that match, for a spreadsheet."""
    filters, _chosen = _asked()
    with transaction() as session:
        lines = queries.all_earnings(session, _me(), filters)
    return _csv(lines, "earnings.csv")


def _csv(lines: list[Line], name: str) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["date", "brand", "conversation", "rule", "currency", "gross", "commission", "vat", "net", "state"])
    for line in lines:
        one = line.earning
        amounts = (one.gross_minor, one.commission_minor, one.vat_minor, one.net_minor)
        writer.writerow(
            [one.earned_at.isoformat(timespec="seconds"), line.brand.lstrip("=+-@"), one.conversation_id, one.rule,
             one.currency, *[type(line.net)(minor, one.currency).decimal for minor in amounts], one.state.value]
        )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)


@door.get("/payment-account")
def account() -> ResponseReturnValue:
    """How the account at the provider stands, asked for anew."""
    try:
        payee = connect.refresh(platform().database, gateway(), _me(), now=utcnow())
    except DomainError as error:
        flash(explain(error), "error")
        with transaction() as session:
            payee = session.get(Payee, _me())
    missing = words.missing_in_words(payee.missing) if payee is not None else []
    return render_template("payouts/account.html", payee=payee, missing=missing, states=words.STATES)


@door.post("/payment-account/open")
def open_account() -> ResponseReturnValue:
    """Go to the provider and give what is missing. The link is made on this click and kept nowhere."""
    database, now = platform().database, utcnow()
    payee = connect.ensure_account(database, gateway(), _me(), now=now)
    here = url_for(".account", _external=True)
    return redirect(gateway().onboarding_link(payee.account_id, payee.version, refresh_url=here, return_url=here), 303)


@door.post("/payment-account/dashboard")
def dashboard() -> ResponseReturnValue:
    """The provider's own pages: bank account, transfers, documents."""
    with transaction() as session:
        payee = session.get(Payee, _me())
    if payee is None:
        flash(_("Open your account first."), "error")
        return redirect(url_for(".account"))
    return redirect(gateway().dashboard_link(payee.account_id), 303)
