"""Checkout sessions and the two small hosted pages: paying, and onboarding an account."""

from html import escape
from urllib.parse import parse_qs

from tests.stripe_server.accounts import set_capability
from tests.stripe_server.books import new_id, page
from tests.stripe_server.payments import decline, new_intent, start_debit, succeed
from tests.stripe_server.wire import ApiError, Call, Json, invalid, missing
from tests.stripe_server.world import World, handles

SESSION_SECONDS = 86_400
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<body>
<main><h1>{title}</h1><p>{text}</p><form method="post">{buttons}</form></main>
</body></html>"""


@handles("post", "/v1/checkout/sessions")
def create_session(world: World, call: Call) -> Json:
    mode = call.params.get("mode")
    if mode not in ("payment", "setup"):
        raise invalid("Only mode=payment and mode=setup are served here.", "mode")
    if not call.params.get("success_url"):
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    total, currency = _total(call.params.get("line_items", [])) if mode == "payment" else (None, "eur")
    customer = call.params.get("customer")
    if customer is not None:
        world.shelf.get("customer", customer, param="customer")
    identifier = new_id("cs_test")
    now = world.books.now()
    session: Json = {
        "id": identifier,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": call.params.get("cancel_url"),
        "client_reference_id": call.params.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "customer": customer,
        "expires_at": call.params.get("expires_at", now + SESSION_SECONDS),
        "livemode": False,
        "metadata": call.params.get("metadata") or {},
        "mode": mode,
        "payment_intent": None,
        "payment_status": "unpaid" if mode == "payment" else "no_payment_required",
        "setup_intent": None,
        "status": "open",
        "success_url": call.params["success_url"],
        "url": f"{world.base_url}/checkout/{identifier}",
        "_intent": call.params.get("payment_intent_data", {}),
        "_methods": call.params.get("allowed_payment_method_types") or ["card", "sepa_debit"],
    }
    return world.shelf.add(session)


def _total(items: list[Json]) -> tuple[int, str]:
    """(sum of the lines in minor units, their one currency)."""
    if not items:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    prices = [item.get("price_data") or {} for item in items]
    currencies = {price.get("currency") for price in prices}
    if len(currencies) != 1 or any("unit_amount" not in price for price in prices):
        raise invalid("Every line needs price_data in one currency.", "line_items")
    total = sum(price["unit_amount"] * item.get("quantity", 1) for price, item in zip(prices, items, strict=True))
    return total, str(currencies.pop())


@handles("get", "/v1/checkout/sessions/{}")
def retrieve_session(world: World, call: Call) -> Json:
    return _current(world, world.own("checkout.session", call))


@handles("get", "/v1/checkout/sessions")
def list_sessions(world: World, call: Call) -> Json:
    intent = call.params.get("payment_intent")
    rows = [s for s in world.shelf.all("checkout.session") if intent in (None, s["payment_intent"])]
    return page(rows, call.params, "/v1/checkout/sessions")


@handles("post", "/v1/checkout/sessions/{}/expire")
def expire_session(world: World, call: Call) -> Json:
    session = world.own("checkout.session", call)
    if session["status"] != "open":
        raise ApiError(f"Only open sessions can be expired; this one is {session['status']}.")
    return _expire(world, session)


def _current(world: World, session: Json) -> Json:
    if session["status"] == "open" and world.books.now() >= session["expires_at"]:
        return _expire(world, session)
    return session


def _expire(world: World, session: Json) -> Json:
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", session)
    return session


def pay_session(world: World, identifier: str, method: str = "card") -> Json:
    """The brand pays on the hosted page, by ``card`` or ``sepa_debit``.

    Raises ApiError when the session is no longer open or does not offer the method.
    """
    session = _current(world, world.shelf.get("checkout.session", identifier))
    if session["status"] != "open":
        raise ApiError(f"This session is {session['status']}.")
    if method not in session["_methods"]:
        raise ApiError(f"{method} is not offered by this session.")
    intent = _intent(world, session)
    session.update(status="complete", url=None)
    if method == "card":
        succeed(world, intent, method)
        session["payment_status"] = "paid"
    else:
        start_debit(world, intent)
    world.emit("checkout.session.completed", session)
    return session


def give_method(world: World, identifier: str, method: str = "card", works: bool = True) -> Json:
    """The brand gives a method on the page of a setup session; one that does not work is refused when it is used."""
    session = _current(world, world.shelf.get("checkout.session", identifier))
    if session["mode"] != "setup" or session["status"] != "open":
        raise ApiError("This session takes no payment method.")
    last4 = "4242" if works else "0341"
    detail = {"brand": "visa", "last4": last4} if method == "card" else {"last4": last4}
    fields: Json = {"customer": session["customer"], "type": method, method: detail, "_works": works}
    kept = world.new("pm", "payment_method", **fields)
    given = {"customer": session["customer"], "payment_method": kept["id"], "status": "succeeded"}
    intent = world.new("seti", "setup_intent", **given)
    session.update(status="complete", url=None, setup_intent=intent["id"])
    world.emit("checkout.session.completed", session)
    return session


def _intent(world: World, session: Json) -> Json:
    if session["payment_intent"] is None:
        about = {"amount": session["amount_total"], "currency": session["currency"]}
        customer = {"customer": session["customer"]} if session["customer"] else {}
        intent = new_intent(world, {**session["_intent"], **about, **customer})
        session["payment_intent"] = intent["id"]
    return world.shelf.get("payment_intent", session["payment_intent"])


def settle_debit(world: World, intent_id: str, *, succeeded: bool = True) -> Json:
    """A direct debit under way succeeds or fails; its session, if any, hears of it."""
    intent = world.shelf.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        raise ApiError(f"This PaymentIntent has a status of {intent['status']}.")
    if succeeded:
        succeed(world, intent, "sepa_debit")
    else:
        decline(world, intent)
    for session in world.shelf.all("checkout.session"):
        if session["payment_intent"] == intent_id:
            session["payment_status"] = "paid" if succeeded else "unpaid"
            outcome = "succeeded" if succeeded else "failed"
            world.emit(f"checkout.session.async_payment_{outcome}", session)
    return intent


def hosted_page(world: World, path: str) -> str:
    """The HTML of ``/checkout/<id>`` or ``/onboarding/<token>``.

    Raises ApiError for anything else, for a closed session and for a used or old link.
    """
    place, identifier = _place(path)
    if place == "onboarding":
        account = world.accounts[_open_link(world, identifier)["account"]]
        buttons = _button("finish", "Finish") + _button("later", "Finish later")
        return PAGE.format(title="Account details", text=escape(account.email), buttons=buttons)
    session = _current(world, world.shelf.get("checkout.session", identifier))
    if session["status"] != "open":
        raise ApiError(f"This session is {session['status']}.", status=410)
    if session["mode"] == "setup":
        buttons = _button("card", "Keep this card") + _button("refused_later", "Keep a card that is refused later")
        return PAGE.format(title="Payment method", text="For automatic payments.", buttons=buttons)
    labels = {"card": "Pay", "sepa_debit": "Pay by SEPA debit"}
    buttons = "".join(_button(m, labels[m]) for m in session["_methods"] if m in labels)
    buttons += _button("declined", "Pay with a declined card") + _button("cancel", "Cancel")
    amount = f"{session['amount_total']} {session['currency']} (minor units)"
    return PAGE.format(title="Test payment", text=escape(amount), buttons=buttons)


def hosted_answer(world: World, path: str, form: str) -> str:
    """Do what the button says; the URL to go to next."""
    place, identifier = _place(path)
    action = parse_qs(form).get("action", [""])[0]
    if place == "onboarding":
        return _onboarding_answer(world, identifier, action)
    session = world.shelf.get("checkout.session", identifier)
    if action == "cancel":
        return str(session["cancel_url"] or session["success_url"])
    if action == "declined":
        decline(world, _intent(world, session))
        return f"{world.base_url}{path}"
    if session["mode"] == "setup":
        give_method(world, identifier, works=action != "refused_later")
        return str(session["success_url"])
    pay_session(world, identifier, action or "card")
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", identifier)


def _onboarding_answer(world: World, token: str, action: str) -> str:
    link = _open_link(world, token)
    del world.links[token]
    if action == "finish":
        set_capability(world, world.accounts[link["account"]], "active", [])
    return str(link["return_url"])


def _open_link(world: World, token: str) -> Json:
    link = world.links.get(token)
    if link is None or world.books.now() >= link["expires_at"]:
        raise ApiError("This link was used or is too old; ask for a new one.", status=410)
    return link


def _place(path: str) -> tuple[str, str]:
    _, place, identifier = [*path.split("/"), "", ""][:3]
    if place not in ("checkout", "onboarding"):
        raise missing("page", path)
    return place, identifier


def _button(action: str, label: str) -> str:
    return f'<button name="action" value="{action}">{escape(label)}</button>'
