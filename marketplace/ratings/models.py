"""Ratings: one per segment, each click saved; the expert's reply; the review of one that looks wrong."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Json, Key, Prose, Short, state_column
from marketplace.ratings.states import ReviewRule, ReviewState


class Rating(Base):
    """What the shopper says of one person's part. `counts` is false for misrouted, abusive or forced closings,
    and for what a review set aside."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("nps BETWEEN 0 AND 10", name="nps"),
        Index("ix_rating_person", "person_id", "category_id", "rated_at"),
    )

    id: Mapped[Key]
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    stars: Mapped[int]
    solved: Mapped[bool | None]
    nps: Mapped[int | None]
    comment: Mapped[Prose] = mapped_column(default="")
    counts: Mapped[bool] = mapped_column(default=True)
    ignored_because: Mapped[Short | None]
    rated_at: Mapped[datetime]


class RatingReply(Base):
    """The right of reply: one for each rating, by who was rated."""

    __tablename__ = "rating_reply"

    rating_id: Mapped[UUID] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[Prose]
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class RatingReview(Base):
    """A rating that a person looks at again: opened by a rule or asked for by the expert, decided with a reason."""

    __tablename__ = "rating_review"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state IN ('open', 'dropped') OR reason <> ''", name="reasoned"),
        Index("ix_rating_review_brand", "brand_id", "state", "due_at"),
        Index("ix_rating_review_due", "due_at", postgresql_where="state = 'open'"),
    )

    id: Mapped[Key]
    rating_id: Mapped[UUID] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), unique=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    """Who was rated."""
    rule: Mapped[ReviewRule] = mapped_column(state_column(ReviewRule))
    facts: Mapped[Json] = mapped_column(default=dict)
    """What the rule saw: {mean, deviation, ratings, distance, signals} or {abusive}."""
    words: Mapped[Prose] = mapped_column(default="")
    """The expert's own words; not empty when he asked."""
    state: Mapped[ReviewState] = mapped_column(state_column(ReviewState), default=ReviewState.OPEN)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it is decided by itself: for the expert who asked, else the rating stays."""
    decided_at: Mapped[datetime | None]
    reason: Mapped[Prose] = mapped_column(default="")


class RatingReviewMove(Base):
    """One transition of a review: who, when, why."""

    __tablename__ = "rating_review_move"

    id: Mapped[Key]
    review_id: Mapped[UUID] = mapped_column(ForeignKey("rating_review.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[Short]
    from_state: Mapped[Short]
    to_state: Mapped[Short]
    by: Mapped[Short]
    """“system” or a person's id"""
    reason: Mapped[Prose] = mapped_column(default="")
