"""Devices that may be called, when not to, and the one key pair that every push service knows us by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Key, Line, Prose, Short


class PushKey(Base):
    """The VAPID key pair: made once and never again, for browsers refuse to be called with another."""

    __tablename__ = "push_key"
    __table_args__ = (CheckConstraint("id = 1", name="only"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    private: Mapped[Prose]
    """PEM"""
    public: Mapped[Short]
    """What browsers subscribe with: the uncompressed point, base64url."""
    made_at: Mapped[datetime]


class PushDevice(Base):
    """A browser that agreed to be called; gone as soon as its push service says so."""

    __tablename__ = "push_device"

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    visitor_id: Mapped[UUID | None] = mapped_column(ForeignKey("visitor.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[Prose] = mapped_column(unique=True)
    p256dh: Mapped[Line]
    auth: Mapped[Short]
    name: Mapped[Line] = mapped_column(default="")
    locale: Mapped[Short]
    added_at: Mapped[datetime]
    reached_at: Mapped[datetime | None]
    """When a call last arrived on it, told by its service worker."""


class PushQuiet(Base):
    """When a person is not called, in minutes since midnight of his own time zone; may run over midnight."""

    __tablename__ = "push_quiet"
    __table_args__ = (
        CheckConstraint("starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439 AND starts <> ends", name="minutes"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    starts: Mapped[int]
    ends: Mapped[int]
