"""Fair shares as figures (E11): offers against the time in which they could be made, and how they spread in a group.

The time is that of the open stretches online (`OnlineSpan`): switched on, on duty, present, not paused. Per category
the same time counts, of those who are certified there, because who is online waits for all his categories at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.brands.catalogue import descendants_ids

PERIODS = (7, 28, 90)
"""Days to choose from."""
LEAST_HOURS = 0.25
"""Less time online says nothing about a rate."""

_FIGURES = text("""
    SELECT p.id, p.name,
           (SELECT coalesce(sum(extract(epoch FROM coalesce(s.ended_at, :now) - greatest(s.started_at, :since))), 0)
              FROM online_span s
             WHERE s.person_id = p.id AND (s.ended_at IS NULL OR s.ended_at > :since)) / 3600.0 AS hours,
           (SELECT count(*) FROM offer o JOIN question q ON q.id = o.question_id
             WHERE o.person_id = p.id AND o.enrolment_id IS NOT NULL AND o.made_at >= :since
               AND q.brand_id = ANY(:brands) AND (:everything OR q.category_id = ANY(:categories))) AS offers
      FROM person p WHERE p.id = ANY(:people)
""")
_PEOPLE = text("""
    SELECT DISTINCT n.person_id FROM enrolment n
     WHERE n.brand_id = ANY(:brands) AND n.state IN ('active', 'paused')
       AND (CAST(:category AS uuid) IS NULL OR EXISTS (
            SELECT 1 FROM enrolment_category ec JOIN category c ON c.id = ec.category_id
              JOIN category wanted ON wanted.id = :category AND wanted.brand_id = c.brand_id
             WHERE ec.enrolment_id = n.id AND ec.certified_at IS NOT NULL
               AND (c.id = wanted.id OR starts_with(wanted.path_key, c.path_key || '/')
                    OR starts_with(c.path_key, wanted.path_key || '/'))))
""")
_BRANDS = text("SELECT DISTINCT brand_id FROM enrolment WHERE person_id = :person AND state IN ('active', 'paused')")


@dataclass(frozen=True, slots=True)
class Share:
    """One expert's offers and hours online."""

    person_id: UUID
    name: str
    hours: float
    offers: int

    @property
    def per_hour(self) -> float:
        """Offers per hour online."""
        return self.offers / self.hours if self.hours else 0.0

    @property
    def is_telling(self) -> bool:
        """Whether there was time enough online to speak of a rate."""
        return self.hours >= LEAST_HOURS


@dataclass(frozen=True, slots=True)
class Spread:
    """A group: its members by falling rate, and the quartiles of offers per hour of those whose rate is telling."""

    rows: Sequence[Share]
    quartiles: tuple[float, float, float] | None
    hours: float
    offers: int

    @property
    def top(self) -> float:
        """The highest rate, for the chart's scale."""
        return max((row.per_hour for row in self.rows if row.is_telling), default=0.0)

    def share_of_time(self, row: Share) -> float:
        """0 to 1: the member's part of the group's hours."""
        return row.hours / self.hours if self.hours else 0.0

    def share_of_offers(self, row: Share) -> float:
        """0 to 1: the member's part of the group's offers."""
        return row.offers / self.offers if self.offers else 0.0

    def of(self, person_id: UUID) -> Share:
        """One member's figures; zeros for somebody outside."""
        return next((row for row in self.rows if row.person_id == person_id), Share(person_id, "", 0.0, 0))


def brands_of(session: Session, person_id: UUID) -> list[UUID]:
    """The brands on whose missions the expert is."""
    return list(session.scalars(_BRANDS, {"person": person_id}))


def spread(
    session: Session, *, brand_ids: Collection[UUID], category_id: UUID | None, days: int, now: datetime
) -> Spread:
    """The group of everybody enrolled with these brands, and certified in the category if one is named."""
    brands = list(brand_ids)
    people = list(session.scalars(_PEOPLE, {"brands": brands, "category": category_id}))
    categories = list(descendants_ids(session, [category_id])) if category_id else []
    found = session.execute(
        _FIGURES,
        {
            "people": people, "brands": brands, "categories": categories, "everything": category_id is None,
            "since": now - timedelta(days=days), "now": now,
        },
    )  # fmt: skip
    rows = [Share(row.id, row.name, float(row.hours), int(row.offers)) for row in found]
    rows.sort(key=lambda row: (-row.is_telling, -row.per_hour, row.name))
    return Spread(
        rows, quartiles([row.per_hour for row in rows if row.is_telling]), sum(row.hours for row in rows),
        sum(row.offers for row in rows),
    )  # fmt: skip


def quartiles(values: Sequence[float]) -> tuple[float, float, float] | None:
    """Lower quartile, median and upper quartile (linear between neighbours); None for nothing."""
    ordered = sorted(values)
    if not ordered:
        return None

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return at(0.25), at(0.5), at(0.75)
