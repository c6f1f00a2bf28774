"""Mail as rows: what is to be said to whom, and whether it left."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Json, Key, Line, Prose, Short, state_column
from marketplace.mail.states import MailState


class Mail(Base):
    """One mail. Its template and values are kept until it is sent; then the rendered text."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_created_at", "created_at"),)

    id: Mapped[Key]
    recipient: Mapped[Line]
    locale: Mapped[Short]
    template: Mapped[Short]
    context: Mapped[Json]
    subject: Mapped[Line] = mapped_column(default="")
    body: Mapped[Prose] = mapped_column(default="")
    state: Mapped[MailState] = mapped_column(state_column(MailState), default=MailState.QUEUED)
    error: Mapped[Prose] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
