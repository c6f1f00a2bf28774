"""Pictures of a conversation: checked, written anew without metadata, kept in two sizes."""

import io
import unicodedata
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from PIL import Image, ImageOps
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from marketplace.chat.models import Attachment, Conversation, ConversationEvent
from marketplace.core.db import after_commit
from marketplace.core.errors import Invalid, TooMany
from marketplace.core.storage import Storage

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""A phone's camera makes 12 to 48 million; a file that claims more is a trap."""
LONGEST_SIDE = 2_048
"""Pixels of what is kept."""
THUMB_SIDE = 480
MOST_PER_SIDE = 30
"""Pictures that each side may send in one conversation."""
UNUSED_FOR = timedelta(days=1)
"""An upload that no message took up by then is forgotten."""
MEDIA_TYPE = "image/webp"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class NotAPicture(Invalid):
    """The file is none of the formats, is broken, or is too large."""

    code = "not_a_picture"
    message = "This is not a picture that can be shown. Choose a JPEG, PNG, WebP or GIF file."


class PictureTooLarge(Invalid):
    """More bytes or pixels than are read."""

    code = "picture_too_large"
    message = "This picture is too large. Choose one of at most 8 MB."


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture written anew: WebP, upright, nothing of the file that was brought but its look."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def check(content: bytes) -> Checked:
    """Read what was brought and write it anew. Raises `NotAPicture`, `PictureTooLarge`."""
    if len(content) > MOST_BYTES:
        raise PictureTooLarge(field="picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as brought:
                if brought.width * brought.height > MOST_PIXELS:
                    raise PictureTooLarge(field="picture")
                brought.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read no larger than is kept
                upright = ImageOps.exif_transpose(brought).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge(field="picture") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPicture(field="picture") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    full = _webp(plain)
    width, height = plain.size
    plain.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return Checked(full, _webp(plain), width, height)


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def find(session: Session, conversation_id: UUID, client_id: UUID) -> Attachment | None:
    """What the client has already brought under this name."""
    return session.scalar(
        select(Attachment).where(Attachment.conversation_id == conversation_id, Attachment.client_id == client_id)
    )


def keep(
    session: Session, storage: Storage, conversation: Conversation, checked: Checked, *, client_id: UUID,
    by_shopper: bool, file_name: str, now: datetime,
) -> Attachment:  # fmt: skip
    """Keep a picture for a conversation held locked by the caller; a message may then show it.

    The same `client_id` again gives the same picture. Raises `TooMany`.
    """
    known = find(session, conversation.id, client_id)
    if known is not None:
        return known
    count = session.scalar(
        select(func.count()).where(Attachment.conversation_id == conversation.id, Attachment.by_shopper.is_(by_shopper))
    )
    if (count or 0) >= MOST_PER_SIDE:
        raise TooMany("At most %(most)s pictures in one conversation.", most=MOST_PER_SIDE)
    picture = Attachment(
        conversation_id=conversation.id, client_id=client_id, by_shopper=by_shopper, media_type=MEDIA_TYPE,
        stored_as=storage.put(checked.full, suffix=".webp"), thumb_as=storage.put(checked.thumb, suffix=".webp"),
        width=checked.width, height=checked.height, size=len(checked.full), file_name=clean_name(file_name),
        created_at=now,
    )  # fmt: skip
    session.add(picture)
    session.flush()
    return picture


def clean_name(raw: str) -> str:
    """The file's own name as a short description, without folders and what cannot be shown."""
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in name if each.isprintable())[:120].strip()


def forget(session: Session, storage: Storage, picture: Attachment) -> None:
    """Delete a picture; its files go once that is certain."""
    for name in (picture.stored_as, picture.thumb_as):
        after_commit(session, partial(storage.delete, name))
    session.delete(picture)


def forget_unused(session: Session, storage: Storage, *, now: datetime, most: int = 500) -> int:
    """Delete uploads that no message took up; how many."""
    used = exists().where(ConversationEvent.attachment_id == Attachment.id)
    query = select(Attachment).where(Attachment.created_at < now - UNUSED_FOR, ~used)
    unused = session.scalars(query.limit(most).with_for_update(skip_locked=True)).all()
    for picture in unused:
        forget(session, storage, picture)
    return len(unused)
