"""Brands' money at Stripe: pages to pay on, kept methods, bank transfers, refunds, disputes; for `stripe_gateway`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.money import Money
from payouts.gateway import Checkout, Disputed, Incoming, Refund, Setup
from payouts.states import ChargebackAction, TopUpAction, WithdrawalAction

T = TypeVar("T")
WITH_CHARGE: list[str] = ["latest_charge.balance_transaction"]
_REFUNDS: Mapping[str, WithdrawalAction] = {
    "succeeded": WithdrawalAction.SUCCEED, "failed": WithdrawalAction.FAIL, "canceled": WithdrawalAction.FAIL,
}  # fmt: skip
_DISPUTES: Mapping[str, ChargebackAction] = {
    "won": ChargebackAction.WIN, "warning_closed": ChargebackAction.WIN, "lost": ChargebackAction.LOSE,
}  # fmt: skip


class StripePayments:
    """What a brand pays and gets back. `_ask` runs a call and names its failure."""

    _client: Any

    @staticmethod
    def _ask(call: Callable[[], T]) -> T:
        raise NotImplementedError

    def open_checkout(
        self, *, top_up_id: UUID, brand_id: UUID, amount: Money, success_url: str, cancel_url: str
    ) -> Checkout:
        """Card or SEPA debit, on Stripe's page."""
        price: Any = {
            "currency": amount.currency.lower(), "unit_amount": amount.minor, "product_data": {"name": "Wallet top-up"},
        }  # fmt: skip
        made = self._ask(
            lambda: self._client.v1.checkout.sessions.create(
                {
                    "mode": "payment", "client_reference_id": str(top_up_id),
                    "line_items": [{"quantity": 1, "price_data": price}],
                    "payment_intent_data": {
                        "metadata": {"top_up_id": str(top_up_id)}, "transfer_group": f"brand_{brand_id}",
                    },
                    "allowed_payment_method_types": ["card", "sepa_debit"],
                    "success_url": success_url, "cancel_url": cancel_url,
                },
                {"idempotency_key": f"topup:{top_up_id}"},
            )
        )  # fmt: skip
        return checkout_of(made)

    def checkout(self, checkout_id: str) -> Checkout:
        """How the payment stands, with the fee and the date from its balance transaction."""
        return checkout_of(
            self._ask(
                lambda: self._client.v1.checkout.sessions.retrieve(
                    checkout_id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
                )
            )
        )

    def customer(self, *, brand_id: UUID, name: str, email: str) -> str:
        """One customer per brand."""
        made = self._ask(
            lambda: self._client.v1.customers.create(
                {"name": name, "email": email, "metadata": {"brand_id": str(brand_id)}},
                {"idempotency_key": f"customer:{brand_id}"},
            )
        )
        return str(made.id)

    def open_setup(self, *, customer_id: str, key: str, success_url: str, cancel_url: str) -> Setup:
        """Checkout in setup mode: a card or a SEPA mandate, without a payment."""
        made = self._ask(
            lambda: self._client.v1.checkout.sessions.create(
                {
                    "mode": "setup", "customer": customer_id, "currency": "eur",
                    "allowed_payment_method_types": ["card", "sepa_debit"],
                    "success_url": success_url, "cancel_url": cancel_url,
                },
                {"idempotency_key": key},
            )
        )  # fmt: skip
        return Setup(made.id, made.url)

    def setup(self, setup_id: str) -> Setup:
        """The method that was given, if any."""
        found = self._ask(
            lambda: self._client.v1.checkout.sessions.retrieve(setup_id, {"expand": ["setup_intent.payment_method"]})
        )
        intent = found.setup_intent
        method = getattr(intent, "payment_method", None) if not isinstance(intent, str) else None
        if method is None or isinstance(method, str) or getattr(intent, "status", "") != "succeeded":
            return Setup(found.id, found.url)
        return Setup(found.id, found.url, method.id, _label(method))

    def charge(self, *, top_up_id: UUID, customer_id: str, method_id: str, amount: Money) -> Incoming:
        """A payment off session, confirmed at once."""
        made = self._ask(
            lambda: self._client.v1.payment_intents.create(
                {
                    "amount": amount.minor, "currency": amount.currency.lower(), "customer": customer_id,
                    "payment_method": method_id, "off_session": True, "confirm": True,
                    "allowed_payment_method_types": ["card", "sepa_debit"],
                    "metadata": {"top_up_id": str(top_up_id)}, "expand": WITH_CHARGE,
                },
                {"idempotency_key": f"topup:{top_up_id}"},
            )
        )  # fmt: skip
        return _incoming(made)

    def find_charge(self, *, top_up_id: UUID, customer_id: str) -> Incoming | None:
        """Through all pages of the customer's payments."""
        first = self._ask(lambda: self._client.v1.payment_intents.list({"customer": customer_id, "limit": 100}))
        found = self._ask(
            lambda: [
                one.id
                for one in first.auto_paging_iter()
                if one.metadata and "top_up_id" in one.metadata and one.metadata["top_up_id"] == str(top_up_id)
            ]
        )
        return self.incoming(found[0]) if found else None

    def open_transfer(self, *, top_up_id: UUID, customer_id: str, amount: Money) -> Incoming:
        """A payment from the customer's cash balance, filled by a transfer to an IBAN of its own."""
        transfer = {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "FR"}}
        made = self._ask(
            lambda: self._client.v1.payment_intents.create(
                {
                    "amount": amount.minor, "currency": amount.currency.lower(), "customer": customer_id,
                    "confirm": True, "allowed_payment_method_types": ["customer_balance"],
                    "payment_method_data": {"type": "customer_balance"},
                    "payment_method_options": {
                        "customer_balance": {"funding_type": "bank_transfer", "bank_transfer": transfer}
                    },
                    "metadata": {"top_up_id": str(top_up_id)}, "expand": WITH_CHARGE,
                },
                {"idempotency_key": f"topup:{top_up_id}"},
            )
        )  # fmt: skip
        return _incoming(made)

    def incoming(self, payment_id: str) -> Incoming:
        """With what has arrived, the fee and the date from its balance transaction."""
        return _incoming(
            self._ask(lambda: self._client.v1.payment_intents.retrieve(payment_id, {"expand": WITH_CHARGE}))
        )

    def cancel_incoming(self, payment_id: str) -> Incoming:
        """Nothing is waited for any more; what had arrived stays in the cash balance."""
        return _incoming(self._ask(lambda: self._client.v1.payment_intents.cancel(payment_id, {"expand": WITH_CHARGE})))

    def cash(self, customer_id: str, currency: str) -> Money:
        """The customer's cash balance."""
        found = self._ask(lambda: self._client.v1.customers.cash_balance.retrieve(customer_id))
        available = found.available.to_dict() if found.available is not None else {}
        return Money(int(available.get(currency.lower(), 0)), currency)

    def refund(self, *, withdrawal_id: UUID, payment_id: str, amount: Money) -> Refund:
        """From our available balance to where the payment came from."""
        made = self._ask(
            lambda: self._client.v1.refunds.create(
                {
                    "payment_intent": payment_id, "amount": amount.minor,
                    "metadata": {"withdrawal_id": str(withdrawal_id)},
                },
                {"idempotency_key": f"rfnd:{withdrawal_id}"},
            )
        )  # fmt: skip
        return _refund(made)

    def find_refund(self, *, withdrawal_id: UUID, payment_id: str) -> Refund | None:
        """Through all pages of the payment's refunds."""
        first = self._ask(lambda: self._client.v1.refunds.list({"payment_intent": payment_id, "limit": 100}))
        found = self._ask(lambda: [_refund(one) for one in first.auto_paging_iter()])
        return next((one for one in found if one.withdrawal_id == str(withdrawal_id)), None)

    def refund_of(self, refund_id: str) -> Refund:
        """How a refund stands."""
        return _refund(self._ask(lambda: self._client.v1.refunds.retrieve(refund_id)))

    def dispute(self, dispute_id: str) -> Disputed:
        """How a dispute stands, with what it moved."""
        found = self._ask(lambda: self._client.v1.disputes.retrieve(dispute_id))
        lines = list(found.balance_transactions or ())
        intent = found.payment_intent
        return Disputed(
            id=found.id, payment_id=intent if isinstance(intent, str) else str(intent.id),
            amount=Money(found.amount, found.currency.upper()), fee_minor=sum(line.fee for line in lines),
            taken=bool(lines), outcome=_DISPUTES.get(found.status), reason=found.reason or "",
            movements=tuple(line.id for line in lines),
        )  # fmt: skip


