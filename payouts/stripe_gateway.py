"""Stripe, spoken here and nowhere else. Calls and versions: docs/money.md."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe

from marketplace.core.money import Money
from payouts.gateway import (
    Broken,
    Holdings,
    Lost,
    Missed,
    Movement,
    Notice,
    NotOurs,
    Refused,
    RemoteAccount,
    Throttled,
    Transfer,
)  # fmt: skip
from payouts.stripe_payments import StripePayments, time_of

VERSION = "2026-10-28.endive"
"""Pinned; the webhook endpoints are made with the same."""
TOLERANCE = 300
"""Seconds a signature may be old."""
_NOT_STORED = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})
T = TypeVar("T")


class StripeGateway(StripePayments):
    """One account of ours at Stripe, or at a server that speaks like it."""

    def __init__(
        self, key: str, *, base: str | None = None, secrets: tuple[str, ...] = (), thin_secrets: tuple[str, ...] = (),
        retries: int = 2,
    ):  # fmt: skip
        self._is_test = not key.startswith(("sk_live_", "rk_live_"))
        self._secrets, self._thin_secrets = secrets, thin_secrets
        self._client = stripe.StripeClient(
            key, stripe_version=VERSION, max_network_retries=retries, base_addresses={"api": base} if base else {}
        )

    @property
    def is_test(self) -> bool:
        """Whether the key is one of test mode."""
        return self._is_test

    def create_account(self, *, person_id: UUID, email: str, name: str, country: str) -> RemoteAccount:
        """A v2 recipient account; where the platform may not make those, v1 with the same responsibilities."""
        try:
            made = _ask(lambda: self._create_v2(person_id, email, name, country))
        except Refused as refusal:
            if refusal.reason not in {"accounts_v2_access_blocked", "unsupported_api_version", "resource_missing"}:
                raise
            return _v1(_ask(lambda: self._create_v1(person_id, email, country)))
        return _v2(made)

    def _create_v2(self, person_id: UUID, email: str, name: str, country: str) -> Any:
        capability = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
        params: Any = {
            "contact_email": email, "display_name": name, "dashboard": "express",
            "identity": {"country": country.lower(), "entity_type": "individual"},
            "configuration": {"recipient": {"capabilities": capability}},
            "defaults": {
                "currency": "eur",
                "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
            },
            "metadata": {"person_id": str(person_id)},
            "include": ["configuration.recipient", "requirements"],
        }  # fmt: skip
        return self._client.v2.core.accounts.create(params, {"idempotency_key": f"account:{person_id}"})

    def _create_v1(self, person_id: UUID, email: str, country: str) -> Any:
        return self._client.v1.accounts.create(
            {
                "country": country.upper(), "email": email, "business_type": "individual",
                "controller": {
                    "fees": {"payer": "application"}, "losses": {"payments": "application"},
                    "requirement_collection": "stripe", "stripe_dashboard": {"type": "express"},
                },
                "capabilities": {"transfers": {"requested": True}}, "metadata": {"person_id": str(person_id)},
            },
            {"idempotency_key": f"account_v1:{person_id}"},
        )  # fmt: skip

    def account(self, account_id: str, version: str) -> RemoteAccount:
        """How the account stands."""
        if version == "v1":
            return _v1(_ask(lambda: self._client.v1.accounts.retrieve(account_id)))
        return _v2(
            _ask(
                lambda: self._client.v2.core.accounts.retrieve(
                    account_id, {"include": ["configuration.recipient", "requirements"]}
                )
            )
        )

    def onboarding_link(self, account_id: str, version: str, *, refresh_url: str, return_url: str) -> str:
        """Single use, minutes long."""
        if version == "v1":
            link: Any = _ask(
                lambda: self._client.v1.account_links.create(
                    {
                        "account": account_id, "type": "account_onboarding", "refresh_url": refresh_url,
                        "return_url": return_url, "collection_options": {"fields": "eventually_due"},
                    }
                )
            )  # fmt: skip
        else:
            target = {"refresh_url": refresh_url, "return_url": return_url}
            link = _ask(
                lambda: self._client.v2.core.account_links.create(
                    {
                        "account": account_id,
                        "use_case": {"type": "account_onboarding", "account_onboarding": target},
                    }
                )
            )
        return str(link.url)

    def dashboard_link(self, account_id: str) -> str:
        """The expert's Express pages."""
        return str(_ask(lambda: self._client.v1.accounts.login_links.create(account_id)).url)

    def send(self, *, key: str, payout_id: UUID, run_id: UUID, amount: Money, account_id: str) -> Transfer:
        """One transfer from our available balance."""
        return _transfer(
            _ask(
                lambda: self._client.v1.transfers.create(
                    {
                        "amount": amount.minor, "currency": amount.currency.lower(), "destination": account_id,
                        "transfer_group": f"run_{run_id}",
                        "metadata": {"payout_id": str(payout_id), "run_id": str(run_id)},
                    },
                    {"idempotency_key": key},
                )
            )
        )  # fmt: skip

    def find_transfer(self, *, payout_id: UUID, run_id: UUID, account_id: str) -> Transfer | None:
        """Through all pages of the run's transfers to this account."""
        first = _ask(
            lambda: self._client.v1.transfers.list(
                {"transfer_group": f"run_{run_id}", "destination": account_id, "limit": 100}
            )
        )
        found = _ask(
            lambda: [t for t in first.auto_paging_iter() if t.metadata and t.metadata["payout_id"] == str(payout_id)]
        )
        return _transfer(found[0]) if found else None

    def transfer(self, transfer_id: str) -> Transfer:
        """How a transfer stands."""
        return _transfer(_ask(lambda: self._client.v1.transfers.retrieve(transfer_id)))

    def holdings(self) -> Holdings:
        """Our balance."""
        balance = _ask(lambda: self._client.v1.balance.retrieve())
        return Holdings(
            {part.currency.upper(): part.amount for part in balance.available},
            {part.currency.upper(): part.amount for part in balance.pending},
        )

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """Our balance transactions, newest first."""
        first = _ask(
            lambda: self._client.v1.balance_transactions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
            )
        )
        for line in first.auto_paging_iter():
            yield Movement(
                id=line.id, kind=line.type, amount=Money(line.amount, line.currency.upper()), fee_minor=line.fee,
                source_id=_source(line.source), created_at=time_of(line.created),
                available_on=time_of(line.available_on),
            )  # fmt: skip

    def missed(self, *, since: datetime) -> Iterator[Missed]:
        """Snapshot events of the last 30 days that no endpoint took."""
        first = self._ask(
            lambda: self._client.v1.events.list(
                {"delivery_success": False, "created": {"gte": int(since.timestamp())}, "limit": 100}
            )
        )
        for event in first.auto_paging_iter():
            content: dict[str, Any] = event.to_dict()
            yield Missed(_notice(content, thin=False), json.dumps(content, default=str).encode())

    def read_notice(self, body: bytes, signature: str, *, thin: bool) -> Notice:
        """Verified on raw bytes against each secret in use; test mode and live mode never mix."""
        secrets = self._thin_secrets if thin else self._secrets
        payload = body.decode(errors="replace")
        if not any(_is_signed(payload, signature, secret) for secret in secrets):
            raise NotOurs
        event: dict[str, Any] = json.loads(payload)
        if bool(event.get("livemode")) is self._is_test:
            raise NotOurs
        return _notice(event, thin=thin)

    @staticmethod
    def _ask(call: Callable[[], T]) -> T:
        return _ask(call)


