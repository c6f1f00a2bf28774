"""Reads of ratings under review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation
from marketplace.questions.models import Question
from marketplace.ratings.models import Rating, RatingReply, RatingReview, RatingReviewMove
from marketplace.ratings.states import ReviewState

PAGE = 30
OF_EXPERT_SQL = "NOT EXISTS (SELECT 1 FROM segment s WHERE s.id = rating.segment_id AND s.kind = 'agent')"
"""Of rows of `rating`: those of experts. Agents of a brand are rated too, for the brand's figures only."""


def of_expert() -> TextClause:
    """The same as a condition of a query on `Rating`."""
    return text(OF_EXPERT_SQL)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review with what a person must know to decide it."""

    review: RatingReview
    rating: Rating
    person: str
    brand: str
    question: Question


def find_reviews(
    session: Session, *, brand_id: UUID | None, is_open: bool, number: int = 1
) -> tuple[list[ReviewRow], int]:
    """(page `number` of the reviews, how many there are): open ones by deadline, ended ones newest first."""
    wanted = [(RatingReview.state == ReviewState.OPEN) if is_open else (RatingReview.state != ReviewState.OPEN)]
    if brand_id is not None:
        wanted.append(RatingReview.brand_id == brand_id)
    total = session.scalar(select(func.count()).select_from(RatingReview).where(*wanted)) or 0
    rows = session.execute(
        _rows().where(*wanted)
        .order_by(RatingReview.due_at if is_open else RatingReview.decided_at.desc(), RatingReview.id)
        .limit(PAGE).offset(PAGE * (number - 1))
    )  # fmt: skip
    return [ReviewRow(*row) for row in rows], total


def review_row(session: Session, review: RatingReview) -> ReviewRow:
    """The same for one review that the caller was let through to."""
    return ReviewRow(*session.execute(_rows().where(RatingReview.id == review.id)).one())


def moves_of(session: Session, review_id: UUID) -> Sequence[tuple[RatingReviewMove, str]]:
    """(transition, name of who made it or empty for the system), oldest first."""
    moves = session.scalars(
        select(RatingReviewMove).where(RatingReviewMove.review_id == review_id).order_by(RatingReviewMove.id)
    ).all()
    people = {UUID(move.by) for move in moves if move.by != "system"}
    names = {
        str(key): name for key, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    }
    return [(move, names.get(move.by, "")) for move in moves]


def count_open(session: Session, brand_ids: Iterable[UUID] | None) -> int:
    """How many reviews wait for a decision; `None` for those of all brands."""
    query = select(func.count()).select_from(RatingReview).where(RatingReview.state == ReviewState.OPEN)
    if brand_ids is not None:
        query = query.where(RatingReview.brand_id.in_(list(brand_ids)))
    return session.scalar(query) or 0


def around(session: Session, rating_ids: Iterable[UUID]) -> dict[UUID, tuple[RatingReply | None, RatingReview | None]]:
    """(reply, review) of each rating."""
    keys = list(rating_ids)
    rows = session.execute(
        select(Rating.id, RatingReply, RatingReview)
        .outerjoin(RatingReply, RatingReply.rating_id == Rating.id)
        .outerjoin(RatingReview, RatingReview.rating_id == Rating.id)
        .where(Rating.id.in_(keys))
    )
    return {key: (reply, review) for key, reply, review in rows}


def _rows() -> Select[tuple[RatingReview, Rating, str, str, Question]]:
    return (
        select(RatingReview, Rating, Person.name, Brand.name, Question)
        .join(Rating, Rating.id == RatingReview.rating_id)
        .join(Person, Person.id == RatingReview.person_id)
        .join(Brand, Brand.id == RatingReview.brand_id)
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .join(Question, Question.id == Conversation.question_id)
    )