def checkout_of(session: Any) -> Checkout:
    """A Checkout Session, with the charge behind it when it was asked for."""
    intent = session.payment_intent
    charge, line = _charge_of(intent)
    return Checkout(
        id=session.id, url=session.url, outcome=_outcome(session, intent), reference=session.client_reference_id or "",
        amount=Money(session.amount_total or 0, str(session.currency).upper()),
        payment_id=intent if isinstance(intent, str) or intent is None else intent.id,
        charge_id=charge.id if charge is not None else None, method=_method_of(charge),
        fee_minor=line.fee if line else 0, available_on=time_of(line.available_on) if line else None,
    )  # fmt: skip


def _charge_of(intent: Any) -> tuple[Any, Any]:
    """(charge, its line in the book), each none when it is not there or was not expanded."""
    charge = getattr(intent, "latest_charge", None) if not isinstance(intent, str) else None
    charge = charge if not isinstance(charge, str) else None
    line = getattr(charge, "balance_transaction", None)
    return charge, line if not isinstance(line, str) else None


def _method_of(charge: Any) -> str:
    return getattr(getattr(charge, "payment_method_details", None), "type", "") or ""


def _outcome(session: Any, intent: Any) -> TopUpAction | None:
    if session.payment_status == "paid":
        return TopUpAction.PAY
    if session.status == "expired":
        return TopUpAction.EXPIRE
    if session.status != "complete":
        return None
    status = getattr(intent, "status", "processing")
    return TopUpAction.FAIL if status in {"requires_payment_method", "canceled"} else TopUpAction.PROCESS


