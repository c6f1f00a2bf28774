"""The signature of a shop's server: `t=SECONDS,v1=HEX` with v1 = HMAC-SHA256(secret, t + "." + body)."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from marketplace.core.errors import Forbidden

TOLERANCE = timedelta(minutes=5)
"""How far the shop's clock may be from ours, and how long a call may be repeated as it is."""


class BadSignature(Forbidden):
    """The call is not signed with the brand's secret, or too long ago."""

    code = "bad_signature"
    message = "The signature is not good: sign the raw body with the brand’s secret, and send it within five minutes."


def sign(secret: str, body: bytes, *, now: datetime) -> str:
    """The header's value for this body."""
    at = str(int(now.timestamp()))
    return f"t={at},v1={_mac(secret, at, body)}"


def verify(secret: str, header: str, body: bytes, *, now: datetime) -> None:
    """Raises `BadSignature`. Several `v1=` may stand in the header: one good one is enough."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    at = next((value for name, _, value in pairs if name == "t"), "")
    if not (at.isascii() and at.isdecimal()) or len(at) > 12:
        raise BadSignature
    if abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        raise BadSignature
    wanted = _mac(secret, at, body).encode()
    given = [value.encode() for name, _, value in pairs if name == "v1"]
    if not any(hmac.compare_digest(wanted, each) for each in given):
        raise BadSignature


def _mac(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, sha256).hexdigest()
