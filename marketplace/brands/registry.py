"""Brands, the sites that may carry their widget, and how the two are recognised."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.errors import NotAnOrigin, SiteKnown, SlugTaken
from marketplace.brands.models import Brand, Member, Site
from marketplace.brands.states import Role
from marketplace.core.errors import Invalid
from marketplace.core.locales import LOCALES

ACCENT = "#0b4a5b"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SEEN_EVERY = timedelta(minutes=1)


def slug_of(text: str) -> str:
    """ASCII words joined by hyphens, at most 60 characters: “Café & Co” -> “cafe-co”."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def create_brand(
    session: Session, *, name: str, owner: Person, locale: str, currency: str, now: datetime,
    slug: str | None = None, help_url: str = "", help_email: str = "", accent: str = ACCENT,
) -> Brand:  # fmt: skip
    """A brand with its owner. Without `slug`, one is made of the name. Raises `SlugTaken`, `Invalid`."""
    name = _name(name)
    if slug is None:
        slug = _free_slug(session, slug_of(name) or "brand")
    elif session.scalar(select(exists().where(Brand.slug == slug))):
        raise SlugTaken(field="slug")
    brand = Brand(
        slug=slug, name=name, key="pk_" + secrets.token_hex(10), secret=secrets.token_urlsafe(32),
        accent=_accent(accent), locale=locale if locale in LOCALES else "en", currency=currency,
        time_zone=owner.time_zone, help_url=_help_url(help_url), help_email=help_email.strip(), created_at=now,
    )  # fmt: skip
    session.add(brand)
    session.flush()
    session.add(Member(brand_id=brand.id, person_id=owner.id, role=Role.OWNER, created_at=now))
    session.flush()
    return brand


def change_brand(
    session: Session, brand: Brand, *, name: str, accent: str, help_url: str, help_email: str, takes_later: bool
) -> None:
    """Raises `Invalid`."""
    brand.name, brand.accent, brand.help_url = _name(name), _accent(accent), _help_url(help_url)
    brand.help_email, brand.takes_later = help_email.strip(), takes_later
    session.flush()


def find_by_key(session: Session, key: str) -> Brand | None:
    """The brand whose public widget key this is, unless it is closed."""
    return session.scalar(select(Brand).where(Brand.key == key, Brand.disabled_at.is_(None)))


def find_by_slug(session: Session, slug: str) -> Brand | None:
    """The brand of this short name, unless it is closed."""
    return session.scalar(select(Brand).where(Brand.slug == slug, Brand.disabled_at.is_(None)))


def clean_origin(text: str) -> str:
    """Scheme, host and port as browsers send them. Raises `NotAnOrigin`; plain http only for local names."""
    try:
        parts = urlsplit(text.strip().rstrip("/").lower())
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise NotAnOrigin(field="origin") from error
    local = host in {"localhost", "127.0.0.1"} or host.endswith(".localhost")
    extra = parts.path or parts.query or parts.fragment or parts.username
    named = "." in host or host == "localhost"
    if extra or not named or not re.fullmatch(r"[a-z0-9.-]+", host) or len(host) > 253:
        raise NotAnOrigin(field="origin")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise NotAnOrigin("The address must begin with https://.", field="origin")
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def add_site(session: Session, brand: Brand, *, origin: str, now: datetime) -> Site:
    """Allow an origin to carry the brand's widget. Raises `NotAnOrigin`, `SiteKnown`."""
    origin = clean_origin(origin)
    if is_allowed_origin(session, brand.id, origin):
        raise SiteKnown(field="origin")
    site = Site(brand_id=brand.id, origin=origin, created_at=now)
    session.add(site)
    session.flush()
    return site


def remove_site(session: Session, site: Site) -> None:
    """The widget opens there no more."""
    session.delete(site)
    session.flush()


def sites_of(session: Session, brand_id: UUID) -> Sequence[Site]:
    """The brand's sites, oldest first."""
    return session.scalars(select(Site).where(Site.brand_id == brand_id).order_by(Site.id)).all()


def is_allowed_origin(session: Session, brand_id: UUID, origin: str) -> bool:
    """Whether the origin is one of the brand's, compared as browsers send it."""
    wanted = origin.strip().rstrip("/").lower()
    return bool(session.scalar(select(exists().where(Site.brand_id == brand_id, Site.origin == wanted))))


def note_seen(session: Session, brand_id: UUID, origin: str, *, now: datetime) -> None:
    """The widget was loaded on this site; written at most once a minute."""
    wanted = origin.strip().rstrip("/").lower()
    site = session.scalar(select(Site).where(Site.brand_id == brand_id, Site.origin == wanted))
    if site is not None and (site.seen_at is None or now - site.seen_at >= _SEEN_EVERY):
        site.seen_at = now
        session.flush()


def _free_slug(session: Session, stem: str) -> str:
    taken = set(session.scalars(select(Brand.slug).where(Brand.slug.startswith(stem))))
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 80:
        raise Invalid("Give the brand a name of at most 80 characters.", field="name")
    return cleaned


def _accent(accent: str) -> str:
    if not _COLOUR.fullmatch(accent.lower()):
        raise Invalid("A colour is written like #0b4a5b.", field="accent")
    return accent.lower()


def _help_url(url: str) -> str:
    url = url.strip()
    if url and urlsplit(url).scheme not in {"https", "http"}:
        raise Invalid("Write the whole address, beginning with https://.", field="help_url")
    return url[:300]
