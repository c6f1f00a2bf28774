"""The state of the server: accounts, objects, books, courier; and the table of handlers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import stripe

from tests.stripe_server import events
from tests.stripe_server.books import PLATFORM, PLATFORM_ID, Books, Shelf, new_id
from tests.stripe_server.wire import ApiError, Call, Json, invalid, missing

CURRENCIES = frozenset({"chf", "dkk", "eur", "gbp", "jpy", "kwd", "nok", "pln", "sek", "usd"})
LARGEST_AMOUNT = 99_999_999

Capability = Literal["active", "pending", "restricted"]


@dataclass
class Connected:
    """A connected account, whichever API version made it."""

    id: str
    email: str
    name: str
    country: str
    currency: str
    created: int
    metadata: Json
    transfers: Capability = "restricted"
    details_submitted: bool = False
    closed: bool = False
    requirements: list[str] = field(default_factory=lambda: ["external_account", "individual.verification.document"])


class World:
    """Everything a reset forgets. All access is under ``books.lock``."""

    def __init__(self, courier: events.Courier) -> None:
        self.books = Books()
        self.shelf = Shelf()
        self.courier = courier
        self.accounts: dict[str, Connected] = {}
        self.schedules: dict[str, Json] = {}
        self.links: dict[str, Json] = {}
        self.cash: dict[tuple[str, str], int] = {}
        self.connected_reserves = False
        self.base_url = ""

    def emit(self, kind: str, thing: Json, account: str = PLATFORM) -> Json:
        """Record and send a snapshot event."""
        event = events.snapshot(self.books, kind, _without_private(thing), account, version=stripe.api_version)
        self.shelf.add(event, account)
        self.courier.dispatch(event)
        return event

    def emit_thin(self, kind: str, account: str, data: Json) -> Json:
        """Record and send a v2 event about an account."""
        event = events.thin(self.books, kind, account, data)
        self.shelf.add(event)
        self.courier.dispatch(event)
        return event

    def connected(self, identifier: str, param: str = "id") -> Connected:
        """The account; raises ``resource_missing`` when absent or closed."""
        account = self.accounts.get(identifier)
        if account is None or account.closed:
            kind = "destination" if param == "destination" else "account"
            raise missing(kind, identifier, param)
        return account

    def own(self, kind: str, call: Call, position: int = 0) -> Json:
        """The object named in the path of a call, of the account that calls."""
        return self.shelf.get(kind, call.arguments[position], call.account)

    def new(self, prefix: str, kind: str, account: str = PLATFORM, **fields: object) -> Json:
        """Make and shelve an object."""
        thing: Json = {
            "id": new_id(prefix),
            "object": kind,
            "created": self.books.now(),
            "livemode": False,
            **fields,
        }
        return self.shelf.add(thing, account)


Handler = Callable[[World, Call], Json]
HANDLERS: dict[tuple[str, str], Handler] = {}


def handles(verb: str, template: str) -> Callable[[Handler], Handler]:
    """Register the behaviour of one endpoint; ``{}`` stands for each path argument."""

    def register(handler: Handler) -> Handler:
        HANDLERS[verb, template] = handler
        return handler

    return register


def amount_of(params: Json) -> int:
    """The ``amount`` parameter; raises unless it is positive and within Stripe's limit."""
    amount = params.get("amount")
    if amount is None:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > LARGEST_AMOUNT:
        raise invalid("Amount must be no more than 999,999.99", "amount", "amount_too_large")
    return int(amount)


def currency_of(params: Json) -> str:
    """The ``currency`` parameter; raises when unknown or not lower case."""
    currency = str(params["currency"])
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", "currency", "invalid_currency")
    return currency


def change(thing: Json, params: Json, *names: str) -> Json:
    """Apply the named fields and merge metadata ("" unsets a key)."""
    for name in names:
        if name in params:
            thing[name] = params[name]
    if "metadata" in params:
        merged = {**thing["metadata"], **(params["metadata"] or {})}
        thing["metadata"] = {k: v for k, v in merged.items() if v != ""}
    return thing


def expand(world: World, thing: Json, paths: list[str]) -> Json:
    """A copy of an answer with the ids on each path (``data.customer``) replaced by objects."""
    for path in paths:
        thing = _expanded(world, thing, path.split("."))
    return thing


def _expanded(world: World, thing: Json, keys: list[str]) -> Json:
    key, rest = keys[0], keys[1:]
    if key not in thing:
        raise ApiError(f"This property cannot be expanded ({key}).", param="expand")
    value = thing[key]
    if isinstance(value, str):
        value = world.shelf.objects.get(value) or world.books.transactions.get(value, value)
    if rest and isinstance(value, list):
        value = [_expanded(world, item, rest) for item in value]
    elif rest and isinstance(value, dict):
        value = _expanded(world, value, rest)
    return {**thing, key: value}


def public(value: object) -> object:
    """An answer without the keys that begin with "_"."""
    if isinstance(value, dict):
        return _without_private(value)
    if isinstance(value, list):
        return [public(item) for item in value]
    return value


def _without_private(thing: Json) -> Json:
    return {k: public(v) for k, v in thing.items() if not str(k).startswith("_")}


__all__ = [
    "HANDLERS",
    "PLATFORM",
    "PLATFORM_ID",
    "Connected",
    "World",
    "amount_of",
    "change",
    "currency_of",
    "expand",
    "handles",
    "public",
]
