"""The payment provider as the rest of the product sees it. Two make it: `stripe_gateway` and, without keys, `twin`.

Every call happens outside of a database transaction of ours. Amounts are `Money`; times are aware UTC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.errors import Unavailable
from marketplace.core.money import Money
from payouts.states import ChargebackAction, TopUpAction, WithdrawalAction


class Trouble(Unavailable):
    """The provider did not do what was asked."""

    code = "provider"
    message = "The payment provider does not answer as it should. Try again in a moment."


class Refused(Trouble):
    """Refused for certain: nothing moved. `reason` is the provider's stable code."""

    code = "provider_refused"
    message = "The payment provider refused: %(reason)s."

    def __init__(self, reason: str, text: str = ""):
        super().__init__(reason=reason)
        self.reason = reason
        self.text = text


class Throttled(Trouble):
    """Not done and not remembered: the same key may be sent again after a pause."""

    code = "provider_busy"


class Lost(Trouble):
    """No answer: it may have happened. The same key may be sent again."""

    code = "provider_silent"


class Broken(Trouble):
    """An error that the provider remembers under this key: it may have happened. Look before any new key."""

    code = "provider_broken"


class NotOurs(Trouble):
    """A message whose signature, mode or account is not ours."""

    code = "not_ours"
    message = "This message is not for us."


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An expert's account there: ready when transfers reach it; `missing` is what is still asked for."""

    id: str
    version: str
    ready: bool
    closed: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page, and how the payment stands. `outcome` is none while nobody paid."""

    id: str
    url: str | None
    outcome: TopUpAction | None
    reference: str
    amount: Money
    payment_id: str | None = None
    charge_id: str | None = None
    method: str = ""
    fee_minor: int = 0
    available_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A payment without a page: by bank transfer, or taken from a kept method. `outcome` is none while it waits.

    `received` is what a bank transfer has brought so far; `bank` says where to: iban, bic, holder, country, reference.
    """

    id: str
    outcome: TopUpAction | None
    amount: Money
    received: Money
    bank: Mapping[str, str] | None = None
    charge_id: str | None = None
    method: str = ""
    fee_minor: int = 0
    available_on: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """A page where a payment method is given and kept; `method_id` is none until it was."""

    id: str
    url: str | None
    method_id: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money going back to a payer; `outcome` is none while it is on its way, `moved` once it left our balance."""

    id: str
    amount: Money
    withdrawal_id: str
    outcome: WithdrawalAction | None
    moved: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class Disputed:
    """A payment that its payer disputes. `taken` says that amount and fee have left our balance."""

    id: str
    payment_id: str
    amount: Money
    fee_minor: int
    taken: bool
    outcome: ChargebackAction | None
    reason: str = ""
    movements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money sent to an expert's account."""

    id: str
    amount: Money
    account_id: str
    payout_id: str
    reversed_minor: int = 0


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the provider's own book of our balance; amount - fee is what it changed.

    `source_id` is what moved: a payment, a transfer (also when it came back), a refund, a dispute.
    """

    id: str
    kind: str
    amount: Money
    fee_minor: int
    source_id: str | None
    created_at: datetime
    available_on: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """Our balance there, in minor units per currency."""

    available: Mapping[str, int]
    pending: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified webhook: a hint to look at `object_id`."""

    id: str
    type: str
    thin: bool
    object_id: str | None
    account_id: str | None


@dataclass(frozen=True, slots=True)
class Missed:
    """An event that the provider could not deliver, and its text as it would have been sent."""

    notice: Notice
    body: bytes


class Gateway(Protocol):
    """What is asked of a provider. Every method may raise `Refused`, `Throttled`, `Lost` or `Broken`."""

    @property
    def is_test(self) -> bool:
        """Whether no real money can move."""

    def create_account(self, *, person_id: UUID, email: str, name: str, country: str) -> RemoteAccount:
        """An account that can receive transfers once its owner has given what is asked for."""

    def account(self, account_id: str, version: str) -> RemoteAccount:
        """How the account stands."""

    def onboarding_link(self, account_id: str, version: str, *, refresh_url: str, return_url: str) -> str:
        """Where the owner gives what is missing. For one use, at once; never stored."""

    def dashboard_link(self, account_id: str) -> str:
        """The owner's own pages at the provider."""

    def open_checkout(
        self, *, top_up_id: UUID, brand_id: UUID, amount: Money, success_url: str, cancel_url: str
    ) -> Checkout:
        """A page where the brand pays. The same top-up again gives the same page."""

    def checkout(self, checkout_id: str) -> Checkout:
        """How the payment stands."""

    def customer(self, *, brand_id: UUID, name: str, email: str) -> str:
        """The brand there, made the first time; its id."""

    def open_setup(self, *, customer_id: str, key: str, success_url: str, cancel_url: str) -> Setup:
        """A page where a payment method is given for later, without paying."""

    def setup(self, setup_id: str) -> Setup:
        """Whether a method was given."""

    def charge(self, *, top_up_id: UUID, customer_id: str, method_id: str, amount: Money) -> Incoming:
        """Take money from a kept method while nobody is there. The same top-up takes it once."""

    def find_charge(self, *, top_up_id: UUID, customer_id: str) -> Incoming | None:
        """The payment made for this top-up; none proves that there is none."""

    def open_transfer(self, *, top_up_id: UUID, customer_id: str, amount: Money) -> Incoming:
        """Wait for a bank transfer; says where to. The same top-up again gives the same answer."""

    def incoming(self, payment_id: str) -> Incoming:
        """How such a payment stands."""

    def cancel_incoming(self, payment_id: str) -> Incoming:
        """Stop waiting for a bank transfer. Raises `Refused` when it has come meanwhile."""

    def cash(self, customer_id: str, currency: str) -> Money:
        """What the brand transferred beyond what it was asked for."""

    def refund(self, *, withdrawal_id: UUID, payment_id: str, amount: Money) -> Refund:
        """Give money of a payment back. The same withdrawal moves it once."""

    def find_refund(self, *, withdrawal_id: UUID, payment_id: str) -> Refund | None:
        """The refund made for this withdrawal; none proves that there is none."""

    def refund_of(self, refund_id: str) -> Refund:
        """How a refund stands."""

    def dispute(self, dispute_id: str) -> Disputed:
        """How a dispute stands."""

    def missed(self, *, since: datetime) -> Iterator[Missed]:
        """Events that could not be delivered since then."""

    def send(self, *, key: str, payout_id: UUID, run_id: UUID, amount: Money, account_id: str) -> Transfer:
        """Transfer from our available balance. The same key moves money once, however often it is sent."""

    def find_transfer(self, *, payout_id: UUID, run_id: UUID, account_id: str) -> Transfer | None:
        """The transfer made for this payout under any key; none proves that there is none."""

    def transfer(self, transfer_id: str) -> Transfer:
        """How a transfer stands."""

    def holdings(self) -> Holdings:
        """Our balance there."""

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """The provider's book of our balance, newest first."""

    def read_notice(self, body: bytes, signature: str, *, thin: bool) -> Notice:
        """Verify a webhook on its raw bytes. Raises `NotOurs`."""
