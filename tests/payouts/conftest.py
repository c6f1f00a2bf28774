"""Both providers behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.core.db import Database
from marketplace.core.money import Money
from marketplace.core.web import Platform
from payouts.gateway import Gateway
from payouts.models import TopUp, TwinObject
from payouts.stripe_gateway import StripeGateway
from payouts.twin import Twin
from tests.stripe_server.checkout import pay_session
from tests.stripe_server.server import TEST_KEY, StripeServer


@dataclass
class Provider:
    """A gateway, and what its other side can be made to do."""

    gateway: Gateway
    pay: Callable[[str], Any]
    onboard: Callable[[str], Any]
    restrict: Callable[[str], Any]
    sent: Callable[[], list[tuple[str, int]]]
    """(account, amount) of each transfer, from the provider's own books."""
    transfer: Callable[[str, int], Any]
    """A bank transfer of so many minor units (EUR) arrives for a payment that waits."""
    give_method: Callable[[str, bool], Any]
    """A payment method is given on a setup page; whether it will work."""
    dispute: Callable[[str], str]
    """The payer of a payment disputes it; the dispute's id."""
    decide: Callable[[str, bool], Any]
    """The bank decides a dispute: whether it is won."""


@pytest.fixture
def own_database(make_database: Callable[[], str], parts: Platform) -> Iterator[Database]:
    """A database of the test's own, in which it really commits."""
    database = Database(make_database(), pool=10, info=parts.database.info)
    yield database
    database.engine.dispose()


def twin_of(database: Database) -> Provider:
    twin = Twin(lambda: database, "http://chat.localhost:5000")

    def sent() -> list[tuple[str, int]]:
        with database.unit_of_work() as session:
            rows = session.scalars(select(TwinObject.data).where(TwinObject.kind == "transfer")).all()
        return [(row["account"], row["amount"]) for row in rows]

    def dispute(payment_id: str) -> str:
        with database.unit_of_work() as session:
            minor = session.scalars(select(TopUp.amount_minor).where(TopUp.payment_id == payment_id)).one()
        return twin.open_dispute(payment_id, Money(minor, "EUR"))

    return Provider(
        twin, twin.pay, twin.finish_onboarding, twin.restrict, sent,
        lambda payment_id, minor: twin.transfer_arrives(payment_id, Money(minor, "EUR")),
        lambda setup_id, works: twin.choose_method(setup_id, works=works), dispute,
        lambda dispute_id, won: twin.end_dispute(dispute_id, won=won),
    )  # fmt: skip


def stripe_of(server: StripeServer) -> Provider:
    gateway = StripeGateway(TEST_KEY, base=server.url, secrets=("whsec_a",), thin_secrets=("whsec_t",), retries=0)

    def pay(checkout_id: str) -> None:
        with server.world.books.lock:
            pay_session(server.world, checkout_id)

    def sent() -> list[tuple[str, int]]:
        return [(transfer["destination"], transfer["amount"]) for transfer in server.books()["transfers"]]

    def intent(payment_id: str) -> dict[str, Any]:
        return server.world.shelf.objects[payment_id]

    return Provider(
        gateway, pay, lambda account: server.turn("onboard", account=account),
        lambda account: server.turn("restrict", account=account), sent,
        lambda payment_id, minor: server.turn("bank_transfer", customer=intent(payment_id)["customer"], amount=minor),
        lambda setup_id, works: server.turn("give_method", identifier=setup_id, works=works),
        lambda payment_id: str(server.turn("dispute", charge=intent(payment_id)["latest_charge"])["id"]),
        lambda dispute_id, won: server.turn("close_dispute", dispute=dispute_id, won=won),
    )  # fmt: skip


@pytest.fixture
def make_stripe(stripe_server: StripeServer) -> Callable[[], Provider]:
    """A gateway to the server that speaks like Stripe."""
    return lambda: stripe_of(stripe_server)


@pytest.fixture(params=["twin", "stripe"])
def provider(request: pytest.FixtureRequest, own_database: Database) -> Provider:
    if request.param == "twin":
        return twin_of(own_database)
    return stripe_of(request.getfixturevalue("stripe_server"))
