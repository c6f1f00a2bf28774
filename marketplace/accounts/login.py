"""Signed-in browsers at the HTTP edge: Flask-Login over the rows of `sign_in`."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from marketplace.accounts import signins
from marketplace.accounts.actors import actor_of
from marketplace.accounts.avatars import avatar_url
from marketplace.accounts.models import Person
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.web import platform, transaction

BRAND_KEY = "brand"
"""Where the browser's session remembers the brand at work in."""


@dataclass(frozen=True, slots=True)
class Signed(UserMixin):
    """Who is signed in, as templates and `actor()` see it."""

    sign_in_id: UUID
    actor: Actor
    name: str
    email: str
    avatar_url: str
    locale: str
    time_zone: str
    theme: str

    def get_id(self) -> str:
        """The sign-in, not the person: it can be revoked."""
        return str(self.sign_in_id)


def init_login(app: Flask) -> None:
    """Install Flask-Login."""
    manager = LoginManager(app)
    manager.login_view = "accounts.sign_in"
    manager.user_loader(_load)


def _load(key: str) -> Signed | None:
    try:
        sign_in_id = UUID(key)
    except ValueError:
        return None
    now = utcnow()
    with platform().database.unit_of_work() as rows:
        found = signins.find(rows, sign_in_id, now=now)
        if found is None:
            return None
        sign_in, person = found
        signins.touch(rows, sign_in, now=now)
        who = actor_of(rows, person, brand_first=_chosen_brand())
    return _signed(sign_in_id, person, who)


def _signed(sign_in_id: UUID, person: Person, who: Actor) -> Signed:
    return Signed(
        sign_in_id, who, person.name, person.email, avatar_url(person.avatar), person.locale, person.time_zone,
        person.theme,
    )  # fmt: skip


def _chosen_brand() -> UUID | None:
    try:
        return UUID(session[BRAND_KEY])
    except (KeyError, ValueError, TypeError):
        return None


def sign_in_browser(person_id: UUID) -> Actor:
    """Sign this browser in, with a session that knows nothing from before. Who acts from now on."""
    with transaction() as rows:
        person = rows.get_one(Person, person_id)
        sign_in = signins.start(rows, person, device=request.user_agent.string, now=utcnow())
        who = actor_of(rows, person)
    session.clear()
    session.permanent = True
    login_user(_signed(sign_in.id, person, who))
    return who


def sign_out_browser() -> None:
    """Revoke this browser's sign-in and forget it."""
    if current_user.is_authenticated:
        now = utcnow()
        with transaction() as rows:
            found = signins.find(rows, current_user.sign_in_id, now=now)
            if found is not None:
                signins.revoke(rows, found[0], now=now)
    logout_user()
    session.clear()


def safe_next(target: str | None) -> str | None:
    """The page to go on to, when it is one of ours: a path, never another site's address."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 33 or character == "\\" for character in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def home_of(who: Actor) -> str:
    """Where this person works: the operator's, brand's or expert's space, or the page that offers them."""
    if who.is_operator:
        return "/operator"
    if who.brands:
        return "/brand"
    return "/expert" if who.is_expert else url_for("accounts.home")
