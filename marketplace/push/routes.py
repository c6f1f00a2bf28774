"""Where browsers subscribe to be called, and tell that a call arrived."""

from typing import Annotated
from uuid import UUID

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature
from pydantic import BaseModel, Field, ValidationError

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, csrf, transaction
from marketplace.push import devices
from marketplace.push.gateway_jobs import signer
from marketplace.push.keys import key_pair

door = Door("push", __name__, audience=Audience.SIGNED_IN, url_prefix="/push")
word = Door("push_word", __name__, audience=Audience.PUBLIC, url_prefix="/push/reached")
csrf.exempt(word)  # no cookie opens this door: the signed word in the call does
GOOD_FOR = 600
"""Seconds for which the word of a call proves that it arrived."""

Text = Annotated[str, Field(max_length=2_000)]


class Keys(BaseModel):
    """What calls to a browser are encrypted with."""

    p256dh: Text
    auth: Text


class SubscriptionIn(BaseModel):
    """`PushSubscription.toJSON()` of the browser."""

    endpoint: Text
    keys: Keys


@door.get("/key")
def key() -> ResponseReturnValue:
    """What browsers subscribe with."""
    with transaction() as session:
        return jsonify(key=key_pair(session, now=utcnow()).public)


@door.post("/devices")
def subscribe() -> ResponseReturnValue:
    """This browser may be called from now on."""
    try:
        given = SubscriptionIn.model_validate(request.get_json(silent=True) or {})
    except ValidationError:
        raise Invalid from None
    with transaction() as session:
        devices.subscribe(
            session, person_id=actor().person_id, endpoint=given.endpoint, p256dh=given.keys.p256dh,
            auth=given.keys.auth, name=request.user_agent.string, locale=locale_code(), now=utcnow(),
        )  # fmt: skip
    return "", 204


@word.post("")
def reached() -> ResponseReturnValue:
    """A service worker says that a call arrived."""
    try:
        device_id = UUID(signer(current_app).loads(request.get_data(as_text=True)[:500], max_age=GOOD_FOR))
    except (BadSignature, ValueError):
        raise Invalid from None
    with transaction() as session:
        devices.reached(session, device_id, now=utcnow())
    return "", 204
