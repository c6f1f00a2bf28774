"""Reputation adds up the ratings that count, corrected when one changes."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import reputation
from experts.models import Expert
from experts.reputation import Level, Standing
from marketplace.brands.models import Brand, Category
from marketplace.core.clock import new_id
from marketplace.ratings.events import RatingSaved
from marketplace.ratings.models import Rating
from tests.factories.brands import make_brand, make_category
from tests.factories.experts import make_expert


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


@pytest.fixture
def trail(session: Session, brand: Brand) -> Category:
    return make_category(session, brand, "Shoes", "Trail shoes")


@pytest.fixture
def expert(session: Session) -> Expert:
    """An expert; ratings may then stand alone, without the conversations they belong to."""
    found = make_expert(session)
    session.execute(text("SET LOCAL session_replication_role = replica"))
    return found


def make_rating(
    session: Session, expert: Expert, category: Category, *, stars: int, at: datetime, counts: bool = True
) -> Rating:
    rating = Rating(
        segment_id=new_id(), conversation_id=new_id(), brand_id=category.brand_id, person_id=expert.person_id,
        category_id=category.id, stars=stars, counts=counts, rated_at=at,
    )  # fmt: skip
    session.add(rating)
    session.flush()
    reputation.on_rating(session, RatingSaved(rating.id, True))
    return rating


def count(session: Session, expert: Expert, category_id: UUID | None, now: datetime) -> int:
    return reputation.of(session, expert.person_id, category_id, now=now).count


def test_a_rating_counts_in_its_category_all_above_it_and_over_all(
    session: Session, expert: Expert, trail: Category, now: datetime
) -> None:
    road = make_category(session, session.get_one(Brand, trail.brand_id), "Shoes", "Road shoes")
    make_rating(session, expert, trail, stars=5, at=now)
    make_rating(session, expert, road, stars=2, at=now)
    assert count(session, expert, trail.id, now) == 1
    assert count(session, expert, trail.parent_id, now) == 2
    whole = reputation.of(session, expert.person_id, now=now)
    assert (whole.count, whole.mean, whole.share_good) == (2, 3.5, 0.5)


def test_a_changed_rating_is_corrected_exactly(
    session: Session, expert: Expert, trail: Category, now: datetime
) -> None:
    rating = make_rating(session, expert, trail, stars=1, at=now)
    rating.stars = 5
    session.flush()
    reputation.on_rating(session, RatingSaved(rating.id, False))
    standing = reputation.of(session, expert.person_id, trail.id, now=now)
    assert (standing.count, standing.mean, standing.share_good) == (1, 5.0, 1.0)


def test_ratings_that_do_not_count_change_nothing(
    session: Session, expert: Expert, trail: Category, now: datetime
) -> None:
    rating = make_rating(session, expert, trail, stars=4, at=now)
    make_rating(session, expert, trail, stars=1, at=now, counts=False)
    assert reputation.of(session, expert.person_id, trail.id, now=now).mean == 4.0
    rating.counts = False
    session.flush()
    reputation.on_rating(session, RatingSaved(rating.id, False))
    assert count(session, expert, trail.id, now) == 0


def test_a_rating_half_a_year_old_weighs_a_quarter(
    session: Session, expert: Expert, trail: Category, now: datetime
) -> None:
    make_rating(session, expert, trail, stars=1, at=now - timedelta(days=180))
    make_rating(session, expert, trail, stars=5, at=now)
    assert reputation.of(session, expert.person_id, trail.id, now=now).mean == pytest.approx((0.25 + 5) / 1.25)


def test_a_mean_is_published_from_five_ratings_on(
    session: Session, expert: Expert, trail: Category, now: datetime
) -> None:
    for number in range(1, 6):
        make_rating(session, expert, trail, stars=5, at=now)
        standing = reputation.of(session, expert.person_id, trail.id, now=now)
        assert (standing.is_published, standing.missing) == (number >= 5, 5 - number)


def test_somebody_never_rated_is_taken_for_ordinary(session: Session, expert: Expert, now: datetime) -> None:
    standing = reputation.of(session, expert.person_id, now=now)
    assert (standing.count, standing.is_published, standing.quality) == (0, False, 0.75)


def test_good_ratings_elsewhere_count_half_here(
    session: Session, expert: Expert, trail: Category, brand: Brand, now: datetime
) -> None:
    bags = make_category(session, brand, "Bags")
    for _ in range(10):
        make_rating(session, expert, trail, stars=5, at=now)
    assert reputation.of(session, expert.person_id, bags.id, now=now).quality == pytest.approx(9.5 / 11)
    assert reputation.of(session, expert.person_id, trail.id, now=now).quality == pytest.approx(14.5 / 16)


@pytest.mark.parametrize(
    ("ratings", "stars", "group", "level"),
    [
        (4, 5, 4.2, Level.NEW),
        (5, 1, 4.2, Level.SHOWN),
        (19, 5, 4.2, Level.SHOWN),
        (20, 5, 4.2, Level.PROVEN),
        (20, 4, 4.2, Level.SHOWN),
        (50, 5, 4.2, Level.OUTSTANDING),
        (50, 5, 1.0, Level.PROVEN),
    ],
)
def test_levels_are_reached_by_number_and_by_the_mean_drawn_to_the_group(
    ratings: int, stars: int, group: float, level: Level
) -> None:
    standing = Standing(stars, ratings, 1.0, 0.9, is_published=ratings >= 5, weight=float(ratings))
    assert standing.level(group) is level


def test_few_ratings_are_drawn_to_the_group(session: Session, expert: Expert, trail: Category, now: datetime) -> None:
    make_rating(session, expert, trail, stars=5, at=now)
    standing = reputation.of(session, expert.person_id, trail.id, now=now)
    assert standing.drawn(4.0) == pytest.approx((5 + 4 * reputation.PRIOR_RATINGS) / (1 + reputation.PRIOR_RATINGS))
    assert reputation.group_means(session, [trail.id]) == {trail.id: reputation.USUAL_MEAN}
    for _ in range(20):
        make_rating(session, expert, trail, stars=3, at=now)
    assert reputation.group_means(session, [trail.id])[trail.id] == pytest.approx(65 / 21)
