"""Money that goes back: paid back once, failed and returned to the wallet; disputed, won and lost, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from marketplace.brands.missions import terms_of
from marketplace.brands.models import Mission
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts import audit, chargebacks, ledger, payments, reconciliation, wallet, withdrawals
from payouts.chart import AccountKind, brand, platform
from payouts.models import Chargeback, TopUp, Withdrawal
from payouts.states import ChargebackState, WithdrawalState
from payouts.wallet import Disputed, Obstacle
from payouts.withdrawals import TooMuch
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.payouts import open_one
from tests.payouts.conftest import Provider, stripe_of
from tests.stripe_server.server import StripeServer

K = AccountKind


@dataclass
class Shop:
    """A brand whose wallet was topped up on the provider's page."""

    database: Database
    provider: Provider
    brand_id: UUID
    mission_id: UUID

    def add(self, minor: int) -> TopUp:
        with self.database.unit_of_work() as session:
            top_up = wallet.start_top_up(
                session, brand_id=self.brand_id, amount=Money(minor, "EUR"), by_person_id=None, now=utcnow()
            )
        payments.open_checkout(self.database, self.provider.gateway, top_up.id, return_url="http://chat.localhost/w")
        with self.database.unit_of_work() as session:
            checkout_id = session.get_one(TopUp, top_up.id).checkout_id
        self.provider.pay(str(checkout_id))
        payments.refresh(self.database, self.provider.gateway, top_up.id, now=utcnow())
        with self.database.unit_of_work() as session:
            payments.mature_due(session, now=utcnow() + timedelta(seconds=1))
            return session.get_one(TopUp, top_up.id)

    def ask(self, minor: int) -> list[UUID]:
        with self.database.unit_of_work() as session:
            asked = withdrawals.ask(
                session, brand_id=self.brand_id, amount=Money(minor, "EUR"), by_person_id=None, now=utcnow()
            )
            return [one.id for one in asked]

    def send(self, withdrawal_id: UUID) -> WithdrawalState:
        return withdrawals.send(self.database, self.provider.gateway, withdrawal_id, now=utcnow())

    def have(self, kind: AccountKind) -> int:
        with self.database.unit_of_work() as session:
            owner = brand(kind, self.brand_id, "EUR") if kind.startswith("brand.") else platform(kind, "EUR")
            return ledger.balance(session, owner)

    def dispute(self, top_up: TopUp) -> str:
        dispute_id = self.provider.dispute(str(top_up.payment_id))
        for _ in range(2):
            chargebacks.refresh(self.database, self.provider.gateway, dispute_id, now=utcnow())
        return dispute_id

    def decide(self, dispute_id: str, *, won: bool) -> Chargeback:
        self.provider.decide(dispute_id, won)
        for _ in range(2):
            chargebacks.refresh(self.database, self.provider.gateway, dispute_id, now=utcnow())
        with self.database.unit_of_work() as session:
            return session.scalars(select(Chargeback).where(Chargeback.dispute_id == dispute_id)).one()

    def spend(self, minor: int) -> None:
        with self.database.unit_of_work() as session:
            entries = ledger.moved(
                minor, debit=brand(K.BRAND_WALLET, self.brand_id, "EUR"), credit=platform(K.REVENUE_COMMISSION, "EUR")
            )
            ledger.post(
                session, key=f"spent:{utcnow()}", type="test", source_type="test", source_id=self.brand_id,
                entries=entries, event_at=utcnow(), now=utcnow(),
            )  # fmt: skip

    def assert_agrees(self) -> None:
        """Our mirror is the provider's balance, each line is booked once, and the books hold."""
        found = reconciliation.reconcile(self.database, self.provider.gateway, now=utcnow() + timedelta(hours=1))
        assert {(one.kind, one.details.get("check")) for one in found} <= {("books", "I9")}
        with self.database.unit_of_work() as session:
            assert {one.check for one in audit.audit(session).violations} <= {"I9"}


def make_shop(database: Database, provider: Provider) -> Shop:
    with database.unit_of_work() as session:
        made = make_brand(session)
        mission = make_mission(session, made)
    return Shop(database, provider, made.id, mission.id)


@pytest.fixture
def shop(own_database: Database, provider: Provider) -> Shop:
    return make_shop(own_database, provider)


@pytest.fixture
def stripe_shop(own_database: Database, stripe_server: StripeServer) -> Shop:
    stripe_server.turn("fund", amount=20_000)
    return make_shop(own_database, stripe_of(stripe_server))


def test_unused_money_goes_back_to_the_payments_that_brought_it_once(shop: Shop) -> None:
    older, newer = shop.add(3_000), shop.add(2_000)
    asked = shop.ask(2_500)
    assert (shop.have(K.BRAND_WALLET), shop.have(K.CLEARING_REFUND)) == (2_500, -2_500)
    assert [shop.send(one) for one in asked for _ in range(2)] == [WithdrawalState.SUCCEEDED] * 4
    assert (shop.have(K.BRAND_WALLET), shop.have(K.CLEARING_REFUND)) == (2_500, 0)
    with shop.database.unit_of_work() as session:
        assert session.get_one(TopUp, newer.id).withdrawn_minor == 2_000
        assert session.get_one(TopUp, older.id).withdrawn_minor == 500
    shop.assert_agrees()


