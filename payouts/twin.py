"""The stand-in provider when no key is set: same promises, no real money. Its books are a table, so it survives
restarts together with the ledger. Each call is a transaction of its own, like a call to somebody else's server."""

# ruff: noqa: ARG002 - the interface carries what real providers need and this one does not

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts.gateway import Holdings, Missed, Movement, Notice, NotOurs, Refused, RemoteAccount, Transfer
from payouts.models import TwinObject
from payouts.twin_books import available, get, lock_books, make, move
from payouts.twin_payments import TwinPayments

NEEDED = ("individual.verification.document", "external_account")


class Twin(TwinPayments):
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
            return _account(make(session, "account", "acct_test", f"account:{person_id}", data))

    def account(self, account_id: str, version: str) -> RemoteAccount:
        """How the account stands."""
        with self._database().unit_of_work() as session:
            return _account(get(session, account_id, "account"))

    def onboarding_link(self, account_id: str, version: str, *, refresh_url: str, return_url: str) -> str:
        """A page of ours where the owner says yes."""
        with self._database().unit_of_work() as session:
            get(session, account_id, "account")
        return f"{self._base_url}/test-payments/accounts/{account_id}"

    def dashboard_link(self, account_id: str) -> str:
        """The same page."""
        return f"{self._base_url}/test-payments/accounts/{account_id}"

    def finish_onboarding(self, account_id: str) -> None:
        """The owner gave everything."""
        with self._database().unit_of_work() as session:
            row = get(session, account_id, "account", lock=True)
            row.data = {**row.data, "ready": True, "missing": []}

    def restrict(self, account_id: str) -> None:
        """Something more is asked for."""
        with self._database().unit_of_work() as session:
            row = get(session, account_id, "account", lock=True)
            row.data = {**row.data, "ready": False, "missing": list(NEEDED[:1])}

    def send(self, *, key: str, payout_id: UUID, run_id: UUID, amount: Money, account_id: str) -> Transfer:
        """Move money once per key."""
        data = {"amount": amount.minor, "currency": amount.currency, "account": account_id,
                "payout": str(payout_id), "run": str(run_id), "reversed": 0}  # fmt: skip
        with self._database().unit_of_work() as session:
            lock_books(session)
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
            if available(session, amount.currency) < amount.minor:
                raise Refused("balance_insufficient")
            made = make(session, "transfer", "tr_test", key, data)
            move(session, "transfer", -amount.minor, amount.currency, made.id, self._clock())
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
            return _transfer(get(session, transfer_id, "transfer"))

    def holdings(self) -> Holdings:
        """Everything is available at once here."""
        with self._database().unit_of_work() as session:
            currencies = session.scalars(
                select(TwinObject.data["currency"].astext).where(TwinObject.kind == "movement").distinct()
            ).all()
            return Holdings({currency: available(session, currency) for currency in currencies}, {})

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
                row.id, row.data["type"], amount, row.data["fee"], row.data["source"], row.created_at, row.created_at
            )  # fmt: skip

    def missed(self, *, since: datetime) -> Iterator[Missed]:
        """None: it sends none."""
        return iter(())

    def read_notice(self, body: bytes, signature: str, *, thin: bool) -> Notice:
        """It never sends any: its pages tell us at once."""
        raise NotOurs


def _account(row: TwinObject) -> RemoteAccount:
    return RemoteAccount(row.id, "v2", row.data["ready"], row.data["closed"], tuple(row.data["missing"]))


def _transfer(row: TwinObject) -> Transfer:
    amount = Money(row.data["amount"], row.data["currency"])
    return Transfer(row.id, amount, row.data["account"], row.data["payout"], row.data["reversed"])


__all__ = ["Twin"]
