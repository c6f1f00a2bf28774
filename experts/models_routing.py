"""Routing policies and their versions, rehearsals of changed ones, and the seats of the brand's own agents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from experts.states import RehearsalState
from marketplace.core.db import Base, Json, Key, Line, Short, state_column


class RoutingVersion(Base):
    """One version of a brand's routing policy. Never changed; the greatest number is the present one."""

    __tablename__ = "routing_version"
    __table_args__ = (UniqueConstraint("brand_id", "number"), CheckConstraint("number > 0", name="number"))

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    number: Mapped[int]
    settings: Mapped[Json]
    """Every setting by its flat name (`experts.policy.RoutingPolicy.as_json`)."""
    reason: Mapped[Line] = mapped_column(default="")
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    copied_from: Mapped[int | None]
    """The number of the earlier version that was used again."""
    created_at: Mapped[datetime]


class AgentSeat(Base):
    """A member of a brand's team who takes its questions himself; his desk is the row of `expert` with his key."""

    __tablename__ = "agent_seat"

    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[datetime]


class Rehearsal(Base):
    """A past period played again under a changed policy and under the present one, by a job."""

    __tablename__ = "rehearsal"
    __table_args__ = (
        Index("ix_rehearsal_brand", "brand_id", "created_at"),
        CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("since < until", name="period"),
        CheckConstraint("done BETWEEN 0 AND total", name="progress"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    state: Mapped[RehearsalState] = mapped_column(state_column(RehearsalState), default=RehearsalState.QUEUED)
    settings: Mapped[Json]
    """The changed policy, flat."""
    present: Mapped[Json]
    """The policy that it is compared with, flat, as it was when the rehearsal began."""
    since: Mapped[datetime]
    until: Mapped[datetime]
    total: Mapped[int] = mapped_column(default=0)
    """Questions to be played, twice."""
    done: Mapped[int] = mapped_column(default=0)
    result: Mapped[Json] = mapped_column(default=dict)
    """{before, after}: what `experts.rehearsal_result.summary` says of each run."""
    failed_because: Mapped[Short] = mapped_column(default="")
    adopted_as: Mapped[int | None]
    """The number of the version that was made of it."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
