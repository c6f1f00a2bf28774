"""The doors to ratings and their reviews."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.brands.access import may, role_in
from marketplace.brands.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import Forbidden, NotFound
from marketplace.ratings.models import Rating, RatingReview


def access_own_rating(session: Session, actor: Actor, rating_id: UUID, *, lock: bool = False) -> Rating:
    """The rating, for whoever was rated. Raises `NotFound`."""
    rating = session.get(Rating, rating_id, with_for_update=lock or None)
    if rating is None or actor.person_id is None or rating.person_id != actor.person_id:
        raise NotFound
    return rating


def access_review(
    session: Session, actor: Actor, review_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> RatingReview:
    """The review, for the brand's team from a role on, and operators. Raises `NotFound`, `Forbidden`."""
    review = session.get(RatingReview, review_id, with_for_update=lock or None)
    if review is None or role_in(actor, review.brand_id) is None:
        raise NotFound
    if not may(actor, review.brand_id, at_least):
        raise Forbidden
    return review
