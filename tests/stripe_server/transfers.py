"""Balances, transfers to connected accounts and their reversals, bank payouts."""

from tests.stripe_server.books import PLATFORM, new_id, page
from tests.stripe_server.wire import ApiError, Call, Json, invalid, missing
from tests.stripe_server.world import World, amount_of, change, currency_of, handles

ARRIVAL_SECONDS = 2 * 86_400


@handles("get", "/v1/balance")
def balance(world: World, call: Call) -> Json:
    return world.books.balance(call.account)


@handles("get", "/v1/balance_transactions")
def balance_transactions(world: World, call: Call) -> Json:
    world.books.settle()
    wanted = {k: call.params[k] for k in ("type", "currency", "source") if k in call.params}
    rows = [
        transaction
        for transaction in world.books.accounts[call.account].transactions
        if all(transaction[name] == value for name, value in wanted.items())
    ]
    return page(rows, call.params, "/v1/balance_transactions")


@handles("get", "/v1/balance_transactions/{}")
def balance_transaction(world: World, call: Call) -> Json:
    transaction = world.books.transactions.get(call.arguments[0])
    if transaction is None or transaction not in world.books.accounts[call.account].transactions:
        raise missing("balance transaction", call.arguments[0])
    return transaction


@handles("get", "/v1/balance_settings")
def balance_settings(world: World, call: Call) -> Json:
    return world.schedules.setdefault(
        call.account,
        {
            "object": "balance_settings",
            "payments": {
                "debit_negative_balances": True,
                "payouts": {
                    "minimum_balance_by_currency": None,
                    "schedule": {"interval": "daily"},
                    "statement_descriptor": None,
                    "status": "enabled",
                },
                "settlement_timing": {"delay_days": 7},
            },
        },
    )


@handles("post", "/v1/balance_settings")
def update_balance_settings(world: World, call: Call) -> Json:
    settings = balance_settings(world, call)
    payments = call.params.get("payments", {})
    payouts = payments.get("payouts", {})
    schedule = payouts.get("schedule", {})
    if schedule.get("interval") == "weekly" and not schedule.get("weekly_payout_days"):
        raise invalid("weekly_payout_days is required.", "payments[payouts][schedule]", "parameter_missing")
    settings["payments"]["payouts"].update(payouts)
    if "debit_negative_balances" in payments:
        settings["payments"]["debit_negative_balances"] = payments["debit_negative_balances"]
    world.emit("balance_settings.updated", settings, call.account)
    return settings


@handles("post", "/v1/transfers")
def create_transfer(world: World, call: Call) -> Json:
    amount, currency = amount_of(call.params), currency_of(call.params)
    destination = world.connected(call.params["destination"], "destination")
    if destination.transfers != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    world.books.require(PLATFORM, currency, amount)
    transfer = world.new(
        "tr",
        "transfer",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=call.params.get("description"),
        destination=destination.id,
        metadata=call.params.get("metadata") or {},
        reversals={"object": "list", "data": [], "has_more": False, "url": ""},
        reversed=False,
        source_transaction=call.params.get("source_transaction"),
        source_type="card",
        transfer_group=call.params.get("transfer_group"),
    )
    transfer["reversals"]["url"] = f"/v1/transfers/{transfer['id']}/reversals"
    moved = world.books.move(PLATFORM, "transfer", -amount, currency, transfer["id"])
    payment = world.new(
        "py",
        "charge",
        destination.id,
        amount=amount,
        currency=currency,
        source_transfer=transfer["id"],
        status="succeeded",
    )
    received = world.books.move(destination.id, "payment", amount, currency, payment["id"])
    payment["balance_transaction"] = received["id"]
    transfer["balance_transaction"] = moved["id"]
    transfer["destination_payment"] = payment["id"]
    world.emit("transfer.created", transfer)
    return transfer


@handles("get", "/v1/transfers/{}")
def retrieve_transfer(world: World, call: Call) -> Json:
    return world.own("transfer", call)


@handles("post", "/v1/transfers/{}")
def update_transfer(world: World, call: Call) -> Json:
    transfer = change(world.own("transfer", call), call.params, "description")
    world.emit("transfer.updated", transfer)
    return transfer


