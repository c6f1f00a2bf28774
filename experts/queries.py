"""Reads of experts that outgrow a line: own missions, applications, a brand's experts, the operator's list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, text
from sqlalchemy.orm import Session

from experts.enrolments import PENDING
from experts.models import Enrolment, EnrolmentCategory, EnrolmentMove, Expert, HoursException, Offer, WeeklyHours
from experts.states import EnrolmentState
from marketplace.accounts.models import Person
from marketplace.brands.missions import PayExample, pay_example
from marketplace.brands.models import Brand, Category, Mission
from marketplace.ratings.models import Rating
from marketplace.ratings.queries import of_expert

RECENT = timedelta(days=28)
"""The period of the offers and ratings that lists sum up."""

_OFFERS = text("""
    SELECT person_id, count(*) AS made, count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state = 'declined') AS declined, count(*) FILTER (WHERE state = 'lapsed') AS lapsed
      FROM offer WHERE person_id = ANY(:people) AND made_at >= :since AND state <> 'withdrawn'
       AND enrolment_id IS NOT NULL
       AND (CAST(:brand AS uuid) IS NULL OR enrolment_id IN (SELECT id FROM enrolment WHERE brand_id = :brand))
     GROUP BY person_id
""")


@dataclass(frozen=True, slots=True)
class AskedCategory:
    """A category of an application, and whether it was given."""

    category: Category
    certified_at: datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """An enrolment with all that lists and pages show of it."""

    enrolment: Enrolment
    expert: Expert
    person: Person
    mission: Mission
    brand: Brand
    categories: Sequence[AskedCategory]

    @property
    def pay(self) -> PayExample:
        """What a conversation pays."""
        return pay_example(self.mission)


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """What became of the offers of a period; those withdrawn are nobody's record."""

    made: int = 0
    accepted: int = 0
    declined: int = 0
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Gates:
    """What stands between somebody and his first question."""

    has_picture: bool
    has_headline: bool
    has_hours: bool
    is_enrolled: bool
    has_applied: bool


def enrolments_of(session: Session, person_id: UUID) -> list[EnrolmentRow]:
    """An expert's own, newest first."""
    return _rows(session, _enrolments().where(Enrolment.person_id == person_id).order_by(Enrolment.id.desc()))


def enrolment_row(session: Session, enrolment_id: UUID) -> EnrolmentRow:
    """One, by its key; the caller has been let in by `access`."""
    return _rows(session, _enrolments().where(Enrolment.id == enrolment_id))[0]


def find_enrolments(
    session: Session, brand_id: UUID, *, states: Iterable[EnrolmentState], mission_id: UUID | None = None,
    search: str = "", before: UUID | None = None, limit: int = 50,
) -> list[EnrolmentRow]:  # fmt: skip
    """A brand's, newest first; `search` looks at names; `before` is the last key of the page before."""
    wanted = (
        _enrolments()
        .where(Enrolment.brand_id == brand_id, Enrolment.state.in_(list(states)))
        .order_by(Enrolment.id.desc())
        .limit(limit)
    )
    if mission_id is not None:
        wanted = wanted.where(Enrolment.mission_id == mission_id)
    if search:
        wanted = wanted.where(_named(search))
    if before is not None:
        wanted = wanted.where(Enrolment.id < before)
    return _rows(session, wanted)


def count_pending(session: Session, brand_ids: Iterable[UUID]) -> int:
    """How many applications wait for the brand."""
    waiting = select(func.count()).where(Enrolment.brand_id.in_(list(brand_ids)), Enrolment.state.in_(PENDING))
    return session.scalar(waiting) or 0


def moves_of(session: Session, enrolment_id: UUID) -> list[tuple[EnrolmentMove, str]]:
    """(move, name of who made it or empty for the system), newest first."""
    moves = session.scalars(
        select(EnrolmentMove).where(EnrolmentMove.enrolment_id == enrolment_id).order_by(EnrolmentMove.id.desc())
    ).all()
    names = _names(session, {UUID(move.by) for move in moves if move.by != "system"})
    return [(move, names.get(move.by, "")) for move in moves]


def last_move(session: Session, enrolment_id: UUID) -> EnrolmentMove | None:
    """The newest transition."""
    return session.scalar(
        select(EnrolmentMove)
        .where(EnrolmentMove.enrolment_id == enrolment_id)
        .order_by(EnrolmentMove.id.desc())
        .limit(1)
    )


def offer_counts(
    session: Session, people: Iterable[UUID], *, now: datetime, brand_id: UUID | None = None
) -> dict[UUID, OfferCounts]:
    """What became of the offers of the last 28 days, per person."""
    found = session.execute(_OFFERS, {"people": list(people), "since": now - RECENT, "brand": brand_id})
    return {row.person_id: OfferCounts(row.made, row.accepted, row.declined, row.lapsed) for row in found}


