"""The stand-in provider when no key is set: same promises, no real money. Its books are a table, so it survives
restarts together with the ledger. Each call is a transaction of its own, like a call to somebody else's server."""

# ruff: noqa: ARG002 - the interface carries what real providers need and this one does not

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts.gateway import Checkout, Holdings, Movement, Notice, NotOurs, Refused, RemoteAccount, Transfer
from payouts.models import TwinObject
from payouts.states import TopUpAction

NEEDED = ("individual.verification.document", "external_account")
_BOOKS = 5_150_727


class Twin:
    """A small provider in our own database. `database` is asked for at each call; `base_url` is where its pages are.

    `clock` dates what it books: a demonstration tells a past with it.
    """

    def __init__(self, database: Callable[[], Database], base_url: str, *, clock: Callable[[], datetime] = utcnow):
        self._database = database
        self._base_url = base_url
        self._clock = clock

    @property
    def is_test(self) -> bool:
        """Always."""
        return True

    def create_account(self, *, person_id: UUID, email: str, name: str, country: str) -> RemoteAccount:
        """One account per person, however often it is asked for."""
        data = {"ready": False, "closed": False, "missing": list(NEEDED), "email": email, "name": name,
                "country": country}  # fmt: skip
        with self._database().unit_of_work() as session:
            return _account(_make(session, "account", "acct_test", f"account:{person_id}", data))

    def account(self, account_id: str, version: str) -> RemoteAccount:
        """How the account stands."""
        with self._database().unit_of_work() as session:
            return _account(_get(session, account_id, "account"))

    def onboarding_link(self, account_id: str, version: str, *, refresh_url: str, return_url: str) -> str:
        """A page of ours where the owner says yes."""
        with self._database().unit_of_work() as session:
            _get(session, account_id, "account")
        return f"{self._base_url}/test-payments/accounts/{account_id}"

    def dashboard_link(self, account_id: str) -> str:
        """The same page."""
        return f"{self._base_url}/test-payments/accounts/{account_id}"

    def finish_onboarding(self, account_id: str) -> None:
        """The owner gave everything."""
        with self._database().unit_of_work() as session:
            row = _get(session, account_id, "account", lock=True)
            row.data = {**row.data, "ready": True, "missing": []}

    def restrict(self, account_id: str) -> None:
        """Something more is asked for."""
        with self._database().unit_of_work() as session:
            row = _get(session, account_id, "account", lock=True)
            row.data = {**row.data, "ready": False, "missing": list(NEEDED[:1])}

    def open_checkout(
        self, *, top_up_id: UUID, brand_id: UUID, amount: Money, success_url: str, cancel_url: str
    ) -> Checkout:
        """A page of ours with the buttons “pay” and “refuse”."""
        data = {"top_up": str(top_up_id), "brand": str(brand_id), "amount": amount.minor, "success": success_url,
                "currency": amount.currency, "cancel": cancel_url, "outcome": None}  # fmt: skip
        with self._database().unit_of_work() as session:
            return self._checkout(_make(session, "checkout", "cs_test", f"checkout:{top_up_id}", data))

    def checkout(self, checkout_id: str) -> Checkout:
        """How the payment stands."""
        with self._database().unit_of_work() as session:
            return self._checkout(_get(session, checkout_id, "checkout"))

    def addresses(self, checkout_id: str) -> tuple[str, str]:
        """Where the payer goes after paying, and after refusing."""
        with self._database().unit_of_work() as session:
            data = _get(session, checkout_id, "checkout").data
        return str(data["success"]), str(data["cancel"])

    def pay(self, checkout_id: str) -> None:
        """The payer pays: money arrives at once, without a fee. A second time changes nothing."""
        with self._database().unit_of_work() as session:
            _lock_books(session)
            row = _get(session, checkout_id, "checkout", lock=True)
            if row.data["outcome"] is None:
                payment_id = f"pi_test_{row.id.removeprefix('cs_test_')}"
                row.data = {**row.data, "outcome": TopUpAction.PAY.value, "payment": payment_id}
                _move(session, "charge", row.data["amount"], row.data["currency"], payment_id, self._clock())

    def refuse(self, checkout_id: str) -> None:
        """The payer goes away."""
        with self._database().unit_of_work() as session:
            row = _get(session, checkout_id, "checkout", lock=True)
            if row.data["outcome"] is None:
                row.data = {**row.data, "outcome": TopUpAction.EXPIRE.value}

    def send(self, *, key: str, payout_id: UUID, run_id: UUID, amount: Money, account_id: str) -> Transfer:
        """Move money once per key."""
        data = {"amount": amount.minor, "currency": amount.currency, "account": account_id,
                "payout": str(payout_id), "run": str(run_id), "reversed": 0}  # fmt: skip
        with self._database().unit_of_work() as session:
            _lock_books(session)
            known = session.scalar(select(TwinObject).where(TwinObject.key == key))
            if known is not None:
                if known.data != data:
                    raise Refused("idempotency_error")
                return _transfer(known)
            account = session.get(TwinObject, account_id)
            if account is None or account.data["closed"]:
                raise Refused("resource_missing", "No such destination")
            if not account.data["ready"]:
                raise Refused("insufficient_capabilities_for_transfer")
            if _available(session, amount.currency) < amount.minor:
                raise Refused("balance_insufficient")
            made = _make(session, "transfer", "tr_test", key, data)
            _move(session, "transfer", -amount.minor, amount.currency, made.id, self._clock())
            return _transfer(made)

    def find_transfer(self, *, payout_id: UUID, run_id: UUID, account_id: str) -> Transfer | None:
        """Look by the payout's own id."""
        with self._database().unit_of_work() as session:
            found = session.scalar(
                select(TwinObject).where(
                    TwinObject.kind == "transfer", TwinObject.data["payout"].astext == str(payout_id)
                )
            )
            return _transfer(found) if found is not None else None

    def transfer(self, transfer_id: str) -> Transfer:
        """How a transfer stands."""
        with self._database().unit_of_work() as session:
            return _transfer(_get(session, transfer_id, "transfer"))

    def holdings(self) -> Holdings:
        """Everything is available at once here."""
        with self._database().unit_of_work() as session:
            currencies = session.scalars(
                select(TwinObject.data["currency"].astext).where(TwinObject.kind == "movement").distinct()
            ).all()
            return Holdings({currency: _available(session, currency) for currency in currencies}, {})

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """The book of our balance, newest first."""
        with self._database().unit_of_work() as session:
            rows = session.scalars(
                select(TwinObject)
                .where(TwinObject.kind == "movement", TwinObject.created_at >= since)
                .order_by(TwinObject.created_at.desc(), TwinObject.id.desc())
            ).all()
        for row in rows:
            amount = Money(row.data["amount"], row.data["currency"])
            yield Movement(
                row.id, row.data["type"], amount, 0, row.data["source"], row.created_at, row.created_at
            )  # fmt: skip

    def read_notice(self, body: bytes, signature: str, *, thin: bool) -> Notice:
        """It never sends any: its pages tell us at once."""
        raise NotOurs

    def _checkout(self, row: TwinObject) -> Checkout:
        outcome = row.data["outcome"]
        return Checkout(
            id=row.id,
            url=f"{self._base_url}/test-payments/checkout/{row.id}" if outcome is None else None,
            outcome=TopUpAction(outcome) if outcome else None, reference=row.data["top_up"],
            amount=Money(row.data["amount"], row.data["currency"]), payment_id=row.data.get("payment"),
            method="test" if outcome == TopUpAction.PAY else "", available_on=None,
        )  # fmt: skip


