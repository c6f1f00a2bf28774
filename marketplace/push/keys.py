"""The VAPID key pair: made at its first use, kept in the database, the same for all processes and for ever."""

from base64 import urlsafe_b64encode
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.push.models import PushKey


def key_pair(session: Session, *, now: datetime) -> PushKey:
    """The one key pair; whoever asks first makes it, whoever asks at the same moment gets the same."""
    known = session.get(PushKey, 1)
    if known is not None:
        return known
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    point = private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    public = urlsafe_b64encode(point).rstrip(b"=").decode()
    session.execute(insert(PushKey).values(id=1, private=pem, public=public, made_at=now).on_conflict_do_nothing())
    return session.get_one(PushKey, 1)
