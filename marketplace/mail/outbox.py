"""What is to be mailed: one row and one job, in the transaction of the change that asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.errors import NotFound
from marketplace.core.jobs import defer
from marketplace.mail.models import Mail
from marketplace.mail.states import MailState

DELIVER = "mail.deliver"
ATTEMPTS = 6
"""How often delivery is tried before the mail counts as failed; waits double from 15 seconds."""
FIRST_WAIT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is read: subject on one line, plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


Render = Callable[[str, str, Mapping[str, Any]], Letter]
"""(template, locale, context) -> letter."""
Send = Callable[[Mail, Letter], None]
"""Hand the letter to the outside world; raises `OSError` (of which smtplib's errors are) when that fails."""


def post(session: Session, *, to: str, locale: str, template: str, context: Mapping[str, Any], now: datetime) -> Mail:
    """Ask for a mail. `context` must be JSON; `template` names a folder of `templates/email/`."""
    mail = Mail(recipient=to, locale=locale, template=template, context=dict(context), created_at=now)
    session.add(mail)
    session.flush()
    defer(session, DELIVER, mail_id=str(mail.id))
    return mail


def deliver(session: Session, mail_id: UUID, *, attempt: int, render: Render, send: Send, now: datetime) -> Mail:
    """Render and send a queued mail once; a mail that left already is left alone.

    When the outside fails, the next attempt is deferred; after the last one the mail is failed, with the reason kept.
    Raises `NotFound`.
    """
    mail = session.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())
    if mail is None:
        raise NotFound
    if mail.state is not MailState.QUEUED:
        return mail
    letter = render(mail.template, mail.locale, mail.context)
    mail.subject, mail.body = letter.subject, letter.text
    try:
        send(mail, letter)
    except OSError as error:
        mail.error = f"{type(error).__name__}: {error}"
        if attempt >= ATTEMPTS:
            mail.state = MailState.FAILED
        else:
            again = now + FIRST_WAIT * 2 ** (attempt - 1)
            defer(session, DELIVER, schedule_at=again, mail_id=str(mail.id), attempt=attempt + 1)
    else:
        mail.state, mail.sent_at, mail.error = MailState.SENT, now, ""
    session.flush()
    return mail


def send_again(session: Session, mail: Mail) -> None:
    """Try a failed mail anew, from the first attempt."""
    if mail.state is MailState.FAILED:
        mail.state, mail.error = MailState.QUEUED, ""
        defer(session, DELIVER, mail_id=str(mail.id))
        session.flush()
