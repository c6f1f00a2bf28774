"""Reads of people that outgrow a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, TextClause, or_, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Team:
    """A brand that somebody belongs to."""

    brand_id: UUID
    name: str
    role: str


def find_people(
    session: Session, *, search: str = "", kind: str = "", before: UUID | None = None, limit: int = 50
) -> Sequence[Person]:
    """Newest first. `kind`: operator, expert, brand, disabled or unconfirmed; `before` is the last key shown before."""
    wanted = select(Person).order_by(Person.id.desc()).limit(limit)
    if search:
        wanted = wanted.where(
            or_(Person.email.icontains(search, autoescape=True), Person.name.icontains(search, autoescape=True))
        )
    conditions: dict[str, ColumnElement[bool] | TextClause] = {
        "operator": Person.is_operator.is_(True),
        "disabled": Person.disabled_at.is_not(None),
        "unconfirmed": Person.email_confirmed_at.is_(None),
        # Tables of later layers are read by name: this is a fact, not an import.
        "expert": text("EXISTS (SELECT 1 FROM expert WHERE expert.person_id = person.id AND is_enthusiast)"),
        "brand": text("EXISTS (SELECT 1 FROM brand_member WHERE brand_member.person_id = person.id)"),
    }
    if kind in conditions:
        wanted = wanted.where(conditions[kind])
    if before is not None:
        wanted = wanted.where(Person.id < before)
    return session.scalars(wanted).all()


def teams_of(session: Session, person_id: UUID) -> list[Team]:
    """The brands that somebody belongs to, by name."""
    rows = session.execute(
        text(
            "SELECT brand.id, brand.name, member.role FROM brand_member AS member "
            "JOIN brand ON brand.id = member.brand_id WHERE member.person_id = :person ORDER BY brand.name"
        ),
        {"person": person_id},
    )
    return [Team(row.id, row.name, row.role) for row in rows]
