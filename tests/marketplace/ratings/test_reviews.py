"""A rating that looks wrong is looked at by a person; the expert may reply and ask; silence decides for who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.core.states import ForbiddenMove
from marketplace.mail.models import Mail
from marketplace.ratings import outliers, reviews
from marketplace.ratings.models import Rating, RatingReview, RatingReviewMove
from marketplace.ratings.rating import rate
from marketplace.ratings.replies import EDITABLE, ReplyFixed, reply
from marketplace.ratings.reviews import DECIDE_WITHIN, NotReviewable
from marketplace.ratings.states import REVIEW, ReviewAction, ReviewRule, ReviewState
from tests.factories.world import make_world
from tests.marketplace.insights.story import served

REASON = "The shopper mixed up two shops."


@dataclass(slots=True)
class Rated:
    """A conversation that went well and is about to be rated, by an expert with a history."""

    session: Session
    conversation: Conversation
    now: datetime

    def given(self, stars: int, *, solved: bool | None = None) -> Rating:
        """The rating after one more click."""
        return rate(self.session, self.conversation, stars=stars, solved=solved, now=self.now)

    def review(self) -> RatingReview | None:
        """What is being looked at."""
        return self.session.scalars(select(RatingReview)).one_or_none()


@pytest.fixture
def rated(session: Session, database: Database) -> Rated:
    brand = session.get_one(Brand, make_world(database).brand.id)
    now = utcnow()
    conversation = served(session, brand, stars=None, now=now)
    past = rate(session, conversation, stars=5, now=now)
    person_id, category_id = past.person_id, past.category_id
    session.execute(text("SET LOCAL session_replication_role = replica"))  # history without its conversations
    session.delete(past)
    for number in range(outliers.LEAST_HISTORY):
        session.add(
            Rating(
                segment_id=new_id(), conversation_id=new_id(), brand_id=brand.id, person_id=person_id,
                category_id=category_id, stars=5 if number % 3 else 4, counts=True, rated_at=now - timedelta(days=1),
            )
        )  # fmt: skip
    session.flush()
    session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
    return Rated(session, conversation, now + timedelta(minutes=10))


def test_a_rating_far_from_everything_is_looked_at_and_counts_meanwhile(rated: Rated) -> None:
    rating = rated.given(1)
    review = rated.review()
    assert review is not None
    assert (review.rule, review.state, rating.counts) == (ReviewRule.FAR_FROM_HISTORY, ReviewState.OPEN, True)
    assert review.facts["distance"] > outliers.FAR
    assert set(review.facts["signals"]) >= {"ended_solved", "prompt"}


def test_a_shopper_who_was_not_helped_is_believed(rated: Rated) -> None:
    rated.given(1)
    rated.given(1, solved=False)
    review = rated.review()
    assert review is not None
    assert review.state is ReviewState.DROPPED
    rated.given(4)
    assert review.state is ReviewState.DROPPED


@pytest.mark.parametrize("stars", [3, 4, 5])
def test_three_stars_and_more_are_nobodys_harm(rated: Rated, stars: int) -> None:
    rated.given(stars)
    assert rated.review() is None


def test_a_short_history_says_nothing() -> None:
    assert outliers.distance_of(1, [5] * (outliers.LEAST_HISTORY - 1)) is None
    assert outliers.distance_of(1, [5] * outliers.LEAST_HISTORY) == pytest.approx(8.0)
    assert outliers.distance_of(2, [1, 5] * 6) == pytest.approx(0.5)


def test_a_visitor_who_was_abusive_elsewhere_is_looked_at(rated: Rated, session: Session) -> None:
    session.execute(text("UPDATE question SET intent = 'abuse'"))
    session.expire_all()
    rated.given(2)
    review = rated.review()
    assert review is not None
    assert review.rule is ReviewRule.ABUSIVE_VISITOR


def test_a_rating_set_aside_no_longer_counts_and_the_expert_is_told(rated: Rated, session: Session) -> None:
    rating = rated.given(1)
    review = rated.review()
    assert review is not None
    reviews.decide(session, review, set_aside=True, reason=REASON, by=rating.person_id, now=rated.now)
    assert (rating.counts, rating.ignored_because) == (False, "set_aside")
    assert [mail.template for mail in session.scalars(select(Mail))].count("rating_review") == 1
    moves = session.scalars(select(RatingReviewMove)).all()
    assert [(move.to_state, move.reason) for move in moves] == [("set_aside", REASON)]
    rated.given(2)
    assert not rating.counts


def test_a_decision_gives_its_reason_and_is_made_once(rated: Rated, session: Session) -> None:
    rated.given(1)
    review = rated.review()
    assert review is not None
    with pytest.raises(Invalid):
        reviews.decide(session, review, set_aside=False, reason="no", by=None, now=rated.now)
    reviews.decide(session, review, set_aside=False, reason=REASON, by=None, now=rated.now)
    with pytest.raises(ForbiddenMove):
        reviews.decide(session, review, set_aside=True, reason=REASON, by=None, now=rated.now)


@pytest.mark.parametrize(("asked", "state"), [(True, ReviewState.SET_ASIDE), (False, ReviewState.KEPT)])
def test_silence_decides_for_the_expert_who_asked(
    rated: Rated, session: Session, asked: bool, state: ReviewState
) -> None:
    rating = rated.given(1)
    if asked:
        reviews.ask(session, rating, words="I was rated for a late parcel.", now=rated.now)
    review = rated.review()
    assert review is not None
    assert reviews.decide_due(session, now=rated.now + DECIDE_WITHIN - timedelta(seconds=1)) == 0
    assert reviews.decide_due(session, now=rated.now + DECIDE_WITHIN) == 1
    assert (review.state, rating.counts) == (state, not asked)


def test_an_expert_asks_once_in_words_and_in_time(rated: Rated, session: Session) -> None:
    rating = rated.given(3)
    with pytest.raises(Invalid):
        reviews.ask(session, rating, words="Unfair", now=rated.now)
    with pytest.raises(NotReviewable):
        reviews.ask(session, rating, words="I was rated for a late parcel.", now=rated.now + reviews.ASK_WITHIN)
    reviews.ask(session, rating, words="I was rated for a late parcel.", now=rated.now)
    with pytest.raises(NotReviewable):
        reviews.ask(session, rating, words="I was rated for a late parcel.", now=rated.now)


def test_a_reply_can_be_mended_for_a_day(rated: Rated, session: Session) -> None:
    rating = rated.given(3)
    first = reply(session, rating, text=" Thank you ", by=rating.person_id, now=rated.now)
    assert (first.text, first.edited_at) == ("Thank you", None)
    later = rated.now + EDITABLE - timedelta(seconds=1)
    assert reply(session, rating, text="Thank you!", by=rating.person_id, now=later).edited_at == later
    with pytest.raises(ReplyFixed):
        reply(session, rating, text="Something else", by=rating.person_id, now=rated.now + EDITABLE)
    with pytest.raises(Invalid):
        reply(session, rating, text="x" * 1_001, by=rating.person_id, now=rated.now)


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize("action", list(ReviewAction))
def test_only_an_open_review_moves(state: ReviewState, action: ReviewAction) -> None:
    assert REVIEW.allows(state, action) == (state is ReviewState.OPEN)
