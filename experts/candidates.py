"""Who could take a question now, read from the pool by index, with what the score needs of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from experts.pool import elsewhere, tally
from experts.scoring import ACCEPTANCE_HALF_LIFE_SECONDS, Candidate, away_after_silence, faded
from experts.states import OfferState
from marketplace.questions.models import Question

SHORTLIST = 40
"""The best so many by the slow part of the score are scored in full (notes on cost in docs/matching.md)."""
LONG_AGO = 86_400.0
"""Seconds since somebody was last seen, where that is not known."""
MEMORY = timedelta(days=7)
"""Earnings and online time count for fairness over this period."""


@dataclass(frozen=True, slots=True)
class Free:
    """A free expert, under which enrolment, and the facts that the score is made of."""

    person_id: UUID
    enrolment_id: UUID
    mission_id: UUID
    category_id: UUID
    """The category of the pool by which he was found."""
    facts: Candidate


FREE = text(
    """
    WITH best AS (
        SELECT p.* FROM unnest(CAST(:categories AS uuid[])) AS wanted(category_id)
        CROSS JOIN LATERAL (
            SELECT p.person_id, p.enrolment_id, p.mission_id, p.category_id, p.base
            FROM expert_pool p
            WHERE p.category_id = wanted.category_id AND p.language = :language
              AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.question_id = :question AND o.person_id = p.person_id)
              AND (NOT :live OR NOT EXISTS (
                  SELECT 1 FROM offer o WHERE o.person_id = p.person_id AND o.state = 'made' AND o.live))
            ORDER BY p.base DESC LIMIT :most) AS p
    ), people AS (
        SELECT * FROM (
            SELECT DISTINCT ON (person_id) person_id, enrolment_id, mission_id, category_id, base FROM best
            ORDER BY person_id, base DESC) AS once
        ORDER BY base DESC LIMIT :most
    )
    SELECT people.person_id, people.enrolment_id, people.mission_id, people.category_id,
           e.accepted, e.offered, e.ignored, e.answer_delay, e.idle_since, e.counted_at,
           coalesce(here.good, 0) AS here_good, coalesce(here.rated, 0) AS here_rated, here.updated_at AS here_at,
           coalesce(overall.good, 0) AS all_good, coalesce(overall.rated, 0) AS all_rated, overall.updated_at AS all_at,
           last.state AS last_state, last.made_at AS last_made, last.answered_at AS last_answered,
           (SELECT s.started_at FROM online_span s WHERE s.person_id = people.person_id AND s.ended_at IS NULL) AS came,
           (SELECT coalesce(sum(d.minor), 0) FROM earned_day d
             WHERE d.person_id = people.person_id AND d.day >= :since_day) AS earned,
           (SELECT coalesce(sum(EXTRACT(EPOCH FROM coalesce(s.ended_at, :now) - greatest(s.started_at, :since))), 0)
              FROM online_span s WHERE s.person_id = people.person_id AND s.started_at <= :now
               AND (s.ended_at IS NULL OR s.ended_at > :since)) AS online
    FROM people JOIN expert e ON e.person_id = people.person_id AND e.lease_until > :now
    LEFT JOIN reputation here ON here.person_id = people.person_id AND here.category_id = :category
    LEFT JOIN reputation overall ON overall.person_id = people.person_id
         AND overall.category_id = '00000000-0000-0000-0000-000000000000'
    LEFT JOIN LATERAL (
        SELECT o.state, o.made_at, o.answered_at FROM offer o
        WHERE o.person_id = people.person_id AND o.live AND o.answered_at IS NOT NULL
        ORDER BY o.made_at DESC LIMIT 1) last ON true
    """
)


def free_experts(
    session: Session, question: Question, *, categories: list[UUID], live: bool, now: datetime, most: int = SHORTLIST
) -> list[Free]:
    """Free experts for `categories` in the question's language who were not asked yet, with the facts of the score."""
    rows = session.execute(FREE, values_for(question, categories=categories, live=live, now=now, most=most))
    return [
        Free(row.person_id, row.enrolment_id, row.mission_id, row.category_id, _facts(row, now)) for row in rows
    ]  # fmt: skip


