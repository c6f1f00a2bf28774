"""The way out: SMTP when it is configured, else a file and a line in the log."""

import smtplib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog

from marketplace.core.settings import Settings
from marketplace.mail.models import Mail
from marketplace.mail.outbox import Letter

log = structlog.get_logger()


def compose(mail: Mail, letter: Letter, *, sender: str) -> EmailMessage:
    """The message as RFC 5322 wants it: plain text first, HTML beside it."""
    name, address = parseaddr(sender)
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["To"] = mail.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = make_msgid(mail.id.hex, domain=address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def send(settings: Settings, mail: Mail, letter: Letter) -> None:
    """Hand over one mail. Raises `OSError` (`smtplib.SMTPException` is one) when the server does not take it."""
    message = compose(mail, letter, sender=settings.mail_from)
    if settings.smtp_url is None:
        _write(settings.var_dir / "mail", mail, message)
    else:
        _speak_smtp(settings.smtp_url.get_secret_value(), message)


def _write(folder: Path, mail: Mail, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_stamp(mail.created_at)}-{mail.template}-{mail.id.hex[-8:]}.eml"
    path.write_bytes(message.as_bytes())
    log.info("mail_written", to=mail.recipient, subject=message["Subject"], file=str(path))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d-%H%M%S")


def _speak_smtp(url: str, message: EmailMessage) -> None:
    """`smtp://user:password@host:port` (STARTTLS when offered) or `smtps://...`."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or (465 if secure else 25), timeout=20) as server:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