@handles("get", "/v1/transfers")
def list_transfers(world: World, call: Call) -> Json:
    wanted = {k: call.params[k] for k in ("transfer_group", "destination") if k in call.params}
    rows = [
        transfer
        for transfer in world.shelf.all("transfer", call.account)
        if all(transfer[name] == value for name, value in wanted.items())
    ]
    return page(rows, call.params, "/v1/transfers")


@handles("post", "/v1/transfers/{}/reversals")
def reverse_transfer(world: World, call: Call) -> Json:
    transfer = world.own("transfer", call)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = amount_of({"amount": call.params.get("amount", left or 1)})
    if left == 0:
        raise ApiError(f"Transfer {transfer['id']} is already fully reversed.")
    if amount > left:
        raise ApiError(
            f"Reversal amount ({amount}) is greater than the unreversed amount ({left}) of the transfer.",
            param="amount",
        )
    destination, currency = transfer["destination"], transfer["currency"]
    if not world.connected_reserves:
        world.books.require(destination, currency, amount)
    reversal = world.new(
        "trr",
        "transfer_reversal",
        amount=amount,
        currency=currency,
        metadata=call.params.get("metadata") or {},
        transfer=transfer["id"],
    )
    back = world.books.move(PLATFORM, "transfer_refund", amount, currency, reversal["id"])
    world.books.move(destination, "payment_refund", -amount, currency, transfer["destination_payment"])
    reversal["balance_transaction"] = back["id"]
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    world.emit("transfer.reversed", transfer)
    return reversal


@handles("get", "/v1/transfers/{}/reversals")
def list_reversals(world: World, call: Call) -> Json:
    reversals = world.own("transfer", call)["reversals"]
    return page(reversals["data"][::-1], call.params, reversals["url"])


@handles("get", "/v1/transfers/{}/reversals/{}")
def retrieve_reversal(world: World, call: Call) -> Json:
    return world.own("transfer_reversal", call, 1)


@handles("post", "/v1/payouts")
def create_payout(world: World, call: Call) -> Json:
    amount, currency = amount_of(call.params), currency_of(call.params)
    return send_payout(world, call.account, amount, currency, params=call.params)


def send_payout(
    world: World, account: str, amount: int, currency: str, *, params: Json, automatic: bool = False
) -> Json:
    """Take money out of an account's balance towards its bank; state ``pending``."""
    world.books.require(account, currency, amount)
    payout = world.new(
        "po",
        "payout",
        account,
        amount=amount,
        arrival_date=world.books.now() + ARRIVAL_SECONDS,
        automatic=automatic,
        currency=currency,
        description=params.get("description"),
        destination=new_id("ba"),
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=params.get("metadata") or {},
        method="standard",
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        type="bank_account",
    )
    moved = world.books.move(account, "payout", -amount, currency, payout["id"])
    payout["balance_transaction"] = moved["id"]
    world.emit("payout.created", payout, account)
    return payout


@handles("get", "/v1/payouts/{}")
def retrieve_payout(world: World, call: Call) -> Json:
    return world.own("payout", call)


@handles("post", "/v1/payouts/{}")
def update_payout(world: World, call: Call) -> Json:
    return change(world.own("payout", call), call.params)


@handles("get", "/v1/payouts")
def list_payouts(world: World, call: Call) -> Json:
    rows = [
        payout
        for payout in world.shelf.all("payout", call.account)
        if payout["status"] == call.params.get("status", payout["status"])
    ]
    return page(rows, call.params, "/v1/payouts")


@handles("post", "/v1/payouts/{}/cancel")
def cancel_payout(world: World, call: Call) -> Json:
    payout = world.own("payout", call)
    if payout["status"] != "pending":
        raise ApiError("Payouts can only be canceled while they are pending.")
    return return_payout(world, payout, call.account, status="canceled", kind="payout_cancel")


def return_payout(world: World, payout: Json, account: str, *, status: str, kind: str) -> Json:
    """The money of a payout comes back to the account's balance, also after ``paid``."""
    back = world.books.move(account, kind, payout["amount"], payout["currency"], payout["id"])
    payout.update(status=status, failure_balance_transaction=back["id"])
    world.emit(f"payout.{status}", payout, account)
    return payout
