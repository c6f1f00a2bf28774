"""Experts, their hours and enrolments, the pool of the free ones, offers and the decisions behind them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from experts.states import EnrolmentState, OfferState
from marketplace.core.db import Base, Currency, Json, JsonList, Key, Line, Minor, Prose, Short, state_column


class Expert(Base):
    """An enthusiast who answers. The key is the person's. Counters are kept, never counted on the hot path."""

    __tablename__ = "expert"
    __table_args__ = (
        CheckConstraint("capacity BETWEEN 1 AND 10", name="capacity"),
        CheckConstraint("live >= 0", name="live"),
        Index("ix_expert_lease", "lease_until", postgresql_where="lease_until IS NOT NULL"),
        Index("ix_expert_duty", "duty_due_at", postgresql_where="duty_due_at IS NOT NULL"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    public_name: Mapped[Short]
    headline_en: Mapped[Short] = mapped_column(default="")
    headline_fr: Mapped[Short] = mapped_column(default="")
    bio: Mapped[Prose] = mapped_column(default="")
    country: Mapped[Short] = mapped_column(default="FR")
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(2)))
    capacity: Mapped[int] = mapped_column(default=1)
    """Most conversations at the same time, over all brands."""
    live: Mapped[int] = mapped_column(default=0)
    """Live segments now; raised and lowered by conditional updates."""
    switched_on: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None]
    """Presence: renewed by heartbeats while a workbench is open."""
    on_duty_until: Mapped[datetime | None]
    """End of the present hours of work, or none when off hours; recomputed when it passes."""
    duty_due_at: Mapped[datetime | None]
    """When the hours of work must be looked at again."""
    ignored: Mapped[int] = mapped_column(default=0)
    """Offers in a row that went unanswered."""
    paused_because: Mapped[Short | None]
    """Set when two offers were ignored; one click takes it away."""
    offered: Mapped[float] = mapped_column(default=0.0)
    accepted: Mapped[float] = mapped_column(default=0.0)
    """Decayed counts, half-life 14 days, withdrawn offers not counted."""
    counted_at: Mapped[datetime | None]
    answer_delay: Mapped[float] = mapped_column(default=12.0)
    """Exponential mean of seconds between an offer and its acceptance."""
    idle_since: Mapped[datetime | None]
    joined_at: Mapped[datetime]
    is_enthusiast: Mapped[bool] = mapped_column(default=True)
    """False for a desk that only serves an agent of a brand's team (`experts.agents`)."""


