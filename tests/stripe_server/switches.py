"""What happens at Stripe without a call of ours: the bank says no, a card holder disputes, ..."""

import inspect
import random
from collections.abc import Callable
from typing import Any

import stripe

from tests.stripe_server import checkout, events
from tests.stripe_server.accounts import set_capability
from tests.stripe_server.books import PLATFORM
from tests.stripe_server.payments import DISPUTE_FEE, pay_refund, receive_transfer
from tests.stripe_server.transfers import return_payout, send_payout
from tests.stripe_server.wire import ApiError, Json
from tests.stripe_server.world import World


def fund(world: World, amount: int, currency: str = "eur") -> Json:
    """The platform's own money arrives at once (a float), without a payment or a fee."""
    topup = world.new("tu", "topup", amount=amount, currency=currency, status="succeeded")
    world.books.move(PLATFORM, "topup", amount, currency, topup["id"])
    world.emit("topup.succeeded", topup)
    return topup


def advance(world: World, seconds: int) -> Json:
    """Move the server's clock; pending money that is due becomes available."""
    world.books.clock_offset += seconds
    if world.books.settle():
        world.emit("balance.available", world.books.balance(PLATFORM))
    for refund in world.shelf.all("refund"):
        if refund["status"] == "pending":
            pay_refund(world, refund)
    return {"now": world.books.now()}


def settlement(world: World, seconds: int) -> Json:
    """From now on payments stay pending for this long."""
    world.books.settlement_seconds = seconds
    return {"seconds": seconds}


def onboard(world: World, account: str) -> Json:
    """The expert gives everything asked for: transfers become active."""
    set_capability(world, world.connected(account), "active", [])
    return {"account": account}


def restrict(world: World, account: str) -> Json:
    """Something more is required: transfers to the account are refused."""
    set_capability(world, world.connected(account), "restricted", ["individual.verification.document"])
    return {"account": account}


def close_account(world: World, account: str) -> Json:
    """The account is gone: "No such destination"."""
    world.connected(account).closed = True
    world.emit_thin("v2.core.account.closed", account, {})
    return {"account": account}


def connected_reserves(world: World, on: bool = True) -> Json:
    """Let reversals take a connected account below zero."""
    world.connected_reserves = on
    return {"on": on}


def bank_payout(world: World, account: str, currency: str = "eur") -> Json:
    """Stripe's automatic payout: all that is available leaves for the expert's bank."""
    amount = world.books.available(account, currency)
    return send_payout(world, account, amount, currency, params={}, automatic=True)


def pay_payout(world: World, payout: str) -> Json:
    """The bank says that the money arrived."""
    thing = world.shelf.objects[payout]
    thing["status"] = "paid"
    world.emit("payout.paid", thing, world.shelf.owners[payout])
    return thing


def fail_payout(world: World, payout: str, code: str = "account_closed") -> Json:
    """The bank sends the money back, also after ``paid``."""
    thing = world.shelf.objects[payout]
    thing.update(failure_code=code, failure_message="The bank account has been closed.")
    account = world.shelf.owners[payout]
    return return_payout(world, thing, account, status="failed", kind="payout_failure")


def fail_refund(world: World, refund: str) -> Json:
    """The refund comes back to the platform."""
    thing = world.shelf.get("refund", refund)
    if thing["balance_transaction"] is not None:
        world.books.move(PLATFORM, "refund_failure", thing["amount"], thing["currency"], refund)
    thing.update(status="failed", failure_reason="expired_or_canceled_card")
    charge = world.shelf.get("charge", thing["charge"])
    charge["amount_refunded"] -= thing["amount"]
    charge["refunded"] = False
    world.emit("refund.updated", thing)
    world.emit("refund.failed", thing)
    return thing


def dispute(world: World, charge: str, amount: int | None = None) -> Json:
    """The payer disputes a charge: amount and fee leave the balance."""
    paid = world.shelf.get("charge", charge)
    amount, currency = amount or paid["amount"], paid["currency"]
    case = world.new(
        "du",
        "dispute",
        amount=amount,
        charge=charge,
        currency=currency,
        is_charge_refundable=False,
        metadata={},
        payment_intent=paid["payment_intent"],
        reason="fraudulent",
        status="needs_response",
    )
    paid["disputed"] = True
    taken = world.books.move(PLATFORM, "adjustment", -amount, currency, case["id"], fee=DISPUTE_FEE)
    case["balance_transactions"] = [taken]
    world.emit("charge.dispute.created", case)
    world.emit("charge.dispute.funds_withdrawn", case)
    return case


def close_dispute(world: World, dispute: str, won: bool) -> Json:
    """Won: the amount comes back (the fee does not). Lost: nothing moves any more."""
    case = world.shelf.get("dispute", dispute)
    case["status"] = "won" if won else "lost"
    if won:
        back = world.books.move(PLATFORM, "adjustment", case["amount"], case["currency"], dispute)
        case["balance_transactions"].append(back)
        world.emit("charge.dispute.funds_reinstated", case)
    world.emit("charge.dispute.closed", case)
    return case


def bank_transfer(world: World, customer: str, amount: int, currency: str = "eur") -> Json:
    """A customer's transfer arrives."""
    return receive_transfer(world, world.shelf.get("customer", customer), amount, currency)


def stray_event(world: World, account: str = "acct_of_somebody_else", livemode: bool = False) -> Json:
    """An event that is none of ours: a foreign ``account``, or live mode."""
    payout = {"id": "po_foreign", "object": "payout", "amount": 1, "currency": "eur"}
    event = events.snapshot(
        world.books,
        "payout.paid",
        payout,
        account,
        version=stripe.api_version,
        livemode=livemode,
    )
    world.courier.dispatch(event)
    return event


def hold_webhooks(world: World) -> Json:
    """Keep every following webhook until released."""
    world.courier.hold()
    return {"holding": True}


def release_webhooks(world: World, seed: int | None = None, repeat: int = 1, age: int = 0) -> Json:
    """Send what is held: shuffled by ``seed``, each ``repeat`` times, signed ``age`` s ago."""
    shuffle = None if seed is None else random.Random(seed)
    world.courier.release(shuffle=shuffle, repeat=repeat, age=age)
    return {"holding": False}


def wrong_secret(world: World, times: int = 1) -> Json:
    """Sign the next deliveries with somebody else's secret."""
    world.courier.wrong_secrets = times
    return {"times": times}


def redeliver(world: World) -> Json:
    """Try the webhooks that were given up on once more."""
    world.courier.redeliver()
    return {}


Switch = Callable[..., Json]
SWITCHES: dict[str, Switch] = {
    switch.__name__: switch
    for switch in (
        fund,
        advance,
        settlement,
        onboard,
        restrict,
        close_account,
        connected_reserves,
        bank_payout,
        pay_payout,
        fail_payout,
        fail_refund,
        dispute,
        close_dispute,
        bank_transfer,
        stray_event,
        hold_webhooks,
        release_webhooks,
        wrong_secret,
        redeliver,
        checkout.pay_session,
        checkout.give_method,
        checkout.settle_debit,
    )
}


def turn(world: World, name: str, arguments: dict[str, Any]) -> Json:
    """Turn a switch by name; raises ApiError for an unknown one or wrong arguments."""
    switch = SWITCHES.get(name)
    if switch is None:
        raise ApiError(f"Unknown switch {name!r}; known: {', '.join(SWITCHES)}")
    try:
        inspect.signature(switch).bind(world, **arguments)
    except TypeError as mismatch:
        raise ApiError(f"{name}: {mismatch}") from mismatch
    return switch(world, **arguments)
