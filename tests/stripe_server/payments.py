"""Money coming in: customers, payment intents, charges, bank transfers, refunds, disputes."""

from tests.stripe_server.books import PLATFORM, new_id, page
from tests.stripe_server.wire import ApiError, Call, Json, invalid, missing
from tests.stripe_server.world import World, amount_of, change, currency_of, handles

SMALLEST_AMOUNT = 50
DECLINED = ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined")
DISPUTE_FEE = 2_000


@handles("post", "/v1/customers")
def create_customer(world: World, call: Call) -> Json:
    customer = world.new(
        "cus",
        "customer",
        email=call.params.get("email"),
        name=call.params.get("name"),
        description=call.params.get("description"),
        invoice_settings={"default_payment_method": None},
        metadata=call.params.get("metadata") or {},
    )
    world.emit("customer.created", customer)
    return customer


@handles("get", "/v1/customers/{}")
def retrieve_customer(world: World, call: Call) -> Json:
    return world.own("customer", call)


@handles("post", "/v1/customers/{}")
def update_customer(world: World, call: Call) -> Json:
    return change(world.own("customer", call), call.params, "email", "name", "description")


@handles("get", "/v1/customers")
def list_customers(world: World, call: Call) -> Json:
    email = call.params.get("email")
    rows = [c for c in world.shelf.all("customer") if email in (None, c["email"])]
    return page(rows, call.params, "/v1/customers")


