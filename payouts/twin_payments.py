"""The stand-in's side of a brand's money: pages to pay on, kept methods, bank transfers, refunds, disputes."""

# ruff: noqa: ARG002 - the interface carries what real providers need and this one does not

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts.gateway import Checkout, Disputed, Incoming, Refund, Refused, Setup
from payouts.models import TwinObject
from payouts.states import ChargebackAction, TopUpAction, WithdrawalAction
from payouts.twin_books import available, get, lock_books, make, move

DISPUTE_FEE = 2_000


class TwinPayments:
    """What a brand pays and gets back, in our own database; and what a test page makes happen."""

    _database: Callable[[], Database]
    _base_url: str
    _clock: Callable[[], datetime]

    def open_checkout(
        self, *, top_up_id: UUID, brand_id: UUID, amount: Money, success_url: str, cancel_url: str
    ) -> Checkout:
        """A page of ours with the buttons “pay” and “refuse”."""
        data = {"top_up": str(top_up_id), "brand": str(brand_id), "amount": amount.minor, "success": success_url,
                "currency": amount.currency, "cancel": cancel_url, "outcome": None}  # fmt: skip
        with self._database().unit_of_work() as session:
            return self._checkout(make(session, "checkout", "cs_test", f"checkout:{top_up_id}", data))

    def checkout(self, checkout_id: str) -> Checkout:
        """How the payment stands."""
        with self._database().unit_of_work() as session:
            return self._checkout(get(session, checkout_id, "checkout"))

    def addresses(self, checkout_id: str) -> tuple[str, str]:
        """Where the payer goes after paying, and after refusing."""
        with self._database().unit_of_work() as session:
            data = get(session, checkout_id, "checkout").data
        return str(data["success"]), str(data["cancel"])

    def pay(self, checkout_id: str) -> None:
        """The payer pays: money arrives at once, without a fee. A second time changes nothing."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            row = get(session, checkout_id, "checkout", lock=True)
            if row.data["outcome"] is None:
                payment_id = f"pi_test_{row.id.removeprefix('cs_test_')}"
                row.data = {**row.data, "outcome": TopUpAction.PAY.value, "payment": payment_id}
                move(session, "charge", row.data["amount"], row.data["currency"], _charge_id(payment_id), self._clock())

    def refuse(self, checkout_id: str) -> None:
        """The payer goes away."""
        with self._database().unit_of_work() as session:
            row = get(session, checkout_id, "checkout", lock=True)
            if row.data["outcome"] is None:
                row.data = {**row.data, "outcome": TopUpAction.EXPIRE.value}

    def _checkout(self, row: TwinObject) -> Checkout:
        outcome = row.data["outcome"]
        return Checkout(
            id=row.id,
            url=f"{self._base_url}/test-payments/checkout/{row.id}" if outcome is None else None,
            outcome=TopUpAction(outcome) if outcome else None, reference=row.data["top_up"],
            amount=Money(row.data["amount"], row.data["currency"]), payment_id=row.data.get("payment"),
            charge_id=_charge_id(row.data["payment"]) if row.data.get("payment") else None,
            method="test" if outcome == TopUpAction.PAY else "", available_on=None,
        )  # fmt: skip

    def customer(self, *, brand_id: UUID, name: str, email: str) -> str:
        """One per brand."""
        with self._database().unit_of_work() as session:
            return make(session, "customer", "cus_test", f"customer:{brand_id}", {"name": name, "cash": {}}).id

    def open_setup(self, *, customer_id: str, key: str, success_url: str, cancel_url: str) -> Setup:
        """A page of ours where a method is chosen."""
        data = {"customer": customer_id, "success": success_url, "cancel": cancel_url, "method": None, "label": ""}
        with self._database().unit_of_work() as session:
            return self._setup(make(session, "setup", "cs_setup", key, data))

    def setup(self, setup_id: str) -> Setup:
        """What was chosen."""
        with self._database().unit_of_work() as session:
            return self._setup(get(session, setup_id, "setup"))

    def choose_method(self, setup_id: str, *, works: bool) -> tuple[str, str]:
        """The payer gives a card that works, or one that is refused later; where he goes then, and where if not."""
        with self._database().unit_of_work() as session:
            row = get(session, setup_id, "setup", lock=True)
            method = f"pm_test_{'ok' if works else 'declined'}_{row.id[-8:]}"
            label = "visa •••• 4242" if works else "visa •••• 0002"
            row.data = {**row.data, "method": method, "label": label}
            return str(row.data["success"]), str(row.data["cancel"])

    def charge(self, *, top_up_id: UUID, customer_id: str, method_id: str, amount: Money) -> Incoming:
        """Money at once, or a refusal."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            if "_declined_" in method_id:
                raise Refused("card_declined", "Your card was declined.")
            row = self._payment(session, top_up_id, customer_id, amount)
            if row.data["outcome"] is None:
                self._arrived(session, row)
            return _incoming(row)

    def find_charge(self, *, top_up_id: UUID, customer_id: str) -> Incoming | None:
        """By the top-up's own id."""
        with self._database().unit_of_work() as session:
            found = session.scalar(select(TwinObject).where(TwinObject.key == f"topup:{top_up_id}"))
            return _incoming(found) if found is not None else None

    def open_transfer(self, *, top_up_id: UUID, customer_id: str, amount: Money) -> Incoming:
        """Waits until a test page says that money came; what was sent too much before counts at once."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            row = self._payment(session, top_up_id, customer_id, amount)
            self._apply_cash(session, get(session, customer_id, "customer", lock=True))
            return _incoming(row)

    def incoming(self, payment_id: str) -> Incoming:
        """How it stands."""
        with self._database().unit_of_work() as session:
            return _incoming(get(session, payment_id, "payment"))

    def cancel_incoming(self, payment_id: str) -> Incoming:
        """Nothing is waited for any more."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            row = get(session, payment_id, "payment", lock=True)
            if row.data["outcome"] is not None:
                raise Refused("payment_intent_unexpected_state")
            row.data = {**row.data, "outcome": TopUpAction.EXPIRE.value}
            return _incoming(row)

    def transfer_arrives(self, payment_id: str, amount: Money) -> None:
        """A bank transfer of the payer comes in: the oldest waiting payment first, each only when it is whole."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            payment = get(session, payment_id, "payment")
            customer = get(session, payment.data["customer"], "customer", lock=True)
            before = customer.data["cash"].get(amount.currency, 0)
            cash = {**customer.data["cash"], amount.currency: before + amount.minor}
            customer.data = {**customer.data, "cash": cash}
            self._apply_cash(session, customer)

    def cash(self, customer_id: str, currency: str) -> Money:
        """What waits for the next transfer."""
        with self._database().unit_of_work() as session:
            return Money(get(session, customer_id, "customer").data["cash"].get(currency, 0), currency)

    def refund(self, *, withdrawal_id: UUID, payment_id: str, amount: Money) -> Refund:
        """Back at once, while there is enough."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            data = {"payment": payment_id, "amount": amount.minor, "currency": amount.currency,
                    "withdrawal": str(withdrawal_id)}  # fmt: skip
            known = session.scalar(select(TwinObject).where(TwinObject.key == f"rfnd:{withdrawal_id}"))
            if known is None:
                if available(session, amount.currency) < amount.minor:
                    raise Refused("balance_insufficient")
                known = make(session, "refund", "re_test", f"rfnd:{withdrawal_id}", data)
                move(session, "refund", -amount.minor, amount.currency, known.id, self._clock())
            return _refund(known)

    def find_refund(self, *, withdrawal_id: UUID, payment_id: str) -> Refund | None:
        """By the withdrawal's own id."""
        with self._database().unit_of_work() as session:
            found = session.scalar(select(TwinObject).where(TwinObject.key == f"rfnd:{withdrawal_id}"))
            return _refund(found) if found is not None else None

    def refund_of(self, refund_id: str) -> Refund:
        """How it stands."""
        with self._database().unit_of_work() as session:
            return _refund(get(session, refund_id, "refund"))

    def open_dispute(self, payment_id: str, amount: Money) -> str:
        """The payer disputes: amount and fee leave our balance; the dispute's id."""
        data = {"payment": payment_id, "amount": amount.minor, "currency": amount.currency, "outcome": None,
                "fee": DISPUTE_FEE}  # fmt: skip
        with self._database().unit_of_work() as session:
            lock_books(session)
            row = make(session, "dispute", "du_test", f"dispute:{payment_id}", data)
            move(session, "adjustment", -amount.minor, amount.currency, row.id, self._clock(), fee=DISPUTE_FEE)
            return row.id

    def end_dispute(self, dispute_id: str, *, won: bool) -> None:
        """The bank decides; won, the amount comes back, the fee does not."""
        with self._database().unit_of_work() as session:
            lock_books(session)
            row = get(session, dispute_id, "dispute", lock=True)
            if row.data["outcome"] is None:
                outcome = ChargebackAction.WIN if won else ChargebackAction.LOSE
                row.data = {**row.data, "outcome": outcome.value}
                if won:
                    move(session, "adjustment", row.data["amount"], row.data["currency"], row.id, self._clock())

    def dispute(self, dispute_id: str) -> Disputed:
        """How it stands."""
        with self._database().unit_of_work() as session:
            row = get(session, dispute_id, "dispute")
            outcome = row.data["outcome"]
            return Disputed(
                id=row.id, payment_id=row.data["payment"], amount=Money(row.data["amount"], row.data["currency"]),
                fee_minor=row.data["fee"], taken=True, outcome=ChargebackAction(outcome) if outcome else None,
                reason="fraudulent",
            )  # fmt: skip

    def _payment(self, session: Session, top_up_id: UUID, customer_id: str, amount: Money) -> TwinObject:
        data = {"customer": customer_id, "amount": amount.minor, "currency": amount.currency, "outcome": None,
                "received": 0, "reference": f"TEST-{top_up_id.hex[-8:].upper()}"}  # fmt: skip
        return make(session, "payment", "pi_test", f"topup:{top_up_id}", data)

    def _arrived(self, session: Session, row: TwinObject) -> None:
        data: dict[str, Any] = row.data
        row.data = {**data, "outcome": TopUpAction.PAY.value, "received": data["amount"]}
        move(session, "payment", data["amount"], data["currency"], _charge_id(row.id), self._clock())

    def _apply_cash(self, session: Session, customer: TwinObject) -> None:
        waiting = session.scalars(
            select(TwinObject)
            .where(
                TwinObject.kind == "payment",
                TwinObject.data["customer"].astext == customer.id,
                TwinObject.data["outcome"].astext.is_(None),
            )
            .order_by(TwinObject.created_at)
            .with_for_update()
        ).all()
        cash = dict(customer.data["cash"])
        for row in waiting:
            have, whole = cash.get(row.data["currency"], 0), row.data["amount"]
            if have >= whole:
                cash[row.data["currency"]] = have - whole
                self._arrived(session, row)
            else:
                row.data = {**row.data, "received": have}
        customer.data = {**customer.data, "cash": cash}
        session.flush()

    def _setup(self, row: TwinObject) -> Setup:
        url = f"{self._base_url}/test-payments/setup/{row.id}" if row.data["method"] is None else None
        return Setup(row.id, url, row.data["method"], row.data["label"])


def _charge_id(payment_id: str) -> str:
    return payment_id.replace("pi_", "ch_", 1)


def _incoming(row: TwinObject) -> Incoming:
    currency, outcome = row.data["currency"], row.data["outcome"]
    paid = outcome == TopUpAction.PAY
    bank = {"iban": "FR76 0000 0000 0000 0000 0000 000", "bic": "TESTFRPPXXX", "holder": "Comptoir", "country": "FR",
            "reference": row.data["reference"]}  # fmt: skip
    return Incoming(
        id=row.id, outcome=TopUpAction(outcome) if outcome else None, amount=Money(row.data["amount"], currency),
        received=Money(row.data["received"], currency), bank=bank if outcome is None else None,
        charge_id=_charge_id(row.id) if paid else None, method="test" if paid else "",
    )  # fmt: skip


def _refund(row: TwinObject) -> Refund:
    amount = Money(row.data["amount"], row.data["currency"])
    return Refund(row.id, amount, row.data["withdrawal"], WithdrawalAction.SUCCEED)
