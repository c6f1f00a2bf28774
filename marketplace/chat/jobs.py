"""Jobs of conversations."""

from uuid import UUID

from marketplace.chat.later import mail_answer
from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import Platform


def send_answer(parts: Platform, *, conversation_id: str) -> None:
    """Mail an unread answer."""
    with parts.database.unit_of_work() as session:
        mail_answer(session, UUID(conversation_id), settings=parts.settings, now=utcnow())


TASKS = (Task("chat.mail_answer", send_answer),)
