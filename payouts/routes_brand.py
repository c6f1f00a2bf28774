"""The brand's wallet: what is free, held and spent, every movement with what is behind it, limits."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import day
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money, exponent
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from payouts import chargebacks, queries, wallet, wallet_queries, withdrawals, words
from payouts.forms import LimitsForm, TopUpForm, WithdrawForm
from payouts.models import WalletSettings
from payouts.wallet_queries import Sort

door = Door("brand_wallet", __name__, audience=Audience.BRAND, url_prefix="/brand/wallet")
PAGE = 25
VIEWS = ("movements", "conversations", "top-ups")


@door.get("")
def index() -> ResponseReturnValue:
    """Balance, movements, conversations paid, top-ups."""
    return show(TopUpForm(formdata=None), WithdrawForm(formdata=None))


def show(top_up_form: TopUpForm, withdraw_form: WithdrawForm) -> ResponseReturnValue:
    """The page, with the forms as they were filled in."""
    now, view = utcnow(), request.args.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    with transaction() as session:
        brand = current_brand(session, actor())
        weekly = wallet_queries.spent_by_week(session, brand.id, brand.currency, now=now)
        context: dict[str, Any] = {
            "brand": brand, "funds": wallet.funds(session, brand.id, brand.currency, now=now),
            "settings": session.get(WalletSettings, brand.id), "awaited": wallet_queries.awaited(session, brand.id),
            "risk": Money(wallet_queries.at_risk(session, brand.id, brand.currency, now=now), brand.currency),
            "disputes": chargebacks.open_ones(session, brand.id),
            "most": withdrawals.most(session, brand.id, brand.currency, now=now),
            **_rows(session, brand, view),
        }  # fmt: skip
    scale = 10 ** exponent(brand.currency)
    return render_template(
        "payouts/wallet.html", form=top_up_form, withdraw_form=withdraw_form, view=view,
        can_edit=may(actor(), brand.id, Role.OWNER), states=words.STATES, kinds=words.TOP_UPS,
        types=words.TRANSACTIONS, labels=[day(monday) for monday, _spent in weekly],
        values=[spent / scale for _monday, spent in weekly], **context,
    ), max(status_of(top_up_form), status_of(withdraw_form))  # fmt: skip


def _rows(session: Any, brand: Any, view: str) -> dict[str, Any]:
    """What the chosen tab lists, filtered, a page of it."""
    page = max(1, request.args.get("page", 1, type=int))
    rows: dict[str, Any] = {"moves": [], "lines": [], "top_ups": [], "older": None, "newer": None}
    if view == "movements":
        chosen = request.args.get("sort", "")
        sort = Sort(chosen) if chosen in set(Sort) else None
        since, until = _day("since"), _day("until")
        moves = wallet_queries.history(
            session, brand.id, brand.currency, sort=sort, since=since, until=until,
            before=request.args.get("before", type=int), size=PAGE,
        )  # fmt: skip
        kept: dict[str, Any] = {
            name: str(value) for name, value in (("sort", sort), ("since", since), ("until", until)) if value
        }
        rows |= {"filter": {"sort": "", "since": "", "until": "", **kept}, "filters_used": kept, "moves": moves[:PAGE]}
        if len(moves) > PAGE:
            rows["older"] = url_for("brand_wallet.index", view=view, before=moves[PAGE - 1].version, **kept)
        if request.args.get("before"):
            rows["newer"] = url_for("brand_wallet.index", view=view, **kept)
        return rows
    if view == "conversations":
        found: list[Any] = queries.spendings(session, brand.id, page=page, size=PAGE)
        rows["lines"] = found[:PAGE]
    else:
        found = queries.top_ups(session, brand.id, page=page, size=PAGE)
        rows["top_ups"] = found[:PAGE]
    if len(found) > PAGE:
        rows["older"] = url_for("brand_wallet.index", view=view, page=page + 1)
    if page > 1:
        rows["newer"] = url_for("brand_wallet.index", view=view, page=page - 1)
    return rows


def _day(name: str) -> date | None:
    """A day from the address; one that cannot be read is none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@door.get("/limits")
def limits() -> ResponseReturnValue:
    """Limits and warnings."""
    form = LimitsForm(formdata=None)
    with transaction() as session:
        brand = current_brand(session, actor())
        settings = session.get(WalletSettings, brand.id)
    if settings is not None:
        for name in ("month_cap", "day_cap", "warn_below"):
            minor = getattr(settings, f"{name}_minor")
            form[name].data = Money(minor, brand.currency).decimal if minor is not None else None
    return _limits_page(form, brand)


def _limits_page(form: LimitsForm, brand: Any) -> ResponseReturnValue:
    can_edit = may(actor(), brand.id, Role.OWNER)
    page = render_template("payouts/wallet_limits.html", form=form, brand=brand, can_edit=can_edit)
    return page, status_of(form)


@door.post("/limits")
def save_limits() -> ResponseReturnValue:
    """Change the limits and the warning."""
    form = LimitsForm()
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.OWNER)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                wallet.set_limits(
                    session, brand.id, month_cap_minor=_cap(form.month_cap.data, brand.currency),
                    day_cap_minor=_cap(form.day_cap.data, brand.currency),
                    warn_below_minor=minor_of(form.warn_below.data or Decimal(0), brand.currency),
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".limits"))
    return _limits_page(form, brand)


def _cap(amount: Decimal | None, currency: str) -> int | None:
    return minor_of(amount, currency) if amount is not None else None


def minor_of(amount: Decimal, currency: str) -> int:
    """An amount as typed, in minor units."""
    return int(amount.scaleb(exponent(currency)).to_integral_value())
