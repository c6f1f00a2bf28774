"""Why (not) me: every question an expert was considered for, and his share of the offers (E11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.chat.masking import masked

PERIOD = timedelta(days=28)

# Only decisions of brands on whose missions the expert is enrolled are looked at.
_CONSIDERED = text("""
    SELECT d.id, d.question_id, d.at, d.rule, d.rules_version, d.candidates, d.excluded, d.chosen_id, d.widened,
           q.language, q.state AS question_state, b.name AS brand, c.name_en, c.name_fr,
           o.state AS offer_state, o.reason AS offer_reason,
           CASE WHEN o.id IS NOT NULL THEN q.text END AS question_text
      FROM question q
      JOIN decision d ON d.question_id = q.id
      JOIN brand b ON b.id = q.brand_id
      LEFT JOIN category c ON c.id = q.category_id
      LEFT JOIN LATERAL (
          SELECT id, state, reason FROM offer WHERE decision_id = d.id AND person_id = :person LIMIT 1) o ON true
     WHERE q.brand_id IN (SELECT brand_id FROM enrolment WHERE person_id = :person)
       AND q.asked_at >= :since AND d.at >= :since AND d.at < :before
       AND (d.candidates @> jsonb_build_array(jsonb_build_object('person_id', CAST(:person_text AS text)))
            OR jsonb_path_exists(d.excluded, '$.*[*] ? (@ == $me)',
                                 jsonb_build_object('me', CAST(:person_text AS text))))
     ORDER BY d.at DESC LIMIT :limit
""")

_SHARES = text("""
    WITH peers AS (
        SELECT DISTINCT person_id FROM enrolment
         WHERE state IN ('active', 'paused')
           AND brand_id IN (SELECT brand_id FROM enrolment WHERE person_id = :person AND state IN ('active', 'paused'))
    ), figures AS (
        SELECT p.person_id,
               (SELECT coalesce(sum(extract(epoch FROM coalesce(s.ended_at, :now) - greatest(s.started_at, :since))), 0)
                  FROM online_span s
                 WHERE s.person_id = p.person_id AND (s.ended_at IS NULL OR s.ended_at > :since)) / 3600.0 AS hours,
               (SELECT count(*) FROM offer o
                 WHERE o.person_id = p.person_id AND o.enrolment_id IS NOT NULL AND o.made_at >= :since) AS offers
          FROM peers p
    )
    SELECT sum(hours) AS all_hours, sum(offers) AS all_offers, count(*) FILTER (WHERE hours > 0) AS peers,
           coalesce(max(hours) FILTER (WHERE person_id = :person), 0) AS hours,
           coalesce(max(offers) FILTER (WHERE person_id = :person), 0) AS offers,
           percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY offers / hours)
               FILTER (WHERE hours > 0.25) AS spread
      FROM figures
""")


@dataclass(frozen=True, slots=True)
class Considered:
    """One decision as one expert may read it. `question` is told only to whom it was offered."""

    question_id: UUID
    at: datetime
    brand: str
    category_en: str | None
    category_fr: str | None
    language: str
    question: str | None
    rank: int | None
    candidates: int
    parts: dict[str, float]
    excluded_by: str | None
    offer_state: str | None
    offer_reason: str
    by_lot: bool
    widened: bool
    rules_version: str

    def category(self, locale: str) -> str:
        """The category in the reader's language."""
        return (self.category_fr if locale == "fr" else self.category_en) or ""


@dataclass(frozen=True, slots=True)
class Shares:
    """Offers against the time in which they could be made, over 28 days; hours are hours."""

    hours: float
    offers: int
    all_hours: float
    all_offers: int
    peers: int
    spread: tuple[float, float, float] | None
    """Offers per hour: lower quartile, median and upper quartile of the colleagues online."""

    @property
    def share_of_time(self) -> float:
        """0 to 1: of all the hours that colleagues and the expert were online."""
        return self.hours / self.all_hours if self.all_hours else 0.0

    @property
    def share_of_offers(self) -> float:
        """0 to 1: of all offers to them."""
        return self.offers / self.all_offers if self.all_offers else 0.0

    @property
    def per_hour(self) -> float:
        """Offers per hour online."""
        return self.offers / self.hours if self.hours else 0.0


def considered(
    session: Session, person_id: UUID, *, now: datetime, before: datetime | None = None, limit: int = 30
) -> Sequence[Considered]:
    """Decisions of the last 28 days that looked at the expert, newest first."""
    rows = session.execute(
        _CONSIDERED,
        {
            "person": person_id, "person_text": str(person_id), "since": now - PERIOD,
            "before": before or now + timedelta(days=1), "limit": limit,
        },
    )  # fmt: skip
    return [_read(row, str(person_id)) for row in rows]


def shares(session: Session, person_id: UUID, *, now: datetime) -> Shares:
    """The expert's part of the offers, beside those enrolled with the same brands."""
    row = session.execute(_SHARES, {"person": person_id, "now": now, "since": now - PERIOD}).one()
    spread = tuple(float(value) for value in row.spread) if row.spread and row.spread[0] is not None else None
    return Shares(
        float(row.hours), int(row.offers), float(row.all_hours or 0), int(row.all_offers or 0), int(row.peers),
        spread if spread is None else (spread[0], spread[1], spread[2]),
    )  # fmt: skip


def _read(row: Any, person_id: str) -> Considered:
    mine = next((one for one in row.candidates if one["person_id"] == person_id), None)
    excluded_by = next((rule for rule, people in row.excluded.items() if person_id in people), None)
    parts = ("total", "acceptance", "speed", "quality", "fairness", "idle")
    return Considered(
        question_id=row.question_id, at=row.at, brand=row.brand, category_en=row.name_en, category_fr=row.name_fr,
        language=row.language,
        question=masked(row.question_text or "") or None, rank=mine["rank"] if mine else None,
        candidates=len(row.candidates),
        parts={name: float(mine[name]) for name in parts if mine and mine.get(name) is not None},
        excluded_by=None if mine else excluded_by, offer_state=row.offer_state, offer_reason=row.offer_reason or "",
        by_lot=row.rule == "random_even", widened=row.widened, rules_version=row.rules_version,
    )  # fmt: skip
