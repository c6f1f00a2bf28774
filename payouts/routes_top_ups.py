"""Money in and out of a brand's wallet: top-ups on the provider's page, by transfer, by themselves; paying back."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import current_brand, may
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money
from marketplace.core.web import Door, actor, explain, platform, refusals, status_of, transaction
from payouts import automatic, funding, payments, wallet, wallet_queries, withdrawals, words
from payouts.access import access_top_up
from payouts.forms import AutomaticForm, TopUpForm, WithdrawForm
from payouts.models import WalletSettings
from payouts.provider import gateway
from payouts.routes_brand import minor_of, show
from payouts.states import TopUpKind, TopUpState
from payouts.twin import Twin

door = Door("brand_top_ups", __name__, audience=Audience.BRAND, url_prefix="/brand/wallet")


def _me() -> UUID:
    me = actor().person_id
    assert me is not None, "the door lets only people in"
    return me


def _owned() -> Brand:
    with transaction() as session:
        return current_brand(session, actor(), at_least=Role.OWNER)


@door.post("/top-up")
def top_up() -> ResponseReturnValue:
    """Choose an amount, then pay at the provider or by transfer. Nothing is credited before it is paid."""
    form = TopUpForm()
    if form.validate_on_submit():
        with refusals(form):
            kind = TopUpKind.TRANSFER if form.way.data == "transfer" else TopUpKind.CHECKOUT
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                begun = wallet.start_top_up(
                    session, brand_id=brand.id,
                    amount=Money(minor_of(form.amount.data, brand.currency), brand.currency), by_person_id=_me(),
                    now=utcnow(), kind=kind,
                )  # fmt: skip
            if kind is TopUpKind.TRANSFER:
                funding.open_transfer(platform().database, gateway(), begun.id, by_person_id=_me(), now=utcnow())
                return redirect(url_for(".top_up_page", top_up_id=begun.id), 303)
            back = url_for(".paid", top_up_id=begun.id, _external=True)
            return redirect(payments.open_checkout(platform().database, gateway(), begun.id, return_url=back), 303)
    return show(form, WithdrawForm(formdata=None))


@door.get("/top-ups/<uuid:top_up_id>")
def top_up_page(top_up_id: UUID) -> ResponseReturnValue:
    """One top-up: how it stands, where to transfer to, what came back of it."""
    with transaction() as session:
        access_top_up(session, actor(), top_up_id)
    _ask_about(top_up_id)
    with transaction() as session:
        one = access_top_up(session, actor(), top_up_id)
        brand = session.get_one(Brand, one.brand_id)
        back, disputes = wallet_queries.withdrawals_of(session, one.id), wallet_queries.chargebacks_of(session, one.id)
        settings = session.get(WalletSettings, one.brand_id)
    return render_template(
        "payouts/top_up.html", one=one, brand=brand, withdrawals=back, chargebacks=disputes, states=words.STATES,
        kinds=words.TOP_UPS, settings=settings, now=utcnow(), can_edit=may(actor(), brand.id, Role.OWNER),
        is_twin=isinstance(gateway(), Twin),
    )  # fmt: skip


def _ask_about(top_up_id: UUID) -> TopUpState | None:
    try:
        return payments.refresh(platform().database, gateway(), top_up_id, now=utcnow())
    except DomainError as error:
        flash(explain(error), "error")
        return None


@door.get("/top-ups/<uuid:top_up_id>/back")
def paid(top_up_id: UUID) -> ResponseReturnValue:
    """Back from the provider, paid or not: only what the provider says counts."""
    with transaction() as session:
        access_top_up(session, actor(), top_up_id)
    state = _ask_about(top_up_id)
    if state is TopUpState.PAID:
        flash(_("Your wallet is topped up."), "success")
    elif state is TopUpState.PROCESSING:
        flash(_("The payment is on its way. It is credited when it arrives."), "message")
    elif state is not None:
        flash(_("Nothing was paid. Your wallet is unchanged."), "warning")
    return redirect(url_for("brand_wallet.index"))


@door.post("/top-ups/<uuid:top_up_id>/cancel")
def cancel(top_up_id: UUID) -> ResponseReturnValue:
    """Wait for a transfer no longer."""
    with transaction() as session:
        access_top_up(session, actor(), top_up_id)
    try:
        funding.cancel_transfer(platform().database, gateway(), top_up_id, now=utcnow())
    except DomainError as error:
        flash(explain(error), "error")
    else:
        flash(_("The transfer is no longer waited for."), "success")
    return redirect(url_for(".top_up_page", top_up_id=top_up_id))


@door.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Have unused money paid back to where it came from."""
    form = WithdrawForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.OWNER)
                amount = Money(minor_of(form.withdraw_amount.data, brand.currency), brand.currency)
                withdrawals.ask(session, brand_id=brand.id, amount=amount, by_person_id=_me(), now=utcnow())
            flash(_("It is paid back to where it came from. Banks take up to ten days."), "success")
            return redirect(url_for("brand_wallet.index", view="movements"))
    return show(TopUpForm(formdata=None), form)