@handles("get", "/v1/customers/{}/cash_balance")
def cash_balance(world: World, call: Call) -> Json:
    customer = world.own("customer", call)["id"]
    held = {c: amount for (owner, c), amount in world.cash.items() if owner == customer}
    return {
        "object": "cash_balance",
        "available": held or None,
        "customer": customer,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


@handles("get", "/v1/customers/{}/payment_methods")
def list_payment_methods(world: World, call: Call) -> Json:
    customer = world.own("customer", call)["id"]
    rows = [m for m in world.shelf.all("payment_method") if m["customer"] == customer]
    return page(rows, call.params, f"/v1/customers/{customer}/payment_methods")


@handles("post", "/v1/test_helpers/customers/{}/fund_cash_balance")
def fund_cash_balance(world: World, call: Call) -> Json:
    """A bank transfer arrives: oldest waiting payments first, each only when fully covered."""
    currency, amount = currency_of(call.params), amount_of(call.params)
    return receive_transfer(world, world.own("customer", call), amount, currency)


def receive_transfer(world: World, customer: Json, amount: int, currency: str) -> Json:
    """Money comes into a customer's cash balance and goes on to what waits for it."""
    key = (customer["id"], currency)
    world.cash[key] = world.cash.get(key, 0) + amount
    transaction = world.new(
        "ccsbtxn",
        "customer_cash_balance_transaction",
        customer=customer["id"],
        currency=currency,
        net_amount=amount,
        ending_balance=world.cash[key],
        type="funded",
    )
    world.emit("customer_cash_balance_transaction.created", transaction)
    _spend_cash(world, *key)
    return transaction


def _spend_cash(world: World, customer: str, currency: str) -> None:
    key = (customer, currency)
    for intent in world.shelf.all("payment_intent"):
        waiting = intent["status"] == "requires_action" and intent["customer"] == customer
        if waiting and intent["currency"] == currency:
            if world.cash.get(key, 0) >= intent["amount"]:
                world.cash[key] -= intent["amount"]
                succeed(world, intent, "customer_balance")
            elif world.cash.get(key, 0):
                shown = intent["next_action"]["display_bank_transfer_instructions"]
                shown["amount_remaining"] = intent["amount"] - world.cash[key]
                world.emit("payment_intent.partially_funded", intent)


def new_intent(world: World, params: Json) -> Json:
    """A payment intent that waits for a payment method."""
    amount, currency = amount_of(params), currency_of(params)
    if amount < SMALLEST_AMOUNT:
        raise invalid("Amount must be at least 50 minor units", "amount", "amount_too_small")
    customer = params.get("customer")
    if customer is not None:
        world.shelf.get("customer", customer, param="customer")
    return world.new(
        "pi",
        "payment_intent",
        amount=amount,
        amount_received=0,
        client_secret=new_id("secret"),
        currency=currency,
        customer=customer,
        description=params.get("description"),
        last_payment_error=None,
        latest_charge=None,
        metadata=params.get("metadata") or {},
        next_action=None,
        payment_method=params.get("payment_method"),
        setup_future_usage=params.get("setup_future_usage"),
        status="requires_confirmation" if params.get("payment_method") else "requires_payment_method",
        transfer_group=params.get("transfer_group"),
    )


@handles("post", "/v1/payment_intents")
def create_payment_intent(world: World, call: Call) -> Json:
    if call.params.get("off_session") and not call.params.get("confirm"):
        raise invalid("off_session needs confirm=true.", "off_session")
    intent = new_intent(world, call.params)
    world.emit("payment_intent.created", intent)
    return confirm(world, intent, call.params) if call.params.get("confirm") else intent


@handles("post", "/v1/payment_intents/{}/confirm")
def confirm_payment_intent(world: World, call: Call) -> Json:
    intent = world.own("payment_intent", call)
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected_state(intent)
    return confirm(world, intent, call.params)


def confirm(world: World, intent: Json, params: Json) -> Json:
    """Try to pay; raises ``card_declined`` (402) for the declining test card."""
    method = params.get("payment_method") or intent["payment_method"]
    kind = params.get("payment_method_data", {}).get("type") or _method_kind(world, method)
    if kind == "customer_balance":
        return _await_bank_transfer(world, intent)
    if kind is None:
        raise invalid("A payment method is needed.", "payment_method", "parameter_missing")
    intent["payment_method"] = method
    if method in DECLINED or not world.shelf.objects.get(str(method), {}).get("_works", True):
        decline(world, intent)
        raise ApiError(
            "Your card was declined.",
            status=402,
            type="card_error",
            code="card_declined",
            extra={"decline_code": "generic_decline", "payment_intent": intent},
        )
    if kind == "sepa_debit":
        return start_debit(world, intent)
    return succeed(world, intent, kind)


def _method_kind(world: World, method: str | None) -> str | None:
    if method is None:
        return None
    known = world.shelf.objects.get(method)
    if known is not None:
        return str(known["type"])
    if method.startswith("pm_card_"):
        return "card"
    if method.startswith("pm_sepaDebit"):
        return "sepa_debit"
    raise missing("PaymentMethod", method, "payment_method")


def _await_bank_transfer(world: World, intent: Json) -> Json:
    if intent["customer"] is None:
        raise invalid("A customer is needed for a bank transfer.", "customer", "parameter_missing")
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "display_bank_transfer_instructions",
        "display_bank_transfer_instructions": {
            "amount_remaining": intent["amount"],
            "currency": intent["currency"],
            "financial_addresses": [
                {
                    "iban": {
                        "account_holder_name": "Comptoir",
                        "bic": "TESTFRPPXXX",
                        "country": "FR",
                        "iban": "FR1420041010050500013M02606",
                    },
                    "supported_networks": ["sepa"],
                    "type": "iban",
                }
            ],
            "reference": intent["id"][-12:].upper(),
            "type": "eu_bank_transfer",
        },
    }
    world.emit("payment_intent.requires_action", intent)
    _spend_cash(world, intent["customer"], intent["currency"])
    return intent


def start_debit(world: World, intent: Json) -> Json:
    """A direct debit is under way; it succeeds or fails later, by a switch."""
    intent["status"] = "processing"
    world.emit("payment_intent.processing", intent)
    return intent


def decline(world: World, intent: Json) -> None:
    """The payment failed; another method may be tried."""
    intent["status"] = "requires_payment_method"
    intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
    world.emit("payment_intent.payment_failed", intent)


def succeed(world: World, intent: Json, kind: str) -> Json:
    """The money arrives: charge, balance transaction with its fee, events."""
    books = world.books
    charge = world.new(
        "ch" if kind == "card" else "py",
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        currency=intent["currency"],
        customer=intent["customer"],
        disputed=False,
        metadata=dict(intent["metadata"]),
        paid=True,
        payment_intent=intent["id"],
        payment_method_details={"type": kind},
        refunded=False,
        status="succeeded",
        transfer_group=intent["transfer_group"],
    )
    transaction = books.move(
        PLATFORM,
        "charge" if kind == "card" else "payment",
        intent["amount"],
        intent["currency"],
        charge["id"],
        fee=books.fee(intent["amount"]),
        delay=books.settlement_seconds,
    )
    charge["balance_transaction"] = transaction["id"]
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        next_action=None,
    )
    _keep_method(world, intent, kind)
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    return intent


