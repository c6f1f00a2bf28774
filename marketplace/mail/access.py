"""The door to mail: operators only."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.mail.models import Mail


def access_mail(session: Session, actor: Actor, mail_id: UUID, *, lock: bool = False) -> Mail:
    """The mail, for an operator. Raises `NotFound` for everybody else."""
    mail = session.get(Mail, mail_id, with_for_update=lock) if actor.is_operator else None
    if mail is None:
        raise NotFound
    return mail