@door.get("/automatic")
def automatic_page() -> ResponseReturnValue:
    """How the wallet fills itself."""
    form = AutomaticForm(formdata=None)
    with transaction() as session:
        brand = current_brand(session, actor())
        settings = session.get(WalletSettings, brand.id)
    if settings is None:
        settings = WalletSettings(auto_on=False, auto_below_minor=5_000, auto_amount_minor=20_000, auto_per_day=2)
    form.on.data, form.per_day.data = settings.auto_on, settings.auto_per_day
    form.below.data = Money(settings.auto_below_minor, brand.currency).decimal
    form.amount.data = Money(settings.auto_amount_minor, brand.currency).decimal
    return _automatic(form, brand)


def _automatic(form: AutomaticForm, brand: Brand) -> ResponseReturnValue:
    with transaction() as session:
        settings = session.get(WalletSettings, brand.id)
    return render_template(
        "payouts/wallet_automatic.html", form=form, brand=brand, settings=settings,
        can_edit=may(actor(), brand.id, Role.OWNER),
    ), status_of(form)  # fmt: skip


@door.post("/automatic")
def save_automatic() -> ResponseReturnValue:
    """Switch it on or off, and say when and how much."""
    form, brand = AutomaticForm(), _owned()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                automatic.configure(
                    session, brand.id, on=form.on.data, below_minor=minor_of(form.below.data, brand.currency),
                    amount_minor=minor_of(form.amount.data, brand.currency), per_day=form.per_day.data,
                )  # fmt: skip
            flash(_("Saved."), "success")
            return redirect(url_for(".automatic_page"))
    return _automatic(form, brand)


@door.post("/automatic/method")
def give_method() -> ResponseReturnValue:
    """Give a payment method on the provider's page."""
    brand = _owned()
    back = url_for(".method_given", _external=True)
    try:
        address = funding.open_setup(platform().database, gateway(), brand.id, by_person_id=_me(), return_url=back)
    except DomainError as error:
        flash(explain(error), "error")
        return redirect(url_for(".automatic_page"))
    return redirect(address, 303)


@door.get("/automatic/method-given")
def method_given() -> ResponseReturnValue:
    """Back from the provider's page."""
    brand = _owned()
    try:
        kept = funding.finish_setup(platform().database, gateway(), brand.id)
    except DomainError as error:
        flash(explain(error), "error")
    else:
        flash(_("The payment method is kept.") if kept else _("No payment method was given."),
              "success" if kept else "warning")  # fmt: skip
    return redirect(url_for(".automatic_page"))


@door.post("/automatic/forget")
def forget_method() -> ResponseReturnValue:
    """Take nothing from it any more."""
    brand = _owned()
    with transaction() as session:
        automatic.forget_method(session, brand.id)
    flash(_("The payment method is forgotten; automatic top-ups are off."), "success")
    return redirect(url_for(".automatic_page"))
