"""The provider's door: raw bytes verified, one row per event, an answer at once."""

from flask import request
from flask.typing import ResponseReturnValue

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, csrf, problem, transaction
from payouts import hooks
from payouts.gateway import NotOurs
from payouts.provider import gateway

door = Door("hooks", __name__, audience=Audience.WEBHOOK, url_prefix="/hooks")
csrf.exempt(door)
MOST_BYTES = 512 * 1024


@door.post("/stripe")
def snapshot() -> ResponseReturnValue:
    """Events that carry a copy of the object."""
    return _receive(thin=False)


@door.post("/stripe/thin")
def thin() -> ResponseReturnValue:
    """Events that name the object only."""
    return _receive(thin=True)


def _receive(*, thin: bool) -> ResponseReturnValue:
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        return problem(413, "too_large", "This is too large.")
    try:
        notice = gateway().read_notice(body, request.headers.get("Stripe-Signature", ""), thin=thin)
    except NotOurs:
        return problem(400, "not_ours", "The signature is not good.")
    with transaction() as session:
        if not hooks.is_ours(session, notice):
            return problem(400, "not_ours", "This account is none of ours.")
        hooks.keep(session, notice, body, now=utcnow())
    return "", 200
