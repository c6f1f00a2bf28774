"""The server's own books: every movement of money as a balance transaction, balances from them.

Amounts are integer minor units, times are seconds since 1970. Nothing here looks at the product:
tests compare its ledger with these books.
"""

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.stripe_server.wire import ApiError, Json, missing

PLATFORM = ""
PLATFORM_ID = "acct_platform"


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass
class Account:
    """Balances of one account per currency; the platform is the account named ""."""

    available: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    pending: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    maturing: list[Json] = field(default_factory=list)
    transactions: list[Json] = field(default_factory=list)


class Books:
    """All money of the platform and its connected accounts.

    ``settlement_seconds``: how long a charge stays pending. ``fee_bps`` and ``fee_fixed``: what is
    kept of a card payment (defaults 1.5 % and 25 minor units, rounded half up).
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock_offset = 0
        self.settlement_seconds = 0
        self.fee_bps = 150
        self.fee_fixed = 25
        self.accounts: defaultdict[str, Account] = defaultdict(Account)
        self.transactions: dict[str, Json] = {}

    def now(self) -> int:
        return int(time.time()) + self.clock_offset

    def fee(self, amount: int) -> int:
        """Processing fee of a payment of ``amount`` minor units."""
        return (amount * self.fee_bps + 5_000) // 10_000 + self.fee_fixed

    def move(
        self,
        account: str,
        kind: str,
        amount: int,
        currency: str,
        source: str | None,
        *,
        fee: int = 0,
        delay: int = 0,
    ) -> Json:
        """Book ``amount - fee`` on an account, available after ``delay`` seconds."""
        now = self.now()
        transaction: Json = {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now + delay,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": _fee_details(fee, currency),
            "net": amount - fee,
            "reporting_category": kind,
            "source": source,
            "status": "pending" if delay > 0 else "available",
            "type": kind,
        }
        book = self.accounts[account]
        book.transactions.append(transaction)
        self.transactions[transaction["id"]] = transaction
        if delay > 0:
            book.maturing.append(transaction)
            book.pending[currency] += amount - fee
        else:
            book.available[currency] += amount - fee
        return transaction

    def settle(self) -> bool:
        """Make due pending money available; True when any moved."""
        now, moved = self.now(), False
        for book in self.accounts.values():
            due = [t for t in book.maturing if t["available_on"] <= now]
            for transaction in due:
                book.pending[transaction["currency"]] -= transaction["net"]
                book.available[transaction["currency"]] += transaction["net"]
                transaction["status"] = "available"
                moved = True
            if due:
                book.maturing = [t for t in book.maturing if t["status"] == "pending"]
        return moved

    def available(self, account: str, currency: str) -> int:
        self.settle()
        return self.accounts[account].available[currency]

    def require(self, account: str, currency: str, amount: int) -> None:
        """Raise ``balance_insufficient`` unless ``amount`` is available."""
        if self.available(account, currency) < amount:
            raise ApiError(
                "You have insufficient available funds in your Stripe account.",
                code="balance_insufficient",
            )

    def balance(self, account: str) -> Json:
        """The ``/v1/balance`` object."""
        self.settle()
        book = self.accounts[account]
        currencies = sorted({*book.available, *book.pending}) or ["eur"]
        return {
            "object": "balance",
            "available": [_line(book.available[c], c) for c in currencies],
            "pending": [_line(book.pending[c], c) for c in currencies],
            "livemode": False,
        }

    def totals(self) -> Json:
        """Balances and net movements by kind, of the platform and of every connected account."""
        self.settle()
        return {
            "platform": _totals(self.accounts[PLATFORM]),
            "accounts": {name: _totals(book) for name, book in self.accounts.items() if name != PLATFORM},
        }


def _line(amount: int, currency: str) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _fee_details(fee: int, currency: str) -> list[Json]:
    if not fee:
        return []
    return [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def _totals(book: Account) -> Json:
    kinds: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    fees: defaultdict[str, int] = defaultdict(int)
    for transaction in book.transactions:
        kinds[transaction["type"]][transaction["currency"]] += transaction["amount"]
        fees[transaction["currency"]] += transaction["fee"]
    return {
        "available": dict(book.available),
        "pending": dict(book.pending),
        "by_type": {kind: dict(sums) for kind, sums in kinds.items()},
        "fees": dict(fees),
        "transactions": len(book.transactions),
    }


class Shelf:
    """Every API object by id, in order of creation, with the account that owns it."""

    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.owners: dict[str, str] = {}
        self.by_kind: defaultdict[tuple[str, str], list[Json]] = defaultdict(list)

    def add(self, thing: Json, account: str = PLATFORM) -> Json:
        self.objects[thing["id"]] = thing
        self.owners[thing["id"]] = account
        self.by_kind[account, thing["object"]].append(thing)
        return thing

    def get(self, kind: str, identifier: str, account: str = PLATFORM, param: str = "id") -> Json:
        """The object; raises ApiError ``resource_missing`` when absent or another account's."""
        thing = self.objects.get(identifier)
        if thing is None or thing["object"] != kind or self.owners[identifier] != account:
            raise missing(kind, identifier, param)
        return thing

    def all(self, kind: str, account: str = PLATFORM) -> list[Json]:
        return self.by_kind[account, kind]


def page(things: Iterable[Json], params: Json, url: str) -> Json:
    """A v1 list: newest first, ``limit`` (1 to 100, 10), cursors, ``created`` filter."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError(
            "Invalid integer: limit must be between 1 and 100",
            code="parameter_invalid_integer",
            param="limit",
        )
    rows = [thing for thing in things if _created(thing, params.get("created"))][::-1]
    ids = [row["id"] for row in rows]
    if after := params.get("starting_after"):
        rows = rows[_position(ids, after, "starting_after") + 1 :]
    elif before := params.get("ending_before"):
        rows = rows[: _position(ids, before, "ending_before")]
        return _list(rows[-limit:], url, len(rows) > limit)
    return _list(rows[:limit], url, len(rows) > limit)


def _list(rows: list[Json], url: str, more: bool) -> Json:
    return {"object": "list", "data": rows, "has_more": more, "url": url}


def _position(ids: list[str], identifier: str, param: str) -> int:
    if identifier not in ids:
        raise missing("object", identifier, param)
    return ids.index(identifier)


def _created(thing: Json, bounds: object) -> bool:
    if bounds is None:
        return True
    at = int(thing["created"])
    if not isinstance(bounds, dict):
        return at == bounds
    after = at > bounds.get("gt", at - 1) and at >= bounds.get("gte", at)
    before = at < bounds.get("lt", at + 1) and at <= bounds.get("lte", at)
    return bool(after and before)
