"""Mail leaves once, is tried again, and says at the end when it could not."""

from collections.abc import Mapping
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.core.errors import NotFound
from marketplace.core.settings import Settings
from marketplace.mail import outbox, transport
from marketplace.mail.models import Mail
from marketplace.mail.outbox import Letter
from marketplace.mail.rendering import render
from marketplace.mail.states import MailState
from tests.factories.accounts import NOW
from tests.support import JobRunner

LETTER = Letter("Subject", "Text\n", "<p>Text</p>")


def plain(_template: str, _locale: str, _context: Mapping[str, Any]) -> Letter:
    return LETTER


def accepted(_mail: Mail, _letter: Letter) -> None:
    """The outside takes it."""


def refused(_mail: Mail, _letter: Letter) -> None:
    raise ConnectionRefusedError("nobody listens")


def ask(session: Session, locale: str = "en") -> Mail:
    context = {"name": "Léa", "link": "https://comptoir.example/confirm/x?a=1&b=2"}
    return outbox.post(
        session, to="lea@people.example", locale=locale, template="confirm_email", context=context, now=NOW
    )


def test_a_mail_leaves_once(session: Session) -> None:
    mail = ask(session)
    sent: list[str] = []
    for _ in range(2):
        outbox.deliver(
            session, mail.id, attempt=1, render=plain, send=lambda _mail, letter: sent.append(letter.subject), now=NOW
        )
    assert sent == ["Subject"]
    assert (mail.state, mail.sent_at, mail.body) == (MailState.SENT, NOW, "Text\n")


def test_a_mail_that_could_not_leave_is_tried_again_later(session: Session, jobs: JobRunner) -> None:
    mail = ask(session)
    before = len(jobs.waiting())
    outbox.deliver(session, mail.id, attempt=1, render=plain, send=refused, now=NOW)
    assert mail.state is MailState.QUEUED
    assert "nobody listens" in mail.error
    assert jobs.waiting()[before:][0][2] == {"mail_id": str(mail.id), "attempt": 2}
    outbox.deliver(session, mail.id, attempt=2, render=plain, send=accepted, now=NOW + timedelta(minutes=1))
    assert (mail.state, mail.error) == (MailState.SENT, "")


def test_after_the_last_attempt_a_mail_is_failed_until_somebody_sends_it_again(
    session: Session, jobs: JobRunner
) -> None:
    mail = ask(session)
    waiting = len(jobs.waiting())
    outbox.deliver(session, mail.id, attempt=outbox.ATTEMPTS, render=plain, send=refused, now=NOW)
    assert mail.state == "failed"
    assert len(jobs.waiting()) == waiting
    outbox.send_again(session, mail)
    assert mail.state == "queued"
    assert len(jobs.waiting()) == waiting + 1
    outbox.send_again(session, mail)
    assert len(jobs.waiting()) == waiting + 1


def test_an_unknown_mail_is_not_delivered(session: Session) -> None:
    mail = ask(session)
    session.delete(mail)
    session.flush()
    with pytest.raises(NotFound):
        outbox.deliver(session, mail.id, attempt=1, render=plain, send=accepted, now=NOW)


@pytest.mark.parametrize("named", ["confirm_email", "reset_password", "already_registered"])
@pytest.mark.parametrize("locale", ["en", "fr", "xx"])
def test_every_mail_is_written_in_text_and_html(app: Flask, named: str, locale: str) -> None:
    letter = render(app, named, locale, {"name": "Léa <b>", "link": "https://comptoir.example/x?a=1&b=2"})
    assert letter.subject
    assert "\n" not in letter.subject
    assert "Léa <b>" in letter.text
    assert "https://comptoir.example/x?a=1&b=2" in letter.text
    assert "Léa &lt;b&gt;" in letter.html
    assert "<b>" not in letter.html
    assert f'lang="{"fr" if locale == "fr" else "en"}"' in letter.html


def test_without_smtp_a_mail_becomes_a_file(session: Session, app: Flask, tmp_path: Path) -> None:
    mail = ask(session)
    settings = Settings(_env_file=None, environment="test", secret_key="x" * 40, var_dir=tmp_path, smtp_url=None)
    transport.send(settings, mail, render(app, mail.template, mail.locale, mail.context))
    file = next((tmp_path / "mail").glob("*.eml"))
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert (message["To"], message["From"].addresses[0].domain) == ("lea@people.example", "comptoir.example")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_without_smtp_server_listening_delivery_fails_with_an_os_error(session: Session) -> None:
    mail = ask(session)
    settings = Settings(_env_file=None, environment="test", secret_key="x" * 40, smtp_url="smtp://127.0.0.1:1")
    with pytest.raises(OSError, match="refused"):
        transport.send(settings, mail, LETTER)
