"""Pages of the stand-in provider: paying a top-up, and opening an account, without real money."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.i18n import gettext as _
from marketplace.core.web import Door, actor, platform, transaction
from payouts import connect, payments
from payouts.access import access_payee, access_top_up
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
