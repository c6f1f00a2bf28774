"""Mailed links: signed, dated, and good once, because they carry the state that using them changes."""

from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from marketplace.accounts.errors import LinkExpired
from marketplace.core.settings import Settings

CONFIRM_SECONDS = 3 * 86_400
RESET_SECONDS = 3_600
INVITE_SECONDS = 14 * 86_400


def sign(session: Session, purpose: str, content: dict[str, Any]) -> str:
    """A token for `purpose` that only this platform can have made."""
    return _serializer(session, purpose).dumps(content)


def read(session: Session, purpose: str, token: str, *, seconds: int) -> dict[str, Any]:
    """What the token says. Raises `LinkExpired` for a false one, or one older than `seconds`."""
    try:
        content = _serializer(session, purpose).loads(token, max_age=seconds)
    except (SignatureExpired, BadSignature) as error:
        raise LinkExpired from error
    if not isinstance(content, dict):
        raise LinkExpired
    return content


def address(session: Session, path: str) -> str:
    """The full address of a page, for mails."""
    settings: Settings = session.info["settings"]
    return settings.public_url.rstrip("/") + path


def _serializer(session: Session, purpose: str) -> URLSafeTimedSerializer:
    settings: Settings = session.info["settings"]
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt=f"link:{purpose}")
