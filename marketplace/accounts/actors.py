"""Who acts: from a person, a program's token or a socket's cookie to the one value that access doors look at."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from uuid import UUID

from itsdangerous import BadSignature
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.accounts import signins, tokens
from marketplace.accounts.models import Person
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

# Tables of later layers are read by name: being an expert or on a team is a fact, not an import.
_ROLES = text(
    "SELECT member.brand_id, member.role FROM brand_member AS member JOIN brand ON brand.id = member.brand_id "
    "WHERE member.person_id = :person AND brand.disabled_at IS NULL ORDER BY brand.name"
)
_IS_EXPERT = text("SELECT EXISTS (SELECT 1 FROM expert WHERE person_id = :person AND is_enthusiast)")
_OPEN_BRAND = text("SELECT name FROM brand WHERE id = :brand AND disabled_at IS NULL")


def actor_of(session: Session, person: Person, *, brand_first: UUID | None = None) -> Actor:
    """The person with all roles. `brands` is in the order of names, with `brand_first` (the one at work in) ahead."""
    roles = {row.brand_id: str(row.role) for row in session.execute(_ROLES, {"person": person.id})}
    if brand_first in roles:
        roles = {brand_first: roles.pop(brand_first), **roles}
    return Actor(
        person_id=person.id, name=person.name, is_operator=person.is_operator, brands=roles,
        is_expert=bool(session.scalar(_IS_EXPERT, {"person": person.id})),
    )  # fmt: skip


def actor_of_token(session: Session, token: str, *, now: "datetime") -> Actor | None:
    """The person or the brand that a program speaks for; none when the token opens nothing."""
    found = tokens.find(session, token, now=now)
    if found is None:
        return None
    if found.brand_id is not None:
        name = session.scalar(_OPEN_BRAND, {"brand": found.brand_id})
        return Actor(brand_id=found.brand_id, name=name) if name is not None else None
    person = session.get(Person, found.person_id)
    return actor_of(session, person) if person is not None and person.disabled_at is None else None


def actor_of_cookie(app: "Flask", environ: Mapping[str, Any]) -> Actor | None:
    """The person signed in by the Flask session cookie in a WSGI environment; none for strangers."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    try:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(app.config["SESSION_COOKIE_NAME"])
        content = serializer.loads(cookie.value) if cookie is not None and serializer is not None else {}
        sign_in_id = UUID(str(content.get("_user_id")))
    except (BadSignature, CookieError, ValueError):
        return None
    with app.extensions["comptoir"].database.unit_of_work() as session:
        found = signins.find(session, sign_in_id, now=utcnow())
        return actor_of(session, found[1]) if found is not None else None