def _keep_method(world: World, intent: Json, kind: str) -> None:
    if intent["setup_future_usage"] and intent["customer"] and kind != "customer_balance":
        method = world.new("pm", "payment_method", customer=intent["customer"], type=kind)
        intent["payment_method"] = method["id"]


def _unexpected_state(intent: Json) -> ApiError:
    return ApiError(
        f"This PaymentIntent has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


@handles("get", "/v1/payment_intents/{}")
def retrieve_payment_intent(world: World, call: Call) -> Json:
    return world.own("payment_intent", call)


@handles("post", "/v1/payment_intents/{}")
def update_payment_intent(world: World, call: Call) -> Json:
    return change(world.own("payment_intent", call), call.params, "description")


@handles("post", "/v1/payment_intents/{}/cancel")
def cancel_payment_intent(world: World, call: Call) -> Json:
    intent = world.own("payment_intent", call)
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected_state(intent)
    intent.update(status="canceled", next_action=None)
    world.emit("payment_intent.canceled", intent)
    return intent


@handles("get", "/v1/payment_intents")
def list_payment_intents(world: World, call: Call) -> Json:
    customer = call.params.get("customer")
    rows = [i for i in world.shelf.all("payment_intent") if customer in (None, i["customer"])]
    return page(rows, call.params, "/v1/payment_intents")


@handles("get", "/v1/charges/{}")
def retrieve_charge(world: World, call: Call) -> Json:
    return world.own("charge", call)


@handles("get", "/v1/charges")
def list_charges(world: World, call: Call) -> Json:
    wanted = {k: call.params[k] for k in ("customer", "payment_intent", "transfer_group") if k in call.params}
    rows = [
        charge
        for charge in world.shelf.all("charge", call.account)
        if all(charge.get(name) == value for name, value in wanted.items())
    ]
    return page(rows, call.params, "/v1/charges")


@handles("post", "/v1/refunds")
def create_refund(world: World, call: Call) -> Json:
    charge = _refunded_charge(world, call.params)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = amount_of({"amount": call.params.get("amount", left)})
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    refund = world.new(
        "re",
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        failure_reason=None,
        metadata=call.params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=call.params.get("reason"),
        status="pending",
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.emit("refund.created", refund)
    pay_refund(world, refund)
    world.emit("charge.refunded", charge)
    return refund


def pay_refund(world: World, refund: Json) -> None:
    """Pay a refund from the available balance; it stays ``pending`` while that is too low."""
    if world.books.available(PLATFORM, refund["currency"]) < refund["amount"]:
        return
    transaction = world.books.move(PLATFORM, "refund", -refund["amount"], refund["currency"], refund["id"])
    refund.update(status="succeeded", balance_transaction=transaction["id"])
    world.emit("refund.updated", refund)


def _refunded_charge(world: World, params: Json) -> Json:
    if "charge" in params:
        return world.shelf.get("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise invalid("One of charge, payment_intent is needed.", "payment_intent")
    intent = world.shelf.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise ApiError("This PaymentIntent does not have a successful charge to refund.")
    return world.shelf.get("charge", intent["latest_charge"])


@handles("get", "/v1/refunds/{}")
def retrieve_refund(world: World, call: Call) -> Json:
    return world.own("refund", call)


@handles("get", "/v1/refunds")
def list_refunds(world: World, call: Call) -> Json:
    wanted = {k: call.params[k] for k in ("charge", "payment_intent") if k in call.params}
    rows = [
        refund for refund in world.shelf.all("refund") if all(refund[name] == value for name, value in wanted.items())
    ]
    return page(rows, call.params, "/v1/refunds")


@handles("get", "/v1/disputes/{}")
def retrieve_dispute(world: World, call: Call) -> Json:
    return world.own("dispute", call)


@handles("get", "/v1/disputes")
def list_disputes(world: World, call: Call) -> Json:
    return page(world.shelf.all("dispute"), call.params, "/v1/disputes")
