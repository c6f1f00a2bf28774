"""The wallet: credited only when paid, held exactly, limited."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from marketplace.brands.missions import terms_of
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.money import Money
from marketplace.core.web import Platform
from payouts import ledger, wallet
from payouts.chart import AccountKind, brand, platform
from payouts.states import TopUpAction, TopUpState
from payouts.wallet import CapReached, Obstacle, Payment, WalletShort
from tests.factories.brands import make_brand
from tests.factories.payouts import earn, fund, make_market, open_one

K = AccountKind


def test_nothing_is_credited_before_it_is_paid(session: Session, now: datetime) -> None:
    shop = make_brand(session)
    account = brand(K.BRAND_WALLET, shop.id, "EUR")
    top_up = wallet.start_top_up(session, brand_id=shop.id, amount=Money(5_000, "EUR"), by_person_id=None, now=now)
    for outcome in (None, TopUpAction.PROCESS, TopUpAction.PROCESS):
        wallet.settle(session, top_up, Payment(outcome), now=now)
        assert ledger.balance(session, account) == 0
    assert top_up.state is TopUpState.PROCESSING
    paid = Payment(TopUpAction.PAY, payment_id="pi_1", amount=Money(5_000, "EUR"), fee_minor=100, available_on=now)
    for _ in range(3):
        wallet.settle(session, top_up, paid, now=now)
    assert ledger.balance(session, account) == 5_000


def test_a_payment_of_another_amount_is_refused(session: Session, now: datetime) -> None:
    shop = make_brand(session)
    top_up = wallet.start_top_up(session, brand_id=shop.id, amount=Money(5_000, "EUR"), by_person_id=None, now=now)
    with pytest.raises(Invalid):
        wallet.settle(session, top_up, Payment(TopUpAction.PAY, "pi_1", amount=Money(4_000, "EUR")), now=now)


def test_a_failed_payment_leaves_nothing(session: Session, now: datetime) -> None:
    shop = make_brand(session)
    top_up = wallet.start_top_up(session, brand_id=shop.id, amount=Money(5_000, "EUR"), by_person_id=None, now=now)
    wallet.settle(session, top_up, Payment(TopUpAction.FAIL), now=now)
    wallet.settle(session, top_up, Payment(TopUpAction.PAY, "pi_1", amount=Money(5_000, "EUR")), now=now)
    assert top_up.state is TopUpState.FAILED
    assert ledger.balance(session, brand(K.BRAND_WALLET, shop.id, "EUR")) == 0


def test_money_is_pending_until_the_provider_makes_it_available(session: Session, now: datetime) -> None:
    shop = make_brand(session)
    available = platform(K.STRIPE_AVAILABLE, "EUR")
    before = ledger.balance(session, available)
    top_up = wallet.start_top_up(session, brand_id=shop.id, amount=Money(5_000, "EUR"), by_person_id=None, now=now)
    tomorrow = now + timedelta(days=1)
    wallet.settle(
        session, top_up,
        Payment(TopUpAction.PAY, "pi_1", amount=Money(5_000, "EUR"), fee_minor=100, available_on=tomorrow), now=now,
    )  # fmt: skip
    wallet.mature(session, top_up, now=now)
    assert ledger.balance(session, available) == before
    wallet.mature(session, top_up, now=tomorrow)
    wallet.mature(session, top_up, now=tomorrow)
    assert ledger.balance(session, available) == before + 4_900


@pytest.mark.parametrize("minor", [0, 999, 5_000_001])
def test_a_top_up_has_bounds(session: Session, now: datetime, minor: int) -> None:
    shop = make_brand(session)
    with pytest.raises(Invalid):
        wallet.start_top_up(session, brand_id=shop.id, amount=Money(minor, "EUR"), by_person_id=None, now=now)


def test_offers_stop_with_a_reason_when_the_wallet_is_short(session: Session, now: datetime) -> None:
    shop, mission, _ = make_market(session, money=0)
    terms = terms_of(mission)
    assert wallet.obstacle(session, shop.id, terms, now=now) is Obstacle.WALLET_SHORT
    assert not wallet.can_start(session, shop.id, terms, now=now)
    fund(session, shop, 1_000)
    assert wallet.can_start(session, shop.id, terms, now=now)


def test_the_monthly_limit_counts_what_was_spent_and_what_is_held(session: Session, now: datetime) -> None:
    shop, mission, person = make_market(session, money=10_000)
    wallet.set_limits(session, shop.id, month_cap_minor=1_200, warn_below_minor=0)
    earn(session, mission, person, now=now)
    open_one(session, mission, person, now=now)
    open_one(session, mission, person, now=now)
    assert wallet.obstacle(session, shop.id, terms_of(mission), now=now) is Obstacle.SPEND_CAP
    with pytest.raises(CapReached):
        open_one(session, mission, person, now=now)
    assert wallet.can_start(session, shop.id, terms_of(mission), now=now + timedelta(days=31))
    have = wallet.funds(session, shop.id, "EUR", now=now)
    assert (have.free.minor, have.held.minor, have.spent.minor) == (8_800, 800, 400)


def test_conversations_starting_together_hold_no_more_than_there_is(
    make_database: Callable[[], str], parts: Platform, now: datetime
) -> None:
    database = Database(make_database(), pool=8, info=parts.database.info)
    with database.unit_of_work() as session:
        shop, mission, person = make_market(session, money=2_000)

    def start(_: int) -> bool:
        try:
            with database.unit_of_work() as session:
                open_one(session, mission, person, now=now)
        except WalletShort:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        began = list(pool.map(start, range(16)))
    with database.unit_of_work() as session:
        have = wallet.funds(session, shop.id, "EUR", now=now)
    assert sum(began) == 5
    assert (have.free.minor, have.held.minor) == (0, 2_000)
    database.engine.dispose()
