"""Portraits: a picture in storage, or initials drawn by the page."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.storage import Storage

MOST_BYTES = 2_000_000
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}


def avatar_url(name: str | None) -> str:
    """The address of the portrait; empty when there is none."""
    return f"/avatars/{name}" if name else ""


def read_avatar(session: Session, storage: Storage, name: str) -> tuple[bytes, str]:
    """(content, media type) of a file that is somebody's portrait. Raises `NotFound` for any other file."""
    suffix = name.rpartition(".")[2]
    if suffix not in TYPES or not session.scalar(select(exists().where(Person.avatar == name))):
        raise NotFound
    return storage.get(name), TYPES[suffix]


def set_avatar(session: Session, storage: Storage, person: Person, content: bytes) -> None:
    """Keep a PNG, JPEG or WebP picture, recognised by its first bytes. Raises `Invalid`."""
    kind = _kind(content)
    if kind is None or len(content) > MOST_BYTES:
        raise Invalid("Choose a PNG, JPEG or WebP picture of at most 2 MB.", field="picture")
    person.avatar = storage.put(content, suffix=f".{kind}")
    session.flush()


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
