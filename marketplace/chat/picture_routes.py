"""Pictures of conversations: read by whoever may read the conversation, brought by those who answer."""

from uuid import UUID

from flask import Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from marketplace.chat.access import access_picture
from marketplace.chat.models import Attachment
from marketplace.chat.picture_verbs import PictureVerbs
from marketplace.chat.pictures import MOST_BYTES
from marketplace.core.actors import STRANGER, Actor, Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.web import Door, actor, platform, transaction
from marketplace.questions.visitors import find_visitor


def visitor_by_token() -> Actor:
    """The shopper of the request's `Authorization: Bearer TOKEN`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return STRANGER
    with transaction() as session:
        visitor = find_visitor(session, None, token.strip(), now=utcnow())
        if visitor is None:
            return STRANGER
        g.locale = visitor.locale
        return Actor(visitor_id=visitor.id, brand_id=visitor.brand_id)


def _reader() -> Actor:
    if "Authorization" in request.headers:
        return visitor_by_token()
    found: Actor | None = getattr(current_user, "actor", None)
    return found or STRANGER


door = Door("chat_pictures", __name__, audience=Audience.PUBLIC, url_prefix="/pictures", identify=_reader)


@door.get("/<uuid:attachment_id>")
def full(attachment_id: UUID) -> ResponseReturnValue:
    """The picture."""
    with transaction() as session:
        return picture_response(access_picture(session, actor(), attachment_id), thumb=False)


@door.get("/<uuid:attachment_id>/thumb")
def thumb(attachment_id: UUID) -> ResponseReturnValue:
    """The same, small."""
    with transaction() as session:
        return picture_response(access_picture(session, actor(), attachment_id), thumb=True)


@door.post("")
def bring() -> ResponseReturnValue:
    """A picture of the person who serves the conversation."""
    return bring_picture()


def bring_picture() -> ResponseReturnValue:
    """Keep the form's `picture` for `conversation_id` under `client_id`."""
    try:
        conversation_id, client_id = UUID(request.form["conversation_id"]), UUID(request.form["client_id"])
    except (KeyError, ValueError) as error:
        raise Invalid("Name the conversation and the picture by their UUIDs.") from error
    file = request.files.get("picture")
    if file is None:
        raise Invalid("Choose a picture first.", field="picture")
    verbs: PictureVerbs = current_app.extensions["picture_verbs"]
    kept = verbs.keep(
        actor(), conversation_id, client_id=client_id, file_name=file.filename or "", content=read_file(file)
    )
    return jsonify(picture=kept), 201


def read_file(file: FileStorage) -> bytes:
    """What was brought, one byte more than is allowed at most: enough to refuse it."""
    content: bytes = file.read(MOST_BYTES + 1)
    return content


def picture_response(picture: Attachment, *, thumb: bool) -> Response:
    """The bytes, under headers that let them be nothing but a picture."""
    content = platform().storage.get(picture.thumb_as if thumb else picture.stored_as)
    response = Response(content, mimetype=picture.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = 'inline; filename="picture.webp"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