def _notice(event: dict[str, Any], *, thin: bool) -> Notice:
    related = event.get("related_object") if thin else (event.get("data") or {}).get("object")
    return Notice(
        id=str(event["id"]), type=str(event["type"]), thin=thin,
        object_id=str(related["id"]) if related and related.get("id") else None, account_id=event.get("account"),
    )  # fmt: skip


def _is_signed(payload: str, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE))
    except stripe.SignatureVerificationError:
        return False


def _ask(call: Callable[[], T]) -> T:
    """Run a call; its failure as one of ours: refused, throttled, lost or broken."""
    try:
        return call()
    except stripe.RateLimitError as error:
        raise Throttled from error
    except stripe.APIConnectionError as error:
        raise Lost from error
    except stripe.StripeError as error:
        status, code = error.http_status or 0, error.code or ""
        if code in _NOT_STORED or status in {409, 429}:
            raise Throttled from error
        if status >= 500 or not status:
            raise Broken from error
        if isinstance(error, stripe.IdempotencyError):
            code = "idempotency_error"
        raise Refused(code or type(error).__name__, str(error.user_message or error)) from error


def _v2(account: Any) -> RemoteAccount:
    recipient = account.configuration.recipient if account.configuration else None
    transfers = recipient.capabilities.stripe_balance.stripe_transfers if recipient else None
    entries = account.requirements.entries if account.requirements else None
    return RemoteAccount(
        id=account.id, version="v2", ready=transfers is not None and transfers.status == "active",
        closed=bool(account.closed), missing=tuple(str(entry.description) for entry in entries or ()),
    )  # fmt: skip


def _v1(account: Any) -> RemoteAccount:
    due = account.requirements.currently_due if account.requirements else None
    ready = account.capabilities is not None and getattr(account.capabilities, "transfers", None) == "active"
    return RemoteAccount(id=account.id, version="v1", ready=ready, missing=tuple(due or ()))


def _source(source: Any) -> str | None:
    """What a line of the book is about; for money of a transfer that came back, the transfer."""
    if source is None or isinstance(source, str):
        return source
    if source.object == "transfer_reversal":
        return source.transfer if isinstance(source.transfer, str) else str(source.transfer.id)
    return str(source.id)


def _transfer(transfer: Any) -> Transfer:
    destination = transfer.destination
    metadata = transfer.metadata
    return Transfer(
        id=transfer.id, amount=Money(transfer.amount, transfer.currency.upper()),
        account_id=destination if isinstance(destination, str) else destination.id,
        payout_id=str(metadata["payout_id"]) if metadata and "payout_id" in metadata else "",
        reversed_minor=transfer.amount_reversed,
    )  # fmt: skip
