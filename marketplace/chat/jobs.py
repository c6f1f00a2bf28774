"""Jobs of conversations."""

from uuid import UUID

from marketplace.chat import pictures
from marketplace.chat.later import mail_answer
from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import Platform


def send_answer(parts: Platform, *, conversation_id: str) -> None:
    """Mail an unread answer."""
    with parts.database.unit_of_work() as session:
        mail_answer(session, UUID(conversation_id), settings=parts.settings, now=utcnow())


def forget_unused_pictures(parts: Platform, *, timestamp: int) -> None:  # noqa: ARG001 - periodic jobs are told the time
    """Delete uploads that no message took up."""
    with parts.database.unit_of_work() as session:
        pictures.forget_unused(session, parts.storage, now=utcnow())


TASKS = (
    Task("chat.mail_answer", send_answer),
    Task("chat.forget_unused_pictures", forget_unused_pictures, cron="37 3 * * *"),
)
