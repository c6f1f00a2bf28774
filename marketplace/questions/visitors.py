"""Shoppers' visitors: anonymous by a token of their own, or known by an identity that the shop signed.

Tokens are replaced each day. The one before lives on until the new one was used, and an hour more: an answer that
got lost, or another tab, locks nobody out.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.errors import Forbidden, Invalid
from marketplace.questions.models import Visitor

TOKEN_PREFIX = "ctv_"  # noqa: S105 - a mark, not a secret
LONGEST_IDENTITY = timedelta(minutes=10)
ROTATE_AFTER = timedelta(hours=24)
OVERLAP = timedelta(hours=1)
ARRIVES_WITHIN = timedelta(minutes=1)
"""A tab that still shows the old token so soon is another tab, not one that the new token never reached."""
PROVED_FOR = timedelta(minutes=30)
"""How long after the shop's signature the token alone speaks for a signed customer: a page outlives its signature."""
OLD_SECRET_FOR = timedelta(hours=24)
"""How long the secret before the last still signs: the shop needs time to change it everywhere."""


class BadIdentity(Forbidden):
    """The signed identity is expired, for another key, or not signed by the shop."""

    code = "bad_identity"
    message = "The shop could not vouch for you. Reload the page."


class IdentityNeeded(Forbidden):
    """The shop vouches for its customers, and has not (or no longer) vouched for this one."""

    code = "identity_needed"
    message = "Sign in to the shop first, then ask here."


def digest(token: str) -> bytes:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def new_visitor(session: Session, brand: Brand, *, locale: str, now: datetime) -> tuple[Visitor, str]:
    """A new anonymous visitor and its token, which is shown once and kept only as a hash."""
    visitor = Visitor(brand_id=brand.id, locale=locale, created_at=now, seen_at=now)
    token = _renew(visitor, now=now)
    session.add(visitor)
    session.flush()
    return visitor, token


def find_visitor(session: Session, brand: Brand | None, token: str, *, now: datetime) -> Visitor | None:
    """The visitor of a token; none when unknown, replaced, erased, or of another brand.

    Raises `IdentityNeeded` for a signed customer whose signature is too old.
    """
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        return None
    known = digest(token)
    still = or_(Visitor.previous_until.is_(None), Visitor.previous_until > now)
    visitor = session.scalar(
        select(Visitor).where(
            or_(Visitor.digest == known, and_(Visitor.previous_digest == known, still)), Visitor.erased_at.is_(None)
        )
    )
    if visitor is None or (brand is not None and visitor.brand_id != brand.id):
        return None
    if visitor.subject is not None and (visitor.proved_until is None or visitor.proved_until < now):
        raise IdentityNeeded
    return visitor


def rotate(session: Session, visitor: Visitor, token: str, *, now: datetime) -> str | None:
    """A new token when the visitor's has served its day, or when the last new one never arrived; else none."""
    session.refresh(visitor, with_for_update=True)  # two tabs that come at once get one new token, not two
    if digest(token) != visitor.digest:
        on_its_way = visitor.rotated_at is not None and now - visitor.rotated_at < ARRIVES_WITHIN
        return None if visitor.previous_until is not None or on_its_way else _renew(visitor, now=now)
    if visitor.previous_digest is not None and visitor.previous_until is None:
        visitor.previous_until = now + OVERLAP  # the new one has arrived
    if visitor.rotated_at is None or now - visitor.rotated_at >= ROTATE_AFTER:
        return _renew(visitor, now=now)
    return None


def _renew(visitor: Visitor, *, now: datetime) -> str:
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    unheard = visitor.previous_digest is not None and visitor.previous_until is None
    if visitor.digest is not None and not unheard:
        visitor.previous_digest, visitor.previous_until = visitor.digest, None
    visitor.digest, visitor.rotated_at = digest(token), now
    return token


def identify(
    session: Session, brand: Brand, signed: str, *, locale: str, now: datetime, known: Visitor | None = None
) -> tuple[Visitor, str]:
    """The visitor of a signed-in customer and a fresh token.

    `signed` is a JWT: HS256 with the brand's secret, `sub`, `exp` at most 10 minutes ahead, `aud` the widget key.
    `known`, an anonymous visitor who has just signed in, becomes the customer if nobody is yet. Raises `BadIdentity`.
    """
    claims = _claims(brand, signed, now=now)
    subject = str(claims["sub"])[:120]
    visitor = session.scalar(
        select(Visitor).where(Visitor.brand_id == brand.id, Visitor.subject == subject).with_for_update()
    )
    if visitor is None:
        anonymous = known is not None and known.subject is None
        visitor = known if known is not None and anonymous else Visitor(
            brand_id=brand.id, locale=locale, created_at=now, seen_at=now
        )  # fmt: skip
        visitor.subject = subject
        session.add(visitor)
    token = _renew(visitor, now=now)
    visitor.proved_until = now + PROVED_FOR
    visitor.name = str(claims.get("name", visitor.name or ""))[:120]
    if claims.get("email"):
        visitor.email = clean_email(str(claims["email"]))
    session.flush()
    return visitor, token


def _claims(brand: Brand, signed: str, *, now: datetime) -> dict[str, Any]:
    good = [brand.secret]
    if brand.secret_before and brand.secret_changed_at and now - brand.secret_changed_at < OLD_SECRET_FOR:
        good.append(brand.secret_before)
    for secret in good:
        try:
            claims: dict[str, Any] = jwt.decode(
                signed, secret, algorithms=["HS256"], audience=brand.key, options={"require": ["sub", "exp", "aud"]}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            raise BadIdentity from error
        if claims["exp"] > (now + LONGEST_IDENTITY + timedelta(seconds=30)).timestamp():
            raise BadIdentity("The signed identity is valid for too long: at most 10 minutes.")
        return claims
    raise BadIdentity


def clean_email(text: str) -> str:
    """A plausible address, lower case. Raises `Invalid`."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid("This does not look like an e-mail address. Check it and try again.", field="email") from error
