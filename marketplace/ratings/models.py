"""Ratings: one per segment, each click saved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Key, Prose, Short


class Rating(Base):
    """What the shopper says of one person's part. `counts` is false for misrouted, abusive or forced closings."""

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
