"""Money by bank transfer and by itself: credited when it is whole, taken within bounds, switched off when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.money import Money
from payouts import automatic, funding, ledger, payments, reconciliation, wallet
from payouts.chart import AccountKind, brand, platform
from payouts.models import TopUp, WalletSettings
from payouts.states import TopUpKind, TopUpState
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.payouts.conftest import Provider
from tests.stripe_server.server import StripeServer

K = AccountKind


@dataclass
class Shop:
    """A brand with an empty wallet, at a provider."""

    database: Database
    provider: Provider
    brand_id: UUID
    owner_id: UUID

    def announce(self, minor: int) -> UUID:
        with self.database.unit_of_work() as session:
            top_up = wallet.start_top_up(
                session, brand_id=self.brand_id, amount=Money(minor, "EUR"), by_person_id=self.owner_id, now=utcnow(),
                kind=TopUpKind.TRANSFER,
            )  # fmt: skip
        funding.open_transfer(self.database, self.provider.gateway, top_up.id, by_person_id=self.owner_id, now=utcnow())
        return top_up.id

    def look(self, top_up_id: UUID) -> TopUp:
        payments.refresh(self.database, self.provider.gateway, top_up_id, now=utcnow())
        funding.look_at_cash(self.database, self.provider.gateway, self.brand_id)
        with self.database.unit_of_work() as session:
            return session.get_one(TopUp, top_up_id)

    def settings(self) -> WalletSettings:
        with self.database.unit_of_work() as session:
            return session.get_one(WalletSettings, self.brand_id)

    def free(self) -> int:
        with self.database.unit_of_work() as session:
            return ledger.balance(session, brand(K.BRAND_WALLET, self.brand_id, "EUR"))

    def keep_method(self, *, works: bool = True) -> None:
        funding.open_setup(
            self.database, self.provider.gateway, self.brand_id, by_person_id=self.owner_id,
            return_url="http://chat.localhost/brand/wallet",
        )  # fmt: skip
        self.provider.give_method(str(self.settings().setup_id), works)
        assert funding.finish_setup(self.database, self.provider.gateway, self.brand_id)

    def switch_on(self, *, per_day: int = 3) -> None:
        with self.database.unit_of_work() as session:
            automatic.configure(session, self.brand_id, on=True, below_minor=2_000, amount_minor=5_000, per_day=per_day)

    def fill(self, *, now: datetime | None = None) -> TopUpState | None:
        return automatic.fill(self.database, self.provider.gateway, self.brand_id, now=now or utcnow())

    def spend(self, minor: int) -> None:
        with self.database.unit_of_work() as session:
            entries = ledger.moved(
                minor, debit=brand(K.BRAND_WALLET, self.brand_id, "EUR"), credit=platform(K.REVENUE_COMMISSION, "EUR")
            )
            ledger.post(
                session, key=f"spent:{utcnow()}", type="test", source_type="test", source_id=self.brand_id,
                entries=entries, event_at=utcnow(), now=utcnow(),
            )  # fmt: skip


@pytest.fixture
def shop(own_database: Database, provider: Provider) -> Shop:
    with own_database.unit_of_work() as session:
        owner = make_person(session)
        made = make_brand(session, owner=owner)
    return Shop(own_database, provider, made.id, owner.id)


def test_a_bank_transfer_says_where_to_and_is_credited_when_it_is_whole(shop: Shop) -> None:
    top_up_id = shop.announce(10_000)
    waiting = shop.look(top_up_id)
    assert waiting.bank is not None
    assert {"iban", "bic", "holder", "reference"} <= set(waiting.bank)
    shop.provider.transfer(str(waiting.payment_id), 4_000)
    partly = shop.look(top_up_id)
    assert (partly.state, partly.received_minor, shop.free()) == (TopUpState.CREATED, 4_000, 0)
    shop.provider.transfer(str(waiting.payment_id), 6_000)
    whole = shop.look(top_up_id)
    assert (whole.state, whole.received_minor, shop.free()) == (TopUpState.PAID, 10_000, 10_000)
    assert shop.settings().cash_minor == 0


def test_what_was_transferred_too_much_waits_for_the_next_transfer(shop: Shop) -> None:
    first = shop.announce(5_000)
    shop.provider.transfer(str(shop.look(first).payment_id), 7_500)
    assert shop.look(first).state is TopUpState.PAID
    assert (shop.free(), shop.settings().cash_minor) == (5_000, 2_500)
    second = shop.announce(2_500)
    assert shop.look(second).state is TopUpState.PAID
    assert (shop.free(), shop.settings().cash_minor) == (7_500, 0)


def test_a_transfer_that_is_no_longer_wanted_is_called_off_unless_it_came(shop: Shop) -> None:
    first, second = shop.announce(5_000), shop.announce(6_000)
    funding.cancel_transfer(shop.database, shop.provider.gateway, second, now=utcnow())
    assert shop.look(second).state is TopUpState.EXPIRED
    shop.provider.transfer(str(shop.look(first).payment_id), 5_000)
    with pytest.raises(funding.TooLate):
        funding.cancel_transfer(shop.database, shop.provider.gateway, first, now=utcnow())
    assert shop.look(first).state is TopUpState.PAID


def test_a_wallet_below_its_level_fills_itself_so_many_times_a_day(shop: Shop) -> None:
    with pytest.raises(Invalid), shop.database.unit_of_work() as session:
        automatic.configure(session, shop.brand_id, on=True, below_minor=0, amount_minor=5_000, per_day=1)
    shop.keep_method()
    assert shop.settings().method_label == "visa •••• 4242"
    shop.switch_on(per_day=2)
    with shop.database.unit_of_work() as session:
        assert automatic.low_ones(session) == [shop.brand_id]
    assert shop.fill() is TopUpState.PAID
    assert shop.fill() is None
    shop.spend(4_500)
    assert shop.fill() is TopUpState.PAID
    shop.spend(5_000)
    assert shop.fill() is None
    assert shop.free() == 500
    assert shop.fill(now=utcnow() + timedelta(days=1)) is TopUpState.PAID


def test_two_refusals_switch_automatic_top_ups_off_and_each_is_told(shop: Shop) -> None:
    shop.keep_method(works=False)
    shop.switch_on()
    assert shop.fill() is TopUpState.FAILED
    assert (shop.settings().auto_on, shop.settings().auto_failures) == (True, 1)
    assert shop.fill() is TopUpState.FAILED
    after = shop.settings()
    assert (after.auto_on, after.auto_failures) == (False, 2)
    assert after.auto_error
    assert shop.fill() is None
    assert shop.free() == 0


def test_an_answer_that_was_lost_takes_the_money_once(
    own_database: Database, stripe_server: StripeServer, stripe_shop: Shop
) -> None:
    stripe_shop.keep_method()
    stripe_shop.switch_on()
    stripe_server.arm("drop_after", path="/v1/payment_intents")
    assert stripe_shop.fill() is TopUpState.CREATED
    assert stripe_shop.fill() is TopUpState.PAID
    assert stripe_shop.free() == 5_000
    assert stripe_server.books()["platform"]["by_type"]["charge"]["eur"] == 5_000


@pytest.mark.parametrize(("effect", "state"), [(True, TopUpState.PAID), (False, TopUpState.FAILED)])
def test_after_an_error_kept_under_its_key_the_list_says_whether_it_was_taken(
    stripe_server: StripeServer, stripe_shop: Shop, effect: bool, state: TopUpState
) -> None:
    stripe_shop.keep_method()
    stripe_shop.switch_on()
    stripe_server.arm("stored_500", path="/v1/payment_intents", effect=effect)
    assert stripe_shop.fill() is state
    taken = stripe_server.books()["platform"]["by_type"].get("charge", {}).get("eur", 0)
    assert stripe_shop.free() == taken == (5_000 if effect else 0)


def test_a_direct_debit_taken_by_itself_is_credited_when_it_succeeds_and_stays_at_risk(
    stripe_server: StripeServer, stripe_shop: Shop
) -> None:
    stripe_shop.keep_method()
    with stripe_shop.database.unit_of_work() as session:
        settings = session.get_one(WalletSettings, stripe_shop.brand_id)
        settings.method_id = "pm_sepaDebit"
    stripe_shop.switch_on()
    assert stripe_shop.fill() is TopUpState.PROCESSING
    assert stripe_shop.fill() is None
    with stripe_shop.database.unit_of_work() as session:
        top_up = session.scalars(select(TopUp)).one()
    stripe_server.turn("settle_debit", intent_id=top_up.payment_id)
    paid = stripe_shop.look(top_up.id)
    assert paid.state is TopUpState.PAID
    assert paid.risk_until is not None
    assert paid.risk_until > utcnow() + timedelta(weeks=7)


@pytest.fixture
def stripe_shop(own_database: Database, stripe_server: StripeServer, make_stripe: Callable[[], Any]) -> Shop:
    with own_database.unit_of_work() as session:
        owner = make_person(session)
        made = make_brand(session, owner=owner)
    return Shop(own_database, make_stripe(), made.id, owner.id)


def test_all_of_it_agrees_with_the_book_of_the_provider(stripe_server: StripeServer, stripe_shop: Shop) -> None:
    stripe_server.turn("fund", amount=5_000)
    stripe_shop.keep_method()
    stripe_shop.switch_on()
    stripe_shop.fill()
    top_up_id = stripe_shop.announce(3_000)
    stripe_shop.provider.transfer(str(stripe_shop.look(top_up_id).payment_id), 3_000)
    stripe_shop.look(top_up_id)
    assert reconciliation.reconcile(stripe_shop.database, stripe_shop.provider.gateway, now=utcnow()) == []
