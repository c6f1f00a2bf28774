"""Shoppers' visitors: anonymous by a token of their own, or known by an identity that the shop signed."""

import hashlib
import secrets
from datetime import datetime, timedelta

import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.errors import Forbidden, Invalid
from marketplace.questions.models import Visitor

TOKEN_PREFIX = "ctv_"  # noqa: S105 - a mark, not a secret
LONGEST_IDENTITY = timedelta(minutes=10)


class BadIdentity(Forbidden):
    """The signed identity is expired, for another key, or not signed by the shop."""

    code = "bad_identity"
    message = "The shop could not vouch for you. Reload the page."


def digest(token: str) -> bytes:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def new_visitor(session: Session, brand: Brand, *, locale: str, now: datetime) -> tuple[Visitor, str]:
    """A new anonymous visitor and its token, which is shown once and kept only as a hash."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    visitor = Visitor(brand_id=brand.id, digest=digest(token), locale=locale, created_at=now, seen_at=now)
    session.add(visitor)
    session.flush()
    return visitor, token


def find_visitor(session: Session, brand: Brand | None, token: str) -> Visitor | None:
    """The visitor of a token; none when unknown, erased, or of another brand."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        return None
    visitor = session.scalar(select(Visitor).where(Visitor.digest == digest(token), Visitor.erased_at.is_(None)))
    if visitor is None or (brand is not None and visitor.brand_id != brand.id):
        return None
    return visitor


def identify(session: Session, brand: Brand, signed: str, *, locale: str, now: datetime) -> tuple[Visitor, str]:
    """The visitor of a signed-in customer and a fresh token (the old one stops working: rotation).

    `signed` is a JWT: HS256 with the brand's secret, `sub`, `exp` at most 10 minutes ahead, `aud` the widget key.
    Raises `BadIdentity`.
    """
    try:
        claims = jwt.decode(
            signed, brand.secret, algorithms=["HS256"], audience=brand.key,
            options={"require": ["sub", "exp", "aud"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise BadIdentity from error
    if claims["exp"] > (now + LONGEST_IDENTITY + timedelta(seconds=30)).timestamp():
        raise BadIdentity("The signed identity is valid for too long: at most 10 minutes.")
    subject = str(claims["sub"])[:120]
    visitor = session.scalar(select(Visitor).where(Visitor.brand_id == brand.id, Visitor.subject == subject))
    if visitor is None:
        visitor = Visitor(brand_id=brand.id, subject=subject, locale=locale, created_at=now, seen_at=now)
        session.add(visitor)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    visitor.digest = digest(token)
    visitor.name = str(claims.get("name", visitor.name or ""))[:120]
    if claims.get("email"):
        visitor.email = clean_email(str(claims["email"]))
    session.flush()
    return visitor, token


def clean_email(text: str) -> str:
    """A plausible address, lower case. Raises `Invalid`."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid("This does not look like an e-mail address. Check it and try again.", field="email") from error
