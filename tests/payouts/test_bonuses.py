"""Bonuses: from a brand's wallet less commission, from the platform's own money without."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.money import Money
from payouts import audit, bonuses, ledger
from payouts.chart import AccountKind, brand, expert, platform
from payouts.models import Earning
from payouts.states import Rule
from payouts.wallet import WalletShort
from tests.factories.payouts import NOW, fund
from tests.factories.world import World, make_world

K = AccountKind
REASON = "Twelve patient answers on Sunday"


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, money=0)


def thank(session: Session, world: World, minor: int = 500, *, id: UUID | None = None, reason: str = REASON) -> Earning:
    return bonuses.give_by_brand(
        session, id=id or uuid4(), brand_id=world.brand.id, person_id=world.experts[0][0], amount=Money(minor, "EUR"),
        reason=reason, by=None, commission_bps=2_000, now=NOW,
    )  # fmt: skip


def test_a_brands_bonus_is_available_at_once_less_commission(session: Session, world: World) -> None:
    fund(session, world.brand, 1_000)
    earning = thank(session, world)
    assert (earning.rule, earning.gross_minor, earning.net_minor) == (Rule.BONUS_BRAND, 500, 400)
    assert earning.calculation["reason"] == REASON
    assert ledger.balance(session, expert(K.EXPERT_AVAILABLE, earning.person_id, "EUR")) == 400
    assert ledger.balance(session, brand(K.BRAND_WALLET, world.brand.id, "EUR")) == 500
    assert audit.audit(session).violations == []


def test_the_same_bonus_sent_twice_is_given_once(session: Session, world: World) -> None:
    fund(session, world.brand, 1_000)
    key = uuid4()
    assert thank(session, world, id=key).id == thank(session, world, id=key).id
    assert ledger.balance(session, brand(K.BRAND_WALLET, world.brand.id, "EUR")) == 500
    with pytest.raises(bonuses.BonusDiffers):
        thank(session, world, 501, id=key)


def test_a_bonus_needs_a_reason_a_sum_an_own_expert_and_the_money(session: Session, world: World) -> None:
    fund(session, world.brand, 1_000)
    for minor, reason in ((500, " x "), (49, REASON), (100_001, REASON)):
        with pytest.raises(Invalid):
            thank(session, world, minor, reason=reason)
    with pytest.raises(WalletShort):
        thank(session, world, 1_001)
    with pytest.raises(bonuses.NotOurExpert):
        bonuses.give_by_brand(
            session, id=uuid4(), brand_id=world.brand.id, person_id=uuid4(), amount=Money(500, "EUR"), reason=REASON,
            by=None, commission_bps=0, now=NOW,
        )  # fmt: skip
    assert session.scalars(select(Earning)).all() == []


def test_the_platform_thanks_from_its_own_money_only(session: Session, world: World) -> None:
    def give(minor: int) -> Earning:
        return bonuses.give_by_platform(
            session, id=uuid4(), person_id=world.experts[0][0], amount=Money(minor, "EUR"), reason=REASON, by=None,
            now=datetime(2026, 11, 20, tzinfo=UTC),
        )  # fmt: skip

    fund(session, world.brand, 100_000)
    have = bonuses.own_money(session, "EUR").minor
    ledger.post(
        session, key="float:test", type="float_added", source_type="movement", source_id=uuid4(), event_at=NOW, now=NOW,
        entries=ledger.moved(
            1_000, debit=platform(K.STRIPE_AVAILABLE, "EUR"), credit=platform(K.EQUITY_FLOAT, "EUR")
        ),
    )  # fmt: skip
    assert bonuses.own_money(session, "EUR").minor == have + 1_000
    earning = give(have + 1_000)
    assert (earning.rule, earning.brand_id, earning.net_minor) == (Rule.BONUS_PLATFORM, None, have + 1_000)
    with pytest.raises(bonuses.NoOwnMoney):
        give(50)
    assert audit.audit(session).violations == []
