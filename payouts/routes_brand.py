"""The brand's wallet: what is free, held and spent; adding money; limits."""

from decimal import Decimal
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money, exponent
from marketplace.core.web import Door, actor, explain, platform, refusals, status_of, transaction
from payouts import payments, queries, wallet, words
from payouts.access import access_top_up
from payouts.forms import LimitsForm, TopUpForm
from payouts.models import WalletSettings
from payouts.provider import gateway
from payouts.states import TopUpState

door = Door("brand_wallet", __name__, audience=Audience.BRAND, url_prefix="/brand/wallet")
PAGE = 25


@door.get("")
def index() -> ResponseReturnValue:
    """Balance, top-ups and what was spent."""
    return _page(TopUpForm(formdata=None), None)


def _page(top_up_form: TopUpForm, limits_form: LimitsForm | None) -> ResponseReturnValue:
    page, now = max(1, request.args.get("page", 1, type=int)), utcnow()
    with transaction() as session:
        brand = current_brand(session, actor())
        have = wallet.funds(session, brand.id, brand.currency, now=now)
        top_ups = queries.top_ups(session, brand.id)
        lines = queries.spendings(session, brand.id, page=page, size=PAGE)
        limits = session.get(WalletSettings, brand.id)
    if limits_form is None:
        limits_form = LimitsForm(formdata=None)
        if limits is not None:
            cap = limits.month_cap_minor
            limits_form.month_cap.data = Money(cap, brand.currency).decimal if cap else None
            limits_form.warn_below.data = Money(limits.warn_below_minor, brand.currency).decimal
    status = max(status_of(top_up_form), status_of(limits_form))
    return render_template(
        "payouts/wallet.html", brand=brand, funds=have, top_ups=top_ups, lines=lines[:PAGE], form=top_up_form,
        limits_form=limits_form, can_edit=may(actor(), brand.id, Role.OWNER), states=words.STATES,
        previous_url=url_for(".index", page=page - 1) if page > 1 else None,
        next_url=url_for(".index", page=page + 1) if len(lines) > PAGE else None,
    ), status  # fmt: skip


@door.post("/top-up")
def top_up() -> ResponseReturnValue:
    """Choose an amount, then pay at the provider. Nothing is credited before it is paid."""
    form = TopUpForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                begun = wallet.start_top_up(
                    session, brand_id=brand.id, amount=Money(_minor(form.amount.data, brand.currency), brand.currency),
                    by_person_id=actor().person_id, now=utcnow(),
                )  # fmt: skip
            back = url_for(".paid", top_up_id=begun.id, _external=True)
            return redirect(payments.open_checkout(platform().database, gateway(), begun.id, return_url=back), 303)
    return _page(form, None)


@door.get("/top-ups/<uuid:top_up_id>")
def paid(top_up_id: UUID) -> ResponseReturnValue:
    """Back from the provider, paid or not: only what the provider says counts."""
    with transaction() as session:
        access_top_up(session, actor(), top_up_id)
    try:
        state = payments.refresh(platform().database, gateway(), top_up_id, now=utcnow())
    except DomainError as error:
        flash(explain(error), "error")
        return redirect(url_for(".index"))
    if state is TopUpState.PAID:
        flash(_("Your wallet is topped up."), "success")
    elif state is TopUpState.PROCESSING:
        flash(_("The payment is on its way. It is credited when it arrives."), "message")
    else:
        flash(_("Nothing was paid. Your wallet is unchanged."), "warning")
    return redirect(url_for(".index"))


@door.post("/limits")
def limits() -> ResponseReturnValue:
    """Change the monthly limit and the warning."""
    form = LimitsForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                cap, warn = form.month_cap.data, form.warn_below.data
                wallet.set_limits(
                    session, brand.id, month_cap_minor=_minor(cap, brand.currency) if cap is not None else None,
                    warn_below_minor=_minor(warn or Decimal(0), brand.currency),
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".index"))
    return _page(TopUpForm(formdata=None), form)


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(exponent(currency)).to_integral_value())
