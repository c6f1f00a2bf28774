"""Offers against eligible time, by group: rates, quartiles, and who may read names."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import shares
from experts.shares import quartiles, spread
from experts.states import OfferState
from tests.experts.test_considered import Market
from tests.factories.brands import make_brand, make_category


@pytest.fixture
def market(session: Session, now: datetime) -> Market:
    return Market(session, now)


def offered(market: Market, number: int, times: int, minutes_ago: int = 5) -> None:
    for _ in range(times):
        market.offer(
            market.decide(ranked=[market.experts[number]], excluded={}, minutes_ago=minutes_ago), number,
            OfferState.DECLINED,
        )  # fmt: skip


def test_rates_stand_beside_the_groups_quartiles(market: Market, session: Session, now: datetime) -> None:
    for number, hours, offers in ((0, 1.0, 4), (1, 2.0, 4), (2, 4.0, 4)):
        market.online(number, hours)
        offered(market, number, offers)
    group = spread(session, brand_ids=[market.brand.id], category_id=None, days=28, now=now)
    assert [row.per_hour for row in group.rows] == [4.0, 2.0, 1.0, 0.0]
    assert group.quartiles == (1.5, 2.0, 3.0)
    mine = group.of(market.experts[0].person_id)
    assert group.share_of_time(mine) == pytest.approx(1 / 7)
    assert group.share_of_offers(mine) == pytest.approx(1 / 3)


def test_nobody_is_compared_by_a_few_minutes(market: Market, session: Session, now: datetime) -> None:
    market.online(0, 0.1)
    offered(market, 0, 3)
    group = spread(session, brand_ids=[market.brand.id], category_id=None, days=28, now=now)
    assert (group.quartiles, group.offers, len(group.rows)) == (None, 3, 4)


def test_a_category_counts_its_certified_experts_and_its_offers(
    market: Market, session: Session, now: datetime
) -> None:
    market.online(0, 1.0)
    offered(market, 0, 2)
    socks = make_category(session, market.brand, "Socks")
    assert spread(session, brand_ids=[market.brand.id], category_id=socks.id, days=28, now=now).rows == []
    shoes = spread(session, brand_ids=[market.brand.id], category_id=market.category.id, days=28, now=now)
    assert (len(shoes.rows), shoes.offers) == (4, 2)
    session.execute(text("UPDATE question SET category_id = :other"), {"other": socks.id})
    again = spread(session, brand_ids=[market.brand.id], category_id=market.category.id, days=28, now=now)
    assert again.offers == 0


def test_the_period_cuts_offers_and_time(market: Market, session: Session, now: datetime) -> None:
    market.online(0, 24.0 * 10)
    offered(market, 0, 1, minutes_ago=60 * 24 * 8)
    week = spread(session, brand_ids=[market.brand.id], category_id=None, days=7, now=now)
    assert week.hours == pytest.approx(24 * 7)
    assert week.offers == 0
    assert spread(session, brand_ids=[market.brand.id], category_id=None, days=28, now=now).offers == 1


def test_other_brands_are_another_group(market: Market, session: Session, now: datetime) -> None:
    other = make_brand(session)
    assert spread(session, brand_ids=[other.id], category_id=None, days=28, now=now).rows == []
    assert shares.brands_of(session, market.experts[0].person_id) == [market.brand.id]


def test_quartiles_lie_between_neighbours() -> None:
    assert quartiles([]) is None
    assert quartiles([3.0]) == (3.0, 3.0, 3.0)
    assert quartiles([1.0, 2.0, 3.0, 4.0]) == (1.75, 2.5, 3.25)