def values_for(
    question: Question, *, categories: list[UUID], live: bool, now: datetime, most: int = SHORTLIST
) -> dict[str, Any]:
    """What `FREE` is given."""
    since = now - MEMORY
    return {
        "categories": categories, "language": question.language, "question": question.id, "live": live, "most": most,
        "category": question.category_id, "now": now, "since": since, "since_day": since.date(),
    }  # fmt: skip


_HOLD = text(
    """
    SELECT 1 FROM expert_pool WHERE category_id = :category AND language = :language AND person_id = :person
    FOR UPDATE SKIP LOCKED
    """
)


def hold(session: Session, free: Free, *, language: str) -> bool:
    """Keep the expert in the pool until this transaction ends; False when he left it or another decision holds him.

    Whoever switches off, is paused or fills his last place waits for the offer, instead of being offered afterwards;
    decisions at the same moment go to the next candidate instead of waiting for each other.
    """
    values = {"category": free.category_id, "language": language, "person": free.person_id}
    return session.execute(_HOLD, values).first() is not None


def _facts(row: Row[Any], now: datetime) -> Candidate:
    """Counts are stored as of their last change and faded to now."""
    elapsed = (now - row.counted_at).total_seconds() if row.counted_at else 0.0
    here = tally(row.here_good, row.here_rated, row.here_at, now)
    whole = tally(row.all_good, row.all_rated, row.all_at, now)
    away, seen_at = _last_seen(row)
    return Candidate(
        expert=row.person_id, missed=row.ignored, mean_delay=row.answer_delay, here=here,
        away=away, unseen=(now - seen_at).total_seconds() if seen_at else LONG_AGO,
        accepted=faded(row.accepted, elapsed=elapsed, half_life=ACCEPTANCE_HALF_LIFE_SECONDS),
        offered=faded(row.offered, elapsed=elapsed, half_life=ACCEPTANCE_HALF_LIFE_SECONDS),
        elsewhere=elsewhere(here, whole), earned=float(row.earned), online_hours=float(row.online) / 3_600,
        idle=(now - row.idle_since).total_seconds() if row.idle_since else 0.0,
    )  # fmt: skip


def _last_seen(row: Row[Any]) -> tuple[float, datetime | None]:
    """The chance that he was away when last seen, or last waited for in vain, and when that was.

    He came online, or answered his last live offer: he was there. It ended without a word from him: he may not be.
    """
    if row.last_answered is None or (row.came is not None and row.came > row.last_answered):
        return 0.0, row.came
    if row.last_state in {OfferState.ACCEPTED, OfferState.DECLINED}:
        return 0.0, row.last_answered
    silent = (row.last_answered - row.last_made).total_seconds()
    return away_after_silence(silent, row.answer_delay), row.last_answered


_REACH = text(
    """
    SELECT c.id FROM category c
    WHERE c.brand_id = :brand AND (
        CAST(:category AS uuid) IS NULL OR c.id = :category
        OR (:widened AND (c.id = (SELECT parent_id FROM category WHERE id = :category)
            OR c.parent_id = (SELECT parent_id FROM category WHERE id = :category))))
    """
)


def reach(session: Session, question: Question) -> list[UUID]:
    """The categories whose experts may take the question: its own; the parent's family once widened; all if unknown."""
    if question.category_id is not None and not question.widened:
        return [question.category_id]
    values = {"brand": question.brand_id, "category": question.category_id, "widened": question.widened}
    return list(session.scalars(_REACH, values))


_PRESENT = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM enrolment n JOIN expert e ON e.person_id = n.person_id
        WHERE n.brand_id = :brand AND n.state = 'active' AND :language = ANY(e.languages)
          AND e.switched_on AND e.lease_until > :now AND e.paused_because IS NULL)
    """
)


def anybody_present(session: Session, question: Question, *, now: datetime) -> bool:
    """Whether some expert of the brand is at work in this language, busy or not: then waiting live makes sense."""
    values = {"brand": question.brand_id, "language": question.language, "now": now}
    return bool(session.scalar(_PRESENT, values))


_SOME = text(
    """
    SELECT count(*) FROM (SELECT DISTINCT p.person_id FROM expert_pool p
        WHERE p.category_id IN (SELECT id FROM category WHERE brand_id = :brand) LIMIT 50) AS free
    """
)


def count_free(session: Session, brand_id: UUID) -> int:
    """How many experts of the brand are free now; counting stops at 50, which is as many as anybody is told."""
    return int(session.scalar(_SOME, {"brand": brand_id}) or 0)
