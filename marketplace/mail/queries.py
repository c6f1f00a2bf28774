"""Reads of mail that outgrow a line."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.mail.models import Mail
from marketplace.mail.states import MailState


def find_mail(
    session: Session, *, search: str = "", state: MailState | None = None, before: UUID | None = None, limit: int = 50
) -> Sequence[Mail]:
    """Newest first; `search` looks at recipient and subject; `before` is the last key of the page before."""
    wanted = select(Mail).order_by(Mail.id.desc()).limit(limit)
    if search:
        wanted = wanted.where(
            or_(Mail.recipient.icontains(search, autoescape=True), Mail.subject.icontains(search, autoescape=True))
        )
    if state is not None:
        wanted = wanted.where(Mail.state == state)
    if before is not None:
        wanted = wanted.where(Mail.id < before)
    return session.scalars(wanted).all()


def count_failed(session: Session) -> int:
    """How many mails never left."""
    return session.scalar(select(func.count()).select_from(Mail).where(Mail.state == MailState.FAILED)) or 0
