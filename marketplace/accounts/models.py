"""People and how they prove who they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Key, Line, Short


class Person(Base):
    """Somebody with an account. One person may be an expert, belong to several brands, and operate."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("uq_person_email", "email", unique=True),
    )

    id: Mapped[Key]
    email: Mapped[Line]
    name: Mapped[Short]
    password_hash: Mapped[Line]
    locale: Mapped[Short] = mapped_column(default="en")
    time_zone: Mapped[Short] = mapped_column(default="Europe/Paris")
    theme: Mapped[Short] = mapped_column(default="")
    avatar: Mapped[Short | None]
    """Name of the picture in storage, or none: initials are shown."""
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    email_confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SignIn(Base):
    """One signed-in browser: a row, so that it can be revoked."""

    __tablename__ = "sign_in"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    device: Mapped[Line]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AccessToken(Base):
    """A token for a program: of a person (sockets) or of a brand (server API). Only its hash is kept."""

    __tablename__ = "access_token"
    __table_args__ = (CheckConstraint("num_nonnulls(person_id, brand_id) = 1", name="one_owner"),)

    id: Mapped[Key]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    brand_id: Mapped[UUID | None] = mapped_column(index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    label: Mapped[Short]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
