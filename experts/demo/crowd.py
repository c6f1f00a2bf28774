"""A crowd of certified, available experts for load tests, written in bulk.

Their presence lease lasts a year, so that they stay available without heartbeats; the pool is filled by its own
service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from experts import pool
from experts.hours import HORIZON_DAYS
from experts.models import Enrolment, EnrolmentCategory, Expert
from experts.states import EnrolmentState
from marketplace.accounts.models import AccessToken, Person
from marketplace.accounts.passwords import NO_PASSWORD
from marketplace.accounts.tokens import draw
from marketplace.core.clock import new_id

LEASE = timedelta(days=365)
SMALL = 24
"""Below so many experts per brand each one knows every department: no question may find nobody."""
CAPACITY = 5
AT_ONCE = 500
"""Experts per statement."""
_LANGUAGES = (("en", "fr"), ("fr",), ("en",))


@dataclass(frozen=True, slots=True)
class Root:
    """A category at the top of a brand's tree, with the path keys of the leaves below it."""

    id: UUID
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Employer:
    """The brand and mission that a part of the crowd answers for."""

    slug: str
    brand_id: UUID
    mission_id: UUID
    owner_id: UUID
    roots: tuple[Root, ...]


@dataclass(frozen=True, slots=True)
class CrowdExpert:
    """What a load driver needs to act as one of the crowd."""

    person_id: UUID
    email: str
    token: str
    brand: str
    categories: tuple[str, ...]
    languages: tuple[str, ...]


def make_crowd(
    session: Session, employers: Sequence[Employer], count: int, *, mark: str, now: datetime
) -> Iterator[CrowdExpert]:
    """`count` experts spread evenly over the employers. `mark` keeps the addresses of several crowds apart."""
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        places = [(n, employers[n % len(employers)]) for n in numbers]
        yield from _write(session, places, mark, now, whole=count < SMALL * len(employers))


def _write(
    session: Session, places: Sequence[tuple[int, Employer]], mark: str, now: datetime, *, whole: bool
) -> list[CrowdExpert]:
    rows: dict[type[Any], list[dict[str, Any]]] = {
        kind: [] for kind in (Person, AccessToken, Expert, Enrolment, EnrolmentCategory)
    }
    made = []
    for number, employer in places:
        person_id, enrolment_id, (token, digest) = new_id(), new_id(), draw()
        email = f"crowd-{mark}-{number}@experts.comptoir.example"
        languages = _LANGUAGES[number % len(_LANGUAGES)]
        roots = employer.roots if whole else _share(employer, number)
        rows[Person].append(_person(person_id, email, number, languages[0], now))
        rows[AccessToken].append(
            {"id": new_id(), "person_id": person_id, "digest": digest, "label": "crowd", "created_at": now}
        )
        rows[Expert].append(_expert(person_id, number, languages, now))
        rows[Enrolment].append(
            {"id": enrolment_id, "mission_id": employer.mission_id, "brand_id": employer.brand_id,
             "person_id": person_id, "state": EnrolmentState.ACTIVE, "applied_at": now, "decided_at": now,
             "decided_by": employer.owner_id, "motivation": "", "answer": ""}
        )  # fmt: skip
        rows[EnrolmentCategory] += [
            {"enrolment_id": enrolment_id, "category_id": root.id, "certified_at": now} for root in roots
        ]
        leaves = tuple(leaf for root in roots for leaf in root.leaves)
        made.append(CrowdExpert(person_id, email, token, employer.slug, leaves, languages))
    for kind, values in rows.items():
        session.execute(insert(kind), values)
    pool.refresh_many(session, [each.person_id for each in made], now=now, announce=False)
    return made


def _share(employer: Employer, number: int) -> tuple[Root, ...]:
    """Half of the brand's departments, another half for each neighbour, so that every one is served by many."""
    count = len(employer.roots)
    turn = number // 3
    return tuple(employer.roots[(turn + n) % count] for n in range((count + 1) // 2))


def _person(person_id: UUID, email: str, number: int, locale: str, now: datetime) -> dict[str, Any]:
    return {
        "id": person_id, "email": email, "name": f"Crowd {number}", "locale": locale, "time_zone": "Europe/Paris",
        "password_hash": NO_PASSWORD, "is_operator": False, "created_at": now, "email_confirmed_at": now,
    }  # fmt: skip


def _expert(person_id: UUID, number: int, languages: Sequence[str], now: datetime) -> dict[str, Any]:
    review = now + timedelta(days=HORIZON_DAYS)
    return {
        "person_id": person_id, "public_name": f"Crowd {number}", "languages": list(languages), "capacity": CAPACITY,
        "live": 0, "switched_on": True, "lease_until": now + LEASE, "on_duty_until": review, "duty_due_at": review,
        "idle_since": now, "joined_at": now, "country": "FR",
    }  # fmt: skip