class WeeklyHours(Base):
    """Hours of work on one weekday (0 is Monday), minutes since midnight in the person's time zone."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= starts AND starts < ends AND ends <= 1440", name="minutes"),
        Index("ix_weekly_hours_person", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"))
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]


class HoursException(Base):
    """A dated exception: closed all day (no minutes), or other hours on that day."""

    __tablename__ = "hours_exception"
    __table_args__ = (UniqueConstraint("person_id", "on_date", "starts"),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"))
    on_date: Mapped[date]
    starts: Mapped[int | None]
    ends: Mapped[int | None]


class Enrolment(Base):
    """An expert on a mission, from the application on."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("mission_id", "person_id"),
        Index("ix_enrolment_person", "person_id"),
        CheckConstraint("(state = 'applied') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[Key]
    mission_id: Mapped[UUID] = mapped_column(ForeignKey("mission.id", ondelete="CASCADE"))
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"))
    state: Mapped[EnrolmentState] = mapped_column(state_column(EnrolmentState), default=EnrolmentState.APPLIED)
    motivation: Mapped[Prose] = mapped_column(default="")
    answer: Mapped[Prose] = mapped_column(default="")
    """The brand's words with its decision."""
    applied_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class EnrolmentCategory(Base):
    """A category that the expert asked to answer in, with all below it; certified once the brand accepted."""

    __tablename__ = "enrolment_category"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    certified_at: Mapped[datetime | None]


class EnrolmentMove(Base):
    """One transition of an enrolment: who, when, why."""

    __tablename__ = "enrolment_move"

    id: Mapped[Key]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[Short]
    from_state: Mapped[Short]
    to_state: Mapped[Short]
    by: Mapped[Short]
    reason: Mapped[Prose] = mapped_column(default="")


class PoolRow(Base):
    """One row per (category, language, free expert): the candidates of a decision, read by index.

    `base` is the slow part of the score; the best by it are read and scored in full. Rows exist only while the expert
    is enrolled, certified, switched on, inside hours, present and under capacity.
    """

    __tablename__ = "expert_pool"
    __table_args__ = (Index("ix_expert_pool_best", "category_id", "language", "base"),)

    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("expert.person_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    enrolment_id: Mapped[UUID]
    mission_id: Mapped[UUID]
    base: Mapped[float]


class Decision(Base):
    """What one decision saw: candidates with the parts of their score, the excluded, the rules' version."""

    __tablename__ = "decision"

    id: Mapped[Key]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    rules_version: Mapped[Short]
    rule: Mapped[Short]
    """“score”, “random_even” (the 5 % live baseline), or “agents” (the brand's own, the least busy first)."""
    weights: Mapped[Json]
    candidates: Mapped[JsonList]
    """[{person_id, rank, total, acceptance, speed, quality, fairness, idle}], best first"""
    excluded: Mapped[Json] = mapped_column(default=dict)
    """{rule: [person_id, ...]} of the brand's experts, filled in a moment later by a job"""
    chosen_id: Mapped[UUID | None] = mapped_column(ForeignKey("expert.person_id"))
    widened: Mapped[bool] = mapped_column(default=False)
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("routing_version.id", ondelete="SET NULL"))
    """The version of the brand's routing policy; none for the defaults."""


class Offer(Base):
    """A question proposed to one expert, with a deadline. `terms` is the frozen copy of what it pays."""

    __tablename__ = "offer"
    __table_args__ = (
        Index("uq_offer_open", "question_id", "person_id", unique=True, postgresql_where="state = 'made'"),
        Index("uq_offer_won", "question_id", unique=True, postgresql_where="state = 'accepted'"),
        Index("uq_offer_one_live", "person_id", unique=True, postgresql_where="state = 'made' AND live"),
        Index("ix_offer_due", "expires_at", postgresql_where="state = 'made'"),
        Index("ix_offer_person", "person_id", "made_at"),
        Index("ix_offer_question", "question_id"),
        CheckConstraint("(state = 'made') = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[Key]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"))
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    """None for an offer to an agent of the brand."""
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id", ondelete="SET NULL"))
    state: Mapped[OfferState] = mapped_column(state_column(OfferState), default=OfferState.MADE)
    rank: Mapped[int] = mapped_column(default=1)
    live: Mapped[bool] = mapped_column(default=True)
    """Whether the shopper is watching; an expert has at most one live offer open."""
    terms: Mapped[Json]
    pays_minor: Mapped[Minor]
    """What the expert would earn net of commission for a qualified conversation."""
    currency: Mapped[Currency]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reason: Mapped[Line] = mapped_column(default="")
    """Why declined, or why withdrawn (taken by a colleague, the shopper left)."""


class EarnedDay(Base):
    """What an expert earned on one UTC day, net of commission: the base of fairness per online hour."""

    __tablename__ = "earned_day"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    minor: Mapped[Minor] = mapped_column(default=0)


class Reputation(Base):
    """What ratings add up to, per expert and category (all zero uuid for over all). Kept by rating events."""

    __tablename__ = "reputation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    rated: Mapped[float] = mapped_column(default=0.0)
    good: Mapped[float] = mapped_column(default=0.0)
    """Ratings of 4 or 5 stars."""
    stars: Mapped[float] = mapped_column(default=0.0)
    """Sum of stars. All three are faded by age as of `updated_at`."""
    count: Mapped[int] = mapped_column(default=0)
    """Ratings in whole numbers, for thresholds."""
    updated_at: Mapped[datetime]


class OnlineSpan(Base):
    """A stretch of time in which the expert could be offered questions; the base of fairness per online hour."""

    __tablename__ = "online_span"
    __table_args__ = (
        Index("uq_online_span_open", "person_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_online_span_person", "person_id", "started_at"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("expert.person_id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