_INCOMING: Mapping[str, TopUpAction] = {
    "succeeded": TopUpAction.PAY, "processing": TopUpAction.PROCESS, "canceled": TopUpAction.EXPIRE,
    "requires_payment_method": TopUpAction.FAIL,
}  # fmt: skip


def _incoming(intent: Any) -> Incoming:
    amount = Money(intent.amount, intent.currency.upper())
    charge, line = _charge_of(intent)
    shown = getattr(intent.next_action, "display_bank_transfer_instructions", None) if intent.next_action else None
    waiting = intent.status == "requires_action"
    received = amount.minor - (shown.amount_remaining or 0) if shown is not None else intent.amount_received or 0
    error = getattr(intent, "last_payment_error", None)
    return Incoming(
        id=intent.id, outcome=None if waiting else _INCOMING.get(intent.status), amount=amount,
        received=Money(received, amount.currency), bank=_bank(shown) if shown is not None and waiting else None,
        charge_id=charge.id if charge is not None else None, method=_method_of(charge),
        fee_minor=line.fee if line else 0, available_on=time_of(line.available_on) if line else None,
        error=str(getattr(error, "code", "") or "") if error else "",
    )  # fmt: skip


def _bank(shown: Any) -> dict[str, str]:
    """Where to transfer to, from the first IBAN that is offered."""
    iban = next((one.iban for one in shown.financial_addresses or () if getattr(one, "iban", None)), None)
    if iban is None:
        return {"reference": str(shown.reference or "")}
    return {
        "iban": str(iban.iban), "bic": str(iban.bic), "holder": str(iban.account_holder_name),
        "country": str(iban.country), "reference": str(shown.reference or ""),
    }  # fmt: skip


def _label(method: Any) -> str:
    """What a person recognises a method by."""
    detail = getattr(method, method.type, None)
    name = getattr(detail, "brand", "") or method.type.replace("_", " ")
    last = getattr(detail, "last4", "")
    return f"{name} •••• {last}" if last else str(name)


def _refund(refund: Any) -> Refund:
    metadata = refund.metadata
    return Refund(
        id=refund.id, amount=Money(refund.amount, refund.currency.upper()),
        withdrawal_id=str(metadata["withdrawal_id"]) if metadata and "withdrawal_id" in metadata else "",
        outcome=_REFUNDS.get(refund.status), moved=refund.balance_transaction is not None,
        error=str(getattr(refund, "failure_reason", None) or ""),
    )  # fmt: skip


def time_of(seconds: int) -> datetime:
    """Seconds since 1970 as UTC."""
    return datetime.fromtimestamp(seconds, UTC)
