"""Pages of the stand-in provider: paying a top-up, and opening an account, without real money."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.brands.access import access_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money
from marketplace.core.web import Door, actor, platform, transaction
from payouts import chargebacks, connect, funding, payments, wallet_queries
from payouts.access import access_payee, access_top_up
from payouts.models import TopUp
from payouts.twin import Twin

door = Door("test_payments", __name__, audience=Audience.SIGNED_IN, url_prefix="/test-payments")


def _twin() -> Twin:
    found = current_app.extensions["gateway"]
    if not isinstance(found, Twin):
        raise NotFound
    return found


def _top_up_of(checkout_id: str) -> UUID:
    with transaction() as session:
        top_up_id = payments.by_checkout(session, checkout_id)
        if top_up_id is None:
            raise NotFound
        access_top_up(session, actor(), top_up_id)
    return top_up_id


@door.get("/checkout/<checkout_id>")
def checkout(checkout_id: str) -> ResponseReturnValue:
    """Where a payment card would be asked for."""
    _top_up_of(checkout_id)
    return render_template("payouts/test_checkout.html", checkout=_twin().checkout(checkout_id))


@door.post("/checkout/<checkout_id>/<any(pay, refuse):choice>")
def choose(checkout_id: str, choice: str) -> ResponseReturnValue:
    """Pay, or go away."""
    top_up_id, twin = _top_up_of(checkout_id), _twin()
    if choice == "pay":
        twin.pay(checkout_id)
    else:
        twin.refuse(checkout_id)
    payments.refresh(platform().database, twin, top_up_id, now=utcnow())
    return redirect(twin.addresses(checkout_id)[0 if choice == "pay" else 1])


def _setup_of(setup_id: str) -> None:
    with transaction() as session:
        brand_id = funding.by_setup(session, setup_id)
        if brand_id is None:
            raise NotFound
        access_brand(session, actor(), brand_id, at_least=Role.OWNER)


@door.get("/setup/<setup_id>")
def setup(setup_id: str) -> ResponseReturnValue:
    """Where a payment method would be given."""
    _setup_of(setup_id)
    return render_template("payouts/test_setup.html", setup=_twin().setup(setup_id))


@door.post("/setup/<setup_id>/<any(works, refused, nothing):choice>")
def choose_method(setup_id: str, choice: str) -> ResponseReturnValue:
    """Give one that works, one that is refused when it is used, or none."""
    _setup_of(setup_id)
    if choice == "nothing":
        return redirect(url_for("brand_top_ups.automatic_page"))
    return redirect(_twin().choose_method(setup_id, works=choice == "works")[0])


def _paid_with(payment_id: str) -> TopUp:
    with transaction() as session:
        top_up_id = payments.by_payment(session, payment_id)
        if top_up_id is None:
            raise NotFound
        return access_top_up(session, actor(), top_up_id)


@door.post("/payments/<payment_id>/arrives/<any(whole, half, more):part>")
def transfer(payment_id: str, part: str) -> ResponseReturnValue:
    """A bank transfer comes in: what is awaited, half of it, or a tenth too much."""
    top_up, twin = _paid_with(payment_id), _twin()
    left = top_up.amount_minor - top_up.received_minor
    minor = {"whole": left, "half": max(1, left // 2), "more": left + max(1, top_up.amount_minor // 10)}[part]
    twin.transfer_arrives(payment_id, Money(minor, top_up.currency))
    payments.refresh(platform().database, twin, top_up.id, now=utcnow())
    funding.look_at_cash(platform().database, twin, top_up.brand_id)
    return redirect(url_for("brand_top_ups.top_up_page", top_up_id=top_up.id))


@door.post("/payments/<payment_id>/dispute")
def dispute(payment_id: str) -> ResponseReturnValue:
    """The payer disputes it."""
    top_up, twin = _paid_with(payment_id), _twin()
    dispute_id = twin.open_dispute(payment_id, Money(top_up.amount_minor, top_up.currency))
    chargebacks.refresh(platform().database, twin, dispute_id, now=utcnow())
    return redirect(url_for("brand_top_ups.top_up_page", top_up_id=top_up.id))


@door.post("/payments/<payment_id>/dispute/<any(win, lose):choice>")
def decide(payment_id: str, choice: str) -> ResponseReturnValue:
    """The bank decides."""
    top_up, twin = _paid_with(payment_id), _twin()
    with transaction() as session:
        cases = [case.dispute_id for case in wallet_queries.chargebacks_of(session, top_up.id)]
    for dispute_id in cases:
        twin.end_dispute(dispute_id, won=choice == "win")
        chargebacks.refresh(platform().database, twin, dispute_id, now=utcnow())
    return redirect(url_for("brand_top_ups.top_up_page", top_up_id=top_up.id))


@door.get("/accounts/<account_id>")
def account(account_id: str) -> ResponseReturnValue:
    """Where papers and a bank account would be asked for."""
    with transaction() as session:
        payee = access_payee(session, actor(), account_id)
    return render_template("payouts/test_account.html", payee=payee, account=_twin().account(account_id, "v2"))


@door.post("/accounts/<account_id>/finish")
def finish(account_id: str) -> ResponseReturnValue:
    """Everything was given."""
    with transaction() as session:
        payee = access_payee(session, actor(), account_id)
    twin = _twin()
    twin.finish_onboarding(account_id)
    connect.refresh(platform().database, twin, payee.person_id, now=utcnow())
    flash(_("Your account is ready to be paid."), "success")
    return redirect(url_for("expert_money.account"))