def gates_of(session: Session, expert: Expert, person: Person) -> Gates:
    """What is done and what is left to do before the first question."""
    states = set(session.scalars(select(Enrolment.state).where(Enrolment.person_id == expert.person_id)))
    planned = select(WeeklyHours.id).where(WeeklyHours.person_id == expert.person_id).limit(1)
    return Gates(
        has_picture=person.avatar is not None,
        has_headline=bool(expert.headline_en or expert.headline_fr),
        has_hours=session.scalar(planned) is not None,
        is_enrolled=EnrolmentState.ACTIVE in states,
        has_applied=bool(states),
    )


def exceptions_of(session: Session, person_id: UUID, *, now: datetime) -> Sequence[HoursException]:
    """Dated exceptions from yesterday on, in their order."""
    return session.scalars(
        select(HoursException)
        .where(HoursException.person_id == person_id, HoursException.on_date >= now.date() - timedelta(days=1))
        .order_by(HoursException.on_date)
    ).all()


def star_counts(session: Session, person_id: UUID) -> list[int]:
    """How many ratings that count have one star, two, ... five."""
    rows = session.execute(
        select(Rating.stars, func.count())
        .where(Rating.person_id == person_id, Rating.counts, of_expert())
        .group_by(Rating.stars)
    )
    counts: dict[int, int] = {row[0]: row[1] for row in rows}
    return [counts.get(stars, 0) for stars in range(1, 6)]


def ratings_of(
    session: Session, person_id: UUID, *, brand_id: UUID | None = None, before: UUID | None = None,
    counts: bool | None = None, limit: int = 20,
) -> list[tuple[Rating, Category | None, str]]:  # fmt: skip
    """(rating, category, brand's name), newest first; `counts`: only those that count, or that do not."""
    wanted = (
        select(Rating, Category, Brand.name)
        .join(Brand, Brand.id == Rating.brand_id)
        .outerjoin(Category, Category.id == Rating.category_id)
        .where(Rating.person_id == person_id, of_expert())
        .order_by(Rating.id.desc())
        .limit(limit)
    )
    if brand_id is not None:
        wanted = wanted.where(Rating.brand_id == brand_id)
    if before is not None:
        wanted = wanted.where(Rating.id < before)
    if counts is not None:
        wanted = wanted.where(Rating.counts == counts)
    return [(rating, category, brand) for rating, category, brand in session.execute(wanted)]


def find_experts(
    session: Session, *, search: str = "", before: UUID | None = None, limit: int = 50
) -> list[tuple[Expert, Person, int]]:
    """(expert, person, missions he is active on), newest accounts first; `search` looks at names and addresses."""
    active = (
        select(func.count())
        .where(Enrolment.person_id == Expert.person_id, Enrolment.state == EnrolmentState.ACTIVE)
        .correlate(Expert)
        .scalar_subquery()
    )
    wanted = (
        select(Expert, Person, active)
        .join(Person, Person.id == Expert.person_id)
        .order_by(Expert.person_id.desc())
        .limit(limit)
    )
    if search:
        wanted = wanted.where(or_(_named(search), Person.email.icontains(search, autoescape=True)))
    if before is not None:
        wanted = wanted.where(Expert.person_id < before)
    return [(expert, person, missions) for expert, person, missions in session.execute(wanted)]


def open_offers_of(session: Session, person_id: UUID, *, limit: int = 20) -> Sequence[Offer]:
    """The newest offers of an expert, whatever became of them."""
    return session.scalars(
        select(Offer).where(Offer.person_id == person_id).order_by(Offer.made_at.desc()).limit(limit)
    ).all()


def _enrolments() -> Select[Any]:
    return (
        select(Enrolment, Expert, Person, Mission, Brand)
        .join(Expert, Expert.person_id == Enrolment.person_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Mission, Mission.id == Enrolment.mission_id)
        .join(Brand, Brand.id == Enrolment.brand_id)
    )


def _named(search: str) -> Any:
    return or_(Expert.public_name.icontains(search, autoescape=True), Person.name.icontains(search, autoescape=True))


def _rows(session: Session, wanted: Select[Any]) -> list[EnrolmentRow]:
    found: Sequence[Row[Any]] = session.execute(wanted).all()
    asked: dict[UUID, list[AskedCategory]] = {}
    rows = session.execute(
        select(EnrolmentCategory.enrolment_id, EnrolmentCategory.certified_at, Category)
        .join(Category, Category.id == EnrolmentCategory.category_id)
        .where(EnrolmentCategory.enrolment_id.in_([row.Enrolment.id for row in found]))
        .order_by(Category.path_key)
    )
    for row in rows:
        asked.setdefault(row.enrolment_id, []).append(AskedCategory(row.Category, row.certified_at))
    return [
        EnrolmentRow(row.Enrolment, row.Expert, row.Person, row.Mission, row.Brand, asked.get(row.Enrolment.id, ()))
        for row in found
    ]


def _names(session: Session, people: set[UUID]) -> dict[str, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {str(row.id): row.name for row in rows}
