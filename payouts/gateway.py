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
from payouts.states import TopUpAction


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
    method: str = ""
    fee_minor: int = 0
    available_on: datetime | None = None


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
    """One line of the provider's own book of our balance. `net` = amount - fee, in minor units."""

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
