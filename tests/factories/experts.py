"""Experts for tests, made by the services."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from experts import applications, availability, presence, profiles, routing
from experts.models import Enrolment, Expert
from experts.models_routing import RoutingVersion
from experts.policy import parse
from marketplace.accounts.models import Person
from marketplace.brands.missions import categories_of
from marketplace.brands.models import Brand, Category, Mission
from tests.factories.accounts import make_person

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


def make_expert(session: Session, *, person: Person | None = None, now: datetime = NOW, **more: Any) -> Expert:
    """An expert who speaks French and English, switched off."""
    person = person or make_person(session)
    given: dict[str, Any] = {
        "public_name": person.name.split(" ")[0],
        "languages": ["en", "fr"],
        "country": "FR",
        "time_zone": "Europe/Paris",
        "headline_en": "Trail runner for ten years",
        "headline_fr": "Traileuse depuis dix ans",
        **more,
    }
    return profiles.become_expert(session, person, now=now, **given)


def make_enrolment(
    session: Session,
    mission: Mission,
    *,
    expert: Expert | None = None,
    categories: Sequence[Category] = (),
    accepted: bool = True,
    now: datetime = NOW,
) -> Enrolment:
    """An application for all of the mission's categories, accepted unless told otherwise."""
    expert = expert or make_expert(session, now=now)
    chosen = categories or categories_of(session, mission.id)
    enrolment = applications.apply(
        session,
        expert,
        mission,
        category_ids=[category.id for category in chosen],
        motivation="I run two hundred kilometres a month.",
        now=now,
    )
    if accepted:
        applications.accept(session, enrolment, by=expert.person_id, message="Welcome", now=now)
    return enrolment


def make_free(session: Session, expert: Expert, *, capacity: int | None = None, now: datetime = NOW) -> Expert:
    """Switched on and present: in the pool for whatever he is enrolled on."""
    availability.switch(session, expert, on=True, capacity=capacity, now=now)
    presence.renew(session, expert.person_id, now=now)
    session.refresh(expert)
    return expert


def set_policy(session: Session, brand: Brand, *, now: datetime = NOW, **settings: Any) -> RoutingVersion:
    """The brand's present policy with these settings changed, as a new version."""
    wanted = {**routing.current(session, brand.id).policy.as_json(), **settings}
    return routing.adopt(session, brand, parse(wanted), by=None, reason="", now=now)