def test_no_more_goes_back_than_is_free_and_was_paid(shop: Shop) -> None:
    shop.add(3_000)
    shop.spend(1_000)
    with pytest.raises(TooMuch):
        shop.ask(2_001)
    shop.ask(2_000)
    with pytest.raises(TooMuch):
        shop.ask(100)


def test_a_refund_that_fails_later_is_free_again(stripe_server: StripeServer, stripe_shop: Shop) -> None:
    stripe_shop.add(3_000)
    (asked,) = stripe_shop.ask(3_000)
    assert stripe_shop.send(asked) is WithdrawalState.SUCCEEDED
    with stripe_shop.database.unit_of_work() as session:
        refund_id = str(session.get_one(Withdrawal, asked).refund_id)
    stripe_server.turn("fail_refund", refund=refund_id)
    for _ in range(2):
        withdrawals.refresh(stripe_shop.database, stripe_shop.provider.gateway, refund_id, now=utcnow())
    assert stripe_shop.have(K.BRAND_WALLET) == 3_000
    with stripe_shop.database.unit_of_work() as session:
        failed = session.get_one(Withdrawal, asked)
        assert (failed.state, failed.error) == (WithdrawalState.FAILED, "expired_or_canceled_card")
    stripe_shop.assert_agrees()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "rate_limit"])
def test_after_a_passing_trouble_the_same_refund_is_asked_for_again(
    stripe_server: StripeServer, stripe_shop: Shop, kind: str
) -> None:
    stripe_shop.add(3_000)
    (asked,) = stripe_shop.ask(3_000)
    stripe_server.arm(kind, path="/v1/refunds")  # type: ignore[arg-type]
    assert stripe_shop.send(asked) is WithdrawalState.ASKED
    with stripe_shop.database.unit_of_work() as session:
        assert withdrawals.waiting(session, now=utcnow()) == []
        assert withdrawals.waiting(session, now=utcnow() + timedelta(minutes=5)) == [asked]
    assert stripe_shop.send(asked) is WithdrawalState.SUCCEEDED
    assert stripe_server.books()["platform"]["by_type"]["refund"]["eur"] == -3_000
    stripe_shop.assert_agrees()


@pytest.mark.parametrize(("effect", "state"), [(True, WithdrawalState.SUCCEEDED), (False, WithdrawalState.FAILED)])
def test_after_an_error_kept_under_its_key_the_list_says_whether_it_went_back(
    stripe_server: StripeServer, stripe_shop: Shop, effect: bool, state: WithdrawalState
) -> None:
    stripe_shop.add(3_000)
    (asked,) = stripe_shop.ask(3_000)
    stripe_server.arm("stored_500", path="/v1/refunds", effect=effect)
    assert stripe_shop.send(asked) is state
    assert stripe_shop.have(K.BRAND_WALLET) == (0 if effect else 3_000)
    stripe_shop.assert_agrees()


def test_a_disputed_payment_stops_new_conversations_until_it_is_won(shop: Shop) -> None:
    top_up = shop.add(5_000)
    dispute_id = shop.dispute(top_up)
    assert (shop.have(K.BRAND_WALLET), shop.have(K.BRAND_HELD), shop.have(K.BRAND_RECEIVABLE)) == (0, 5_000, 5_000)
    shop.add(2_000)
    with shop.database.unit_of_work() as session:
        mission = session.get_one(Mission, shop.mission_id)
        assert wallet.obstacle(session, shop.brand_id, terms_of(mission), now=utcnow()) is Obstacle.DISPUTED
        person = make_person(session)
    with pytest.raises(Disputed), shop.database.unit_of_work() as session:
        open_one(session, session.get_one(Mission, shop.mission_id), person, now=utcnow())
    with pytest.raises(TooMuch):
        shop.ask(2_100)
    won = shop.decide(dispute_id, won=True)
    assert won.state is ChargebackState.WON
    assert (shop.have(K.BRAND_WALLET), shop.have(K.BRAND_HELD), shop.have(K.BRAND_RECEIVABLE)) == (7_000, 0, 0)
    with shop.database.unit_of_work() as session:
        assert wallet.can_start(session, shop.brand_id, terms_of(session.get_one(Mission, shop.mission_id)))
    shop.assert_agrees()


def test_a_lost_dispute_takes_what_was_set_aside_then_what_is_free_and_the_rest_is_our_loss(shop: Shop) -> None:
    top_up = shop.add(5_000)
    shop.spend(4_000)
    dispute_id = shop.dispute(top_up)
    assert (shop.have(K.BRAND_HELD), shop.have(K.BRAND_RECEIVABLE)) == (1_000, 5_000)
    shop.add(1_500)
    lost = shop.decide(dispute_id, won=False)
    assert (lost.state, lost.lost_minor) == (ChargebackState.LOST, 2_500)
    assert (shop.have(K.BRAND_WALLET), shop.have(K.BRAND_HELD), shop.have(K.BRAND_RECEIVABLE)) == (0, 0, 0)
    assert shop.have(K.EXPENSE_BAD_DEBT) == 2_500
    shop.assert_agrees()


def test_a_debit_that_its_payer_may_still_return_is_not_paid_back(
    stripe_server: StripeServer, stripe_shop: Shop
) -> None:
    top_up = stripe_shop.add(3_000)
    with stripe_shop.database.unit_of_work() as session:
        session.get_one(TopUp, top_up.id).risk_until = utcnow() + timedelta(weeks=8)
    with pytest.raises(TooMuch):
        stripe_shop.ask(1_000)