def _account(row: TwinObject) -> RemoteAccount:
    return RemoteAccount(row.id, "v2", row.data["ready"], row.data["closed"], tuple(row.data["missing"]))


def _transfer(row: TwinObject) -> Transfer:
    amount = Money(row.data["amount"], row.data["currency"])
    return Transfer(row.id, amount, row.data["account"], row.data["payout"], row.data["reversed"])


def _get(session: Session, object_id: str, kind: str, *, lock: bool = False) -> TwinObject:
    row = session.get(TwinObject, object_id, with_for_update=lock)
    if row is None or row.kind != kind:
        raise Refused("resource_missing")
    return row


def _make(session: Session, kind: str, prefix: str, key: str | None, data: dict[str, Any]) -> TwinObject:
    if key is not None:
        known = session.scalar(select(TwinObject).where(TwinObject.key == key))
        if known is not None:
            return known
    row = TwinObject(id=f"{prefix}_{new_id().hex}", kind=kind, key=key, data=data, created_at=utcnow())
    session.add(row)
    session.flush()
    return row


def _move(session: Session, kind: str, minor: int, currency: str, source: str, at: datetime) -> None:
    row = _make(
        session, "movement", "txn_test", None,
        {"type": kind, "amount": minor, "currency": currency, "source": source},
    )  # fmt: skip
    row.created_at = at
    session.flush()


def _available(session: Session, currency: str) -> int:
    amount = func.coalesce(func.sum(TwinObject.data["amount"].as_integer()), 0)
    return int(
        session.scalar(
            select(amount).where(TwinObject.kind == "movement", TwinObject.data["currency"].astext == currency)
        )
        or 0
    )


def _lock_books(session: Session) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(:books)"), {"books": _BOOKS})


__all__ = ["Twin"]
