"""Jobs of conversations."""

from uuid import UUID

from marketplace.chat import pictures
from marketplace.chat.later import mail_answer
from marketplace.chat.snoozing import wake_due
from marketplace.chat.transfers import lapse
from marketplace.chat.unattended import hand_on, unattended
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


def end_transfer(parts: Platform, *, transfer_id: str) -> None:
    """Nobody took a transfer in time."""
    parts.database.run(lambda session: lapse(session, UUID(transfer_id), now=utcnow()))


def wake(parts: Platform, *, conversation_id: str) -> None:
    """A conversation that was put off comes back."""
    parts.database.run(lambda session: wake_due(session, UUID(conversation_id), now=utcnow()))


def hand_on_unattended(parts: Platform, *, timestamp: int) -> None:  # noqa: ARG001 - periodic jobs are told the time
    """Shoppers who have waited for a day get somebody else; each conversation in a transaction of its own."""
    with parts.database.unit_of_work() as session:
        waiting = unattended(session, now=utcnow())
    for conversation_id in waiting:
        parts.database.run(lambda session, key=conversation_id: hand_on(session, key, now=utcnow()))  # type: ignore[misc]


TASKS = (
    Task("chat.hand_on_unattended", hand_on_unattended, cron="*/10 * * * *"),
    Task("chat.mail_answer", send_answer),
    Task("chat.forget_unused_pictures", forget_unused_pictures, cron="37 3 * * *"),
    Task("chat.transfer_due", end_transfer),
    Task("chat.wake", wake),
)
