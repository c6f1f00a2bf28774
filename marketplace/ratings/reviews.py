"""Outlier review: a rating that looks wrong is kept or set aside by a person, with a reason; the expert is told.

A rule opens a review (`outliers.py`), or the expert asks for one. Until it is decided the rating counts. A deadline
that passes decides: for the expert who asked, otherwise the rating stays.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.events import publish
from marketplace.mail.outbox import post
from marketplace.ratings import outliers
from marketplace.ratings.events import RatingSaved, ReviewDecided
from marketplace.ratings.models import Rating, RatingReview, RatingReviewMove
from marketplace.ratings.states import REVIEW, ReviewAction, ReviewRule, ReviewState

ASK_WITHIN = timedelta(days=14)
"""How long after the rating its expert may ask for a review."""
DECIDE_WITHIN = timedelta(days=7)
LEAST_WORDS, MOST_WORDS = 10, 2_000
UNDECIDED_FOR_EXPERT, UNDECIDED = "undecided_for_expert", "undecided_rating_stays"
"""Reasons of decisions that a deadline made; pages put them into words."""
SET_ASIDE = "set_aside"
"""`Rating.ignored_because` of a rating that a review set aside."""
BATCH = 100


class NotReviewable(Conflict):
    """The rating was decided about already, does not count anyway, or is too old."""

    code = "not_reviewable"
    message = "A review can be asked for once, within 14 days of a rating that counts."


def on_rating(session: Session, event: RatingSaved) -> None:
    """A rating was given or changed: open a review when a rule finds it strange, drop one that has lost its ground."""
    rating = session.get(Rating, event.rating_id)
    if rating is None:
        return
    review = of(session, rating.id)
    if review is not None and review.state is not ReviewState.OPEN:
        return
    finding = outliers.judge(session, rating)
    if review is None and finding is not None:
        _open(session, rating, finding.rule, now=rating.rated_at, facts=finding.facts)
    elif review is not None and finding is None and not review.words:
        _move(session, review, ReviewAction.DROP, by=None, reason="", now=max(rating.rated_at, review.opened_at))


def of(session: Session, rating_id: UUID, *, lock: bool = False) -> RatingReview | None:
    """The review of a rating."""
    query = select(RatingReview).where(RatingReview.rating_id == rating_id)
    return session.scalar(query.with_for_update() if lock else query)


def may_ask(rating: Rating, review: RatingReview | None, *, now: datetime) -> bool:
    """Whether the expert may ask for a review of `rating` now."""
    fresh = rating.counts and now < rating.rated_at + ASK_WITHIN
    return fresh and (review is None or (review.state in {ReviewState.OPEN, ReviewState.DROPPED} and not review.words))


def ask(session: Session, rating: Rating, *, words: str, now: datetime) -> RatingReview:
    """The rated expert asks for a review of `rating` (held locked). Raises `Invalid`, `NotReviewable`."""
    review = of(session, rating.id, lock=True)
    if not may_ask(rating, review, now=now):
        raise NotReviewable
    said = words.replace("\x00", "").strip()[:MOST_WORDS]
    if len(said) < LEAST_WORDS:
        raise Invalid("Say in a sentence what is wrong with this rating.", field="words")
    if review is None or review.state is ReviewState.DROPPED:
        if review is not None:
            session.delete(review)
            session.flush()
        return _open(session, rating, ReviewRule.ASKED, now=now, words=said)
    review.words, review.due_at = said, now + DECIDE_WITHIN
    session.flush()
    return review


def decide(
    session: Session, review: RatingReview, *, set_aside: bool, reason: str, by: UUID | None, now: datetime
) -> None:
    """Keep the rating of `review` (held locked) or set it aside. Raises `Invalid`, `ForbiddenMove`."""
    said = reason.replace("\x00", "").strip()[:MOST_WORDS]
    if len(said) < LEAST_WORDS:
        raise Invalid("Give the reason in a sentence: the expert reads it.", field="reason")
    action = ReviewAction.SET_ASIDE if set_aside else ReviewAction.KEEP
    _move(session, review, action, by=by, reason=said, now=now)
    rating = session.get_one(Rating, review.rating_id, with_for_update=True)
    if set_aside:
        rating.counts, rating.ignored_because = False, SET_ASIDE
        session.flush()
        publish(session, RatingSaved(rating.id, False))
    _tell(session, review, rating, now)
    publish(session, ReviewDecided(review.id))


def decide_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Decide what nobody decided in time; how many. Workers may run it side by side."""
    due = session.scalars(
        select(RatingReview)
        .where(RatingReview.state == ReviewState.OPEN, RatingReview.due_at <= now)
        .order_by(RatingReview.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for review in due:
        asked = bool(review.words)
        reason = UNDECIDED_FOR_EXPERT if asked else UNDECIDED
        decide(session, review, set_aside=asked, reason=reason, by=None, now=now)
    return len(due)


def _open(
    session: Session, rating: Rating, rule: ReviewRule, *, now: datetime, facts: dict[str, object] | None = None,
    words: str = "",
) -> RatingReview:  # fmt: skip
    review = RatingReview(
        rating_id=rating.id, brand_id=rating.brand_id, person_id=rating.person_id, rule=rule, facts=facts or {},
        words=words, state=ReviewState.OPEN, opened_at=now, due_at=now + DECIDE_WITHIN,
    )  # fmt: skip
    session.add(review)
    session.flush()
    return review


def _move(
    session: Session, review: RatingReview, action: ReviewAction, *, by: UUID | None, reason: str, now: datetime
) -> None:
    before = review.state
    review.state = REVIEW.after(before, action)
    review.decided_at, review.reason = now, reason
    session.add(
        RatingReviewMove(
            review_id=review.id, at=now, action=action.value, from_state=before.value, to_state=review.state.value,
            by=str(by) if by else "system", reason=reason,
        )
    )  # fmt: skip
    session.flush()


def _tell(session: Session, review: RatingReview, rating: Rating, now: datetime) -> None:
    person = session.get_one(Person, review.person_id)
    context = {
        "name": person.name, "brand": session.get_one(Brand, review.brand_id).name, "stars": rating.stars,
        "set_aside": review.state is ReviewState.SET_ASIDE, "reason": review.reason, "rating_id": str(rating.id),
    }  # fmt: skip
    post(session, to=person.email, locale=person.locale, template="rating_review", context=context, now=now)
