"""The brand's orders: what was sold, who helped, what it costs, what came back; earnings it may take back."""

import csv
import io
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.chat.conduct import ConductRule
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Conflict
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from marketplace.orders.access import access_order
from marketplace.orders.models import Order
from marketplace.orders.recording import waiting_returns
from marketplace.orders.states import OrderState
from payouts import credit, earnings, ledger, sales, words
from payouts import queries_decisions as queries
from payouts.access import access_brand_earning
from payouts.chart import AccountKind
from payouts.chart import brand as brand_account
from payouts.forms_decisions import TakeBackForm
from payouts.models import Earning
from payouts.states import Rule

door = Door("brand_orders", __name__, audience=Audience.BRAND, url_prefix="/brand")
PAGE = 25


class TooLate(Conflict):
    """The time in which a brand may take back is over."""

    code = "too_late"
    message = "An earning can be taken back for 14 days. Ask an operator."


@door.get("/orders")
def index() -> ResponseReturnValue:
    """Orders that the shop told of, with the shares they cost."""
    state, search, differing = _filters()
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = queries.orders_of(
            session, brand.id, state=state, search=search, differing=differing, page=page, size=PAGE
        )
        early = waiting_returns(session, brand.id)
        account = brand_account(AccountKind.BRAND_CREDIT, brand.id, brand.currency)
        owed = Money(ledger.balance(session, account), brand.currency)
        limit = credit.limit_of(session, brand.id, brand.currency)
    more: dict[str, Any] = {
        "state": state.value if state else None,
        "q": search or None,
        "differing": "1" if differing else None,
    }
    return render_template(
        "payouts/orders.html", rows=rows[:PAGE], state=state.value if state else "", search=search,
        differing=differing, states=words.ORDER_STATES, reasons=words.ORDER_REASONS, early=early, owed=owed,
        limit=limit, more=more,
        previous_url=url_for(".index", page=page - 1, **more) if page > 1 else None,
        next_url=url_for(".index", page=page + 1, **more) if len(rows) > PAGE else None,
    )  # fmt: skip


@door.get("/orders.csv")
def download() -> ResponseReturnValue:
    """The same rows, all of them, for a spreadsheet."""
    state, search, differing = _filters()
    with transaction() as session:
        brand = current_brand(session, actor())
        rows = queries.orders_of(session, brand.id, state=state, search=search, differing=differing, size=None)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["placed_at", "order", "currency", "total", "returned", "state", "reason", "shares", "differs"])
    for order, cost in rows:
        amounts = [Money(minor, order.currency).decimal for minor in (order.total_minor, order.returned_minor)]
        writer.writerow(
            [order.placed_at.isoformat(timespec="seconds"), order.external_id.lstrip("=+-@\t\r"), order.currency,
             *amounts, order.state.value, order.reason, Money(cost, order.currency).decimal, order.differs]
        )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)


@door.get("/orders/<uuid:order_id>")
def show(order_id: UUID) -> ResponseReturnValue:
    """One order: who helped and how much each earns by it, what came back, what page and server said."""
    with transaction() as session:
        order = access_order(session, actor(), order_id)
        shares = queries.shares_of(session, order.id)
        returns, moves = queries.history_of(session, order)
    return render_template(
        "payouts/order.html", order=order, shares=shares, returns=returns, moves=moves, states=words.ORDER_STATES,
        reasons=words.ORDER_REASONS, earning_states=words.STATES, in_words=words.in_words, cost=_cost(order, shares),
    )  # fmt: skip


@door.route("/earnings/<uuid:earning_id>", methods=["GET", "POST"])
def earning(earning_id: UUID) -> ResponseReturnValue:
    """What an earning was paid for; taking it back by naming the rule that was broken."""
    form = TakeBackForm()
    with transaction() as session:
        found = access_brand_earning(session, actor(), earning_id)
    if form.validate_on_submit():
        with refusals(form):
            _take_back(earning_id, form)
            flash(_("It is taken back, and the expert is told."), "success")
            return redirect(url_for(".earning", earning_id=earning_id))
    return render_template(
        "payouts/earning.html", earning=found, form=form, states=words.STATES, in_words=words.in_words,
        name_of=words.named, can_take_back=queries.can_take_back(found, now=utcnow()),
        can_edit=found.brand_id is not None and may(actor(), found.brand_id, Role.MANAGER),
    ), status_of(form)  # fmt: skip


def _take_back(earning_id: UUID, form: TakeBackForm) -> None:
    with transaction() as session:
        found = access_brand_earning(session, actor(), earning_id, lock=True)
        if not queries.can_take_back(found, now=utcnow()):
            raise TooLate
        rule = ConductRule(form.rule.data)
        if found.rule is Rule.SALE:
            sales.take_back(session, found, because=form.because.data, rule=rule, now=utcnow())
        else:
            earnings.take_back(session, found, because=form.because.data, rule=rule, now=utcnow())


def _filters() -> tuple[OrderState | None, str, bool]:
    chosen, search = request.args.get("state", ""), request.args.get("q", "").strip()[:100]
    return (
        OrderState(chosen) if chosen in set(OrderState) else None, search, request.args.get("differing") == "1"
    )  # fmt: skip


def _cost(order: Order, shares: list[tuple[Earning, str]]) -> Money:
    return Money(sum(one.gross_minor for one, _name in shares), order.currency)
