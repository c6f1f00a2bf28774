"""The pool: one row per (category, language, free expert), kept equal to the facts it is made of.

`refresh` is called after anything that may change who is free: the switch, hours, presence, a pause, the live count,
an enrolment, a mission, a rating. It locks the expert first, so that whoever comes second sees what the first wrote;
its cost depends on this expert's rows alone. The same place opens and closes the stretches of time online.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from experts.events import ExpertFree
from experts.scoring import (
    ACCEPTANCE_HALF_LIFE_SECONDS,
    REPUTATION_HALF_LIFE_SECONDS,
    Candidate,
    Tally,
    faded,
    merit,
)  # fmt: skip
from marketplace.core.clock import new_id
from marketplace.core.events import publish

OVERALL = UUID(int=0)
"""Stands for “all categories” in `reputation`."""

_LOCK = text("""
    SELECT e.person_id, e.languages, e.offered, e.accepted, e.counted_at, e.answer_delay, e.ignored,
           e.lease_until, e.on_duty_until, e.live < e.capacity AS has_room,
           e.switched_on AND e.paused_because IS NULL AND e.lease_until > :now AND e.on_duty_until > :now
             AND (SELECT disabled_at IS NULL FROM person WHERE id = e.person_id) AS is_online
      FROM expert e WHERE e.person_id = ANY(:ids) ORDER BY e.person_id FOR NO KEY UPDATE
""")

_OPEN_SPANS = text("SELECT person_id FROM online_span WHERE person_id = ANY(:ids) AND ended_at IS NULL")

# Certified categories and the mission's own meet where one lies below the other; the deeper one and all below it
# are served. Several missions for one (category, language): the best net pay wins, then the older enrolment.
_ROWS = text("""
    WITH RECURSIVE mine AS (
        SELECT n.id AS enrolment_id, n.person_id, n.mission_id, m.languages,
               greatest(m.pay_minor, m.floor_minor) * (10000 - m.commission_bps) AS net
          FROM enrolment n
          JOIN mission m ON m.id = n.mission_id
          JOIN brand b ON b.id = m.brand_id
         WHERE n.person_id = ANY(:ids) AND n.state = 'active' AND m.state = 'open' AND b.disabled_at IS NULL
           AND m.starts_on <= (:now AT TIME ZONE b.time_zone)::date
           AND (m.ends_on IS NULL OR m.ends_on >= (:now AT TIME ZONE b.time_zone)::date)
    ), tree AS (
        SELECT mine.enrolment_id,
               CASE WHEN length(c.path_key) >= length(d.path_key) THEN c.id ELSE d.id END AS category_id
          FROM mine
          JOIN enrolment_category ec ON ec.enrolment_id = mine.enrolment_id AND ec.certified_at IS NOT NULL
          JOIN category c ON c.id = ec.category_id
          JOIN mission_category mc ON mc.mission_id = mine.mission_id
          JOIN category d ON d.id = mc.category_id
         WHERE c.id = d.id OR starts_with(c.path_key, d.path_key || '/') OR starts_with(d.path_key, c.path_key || '/')
        UNION
        SELECT tree.enrolment_id, child.id FROM tree JOIN category child ON child.parent_id = tree.category_id
    )
    SELECT DISTINCT ON (mine.person_id, tree.category_id, spoken.language)
           mine.person_id, tree.category_id, spoken.language, mine.enrolment_id, mine.mission_id,
           coalesce(here.good, 0) AS good, coalesce(here.rated, 0) AS rated, here.updated_at AS rated_at,
           coalesce(whole.good, 0) AS all_good, coalesce(whole.rated, 0) AS all_rated, whole.updated_at AS all_at
      FROM tree
      JOIN mine USING (enrolment_id)
      JOIN expert e ON e.person_id = mine.person_id
     CROSS JOIN LATERAL (SELECT unnest(e.languages) INTERSECT SELECT unnest(mine.languages)) AS spoken(language)
      LEFT JOIN reputation here ON here.person_id = mine.person_id AND here.category_id = tree.category_id
      LEFT JOIN reputation whole ON whole.person_id = mine.person_id AND whole.category_id = :overall
     ORDER BY mine.person_id, tree.category_id, spoken.language, mine.net DESC, mine.enrolment_id
""")

_STORE = text("""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:people AS uuid[]), CAST(:categories AS uuid[]), CAST(:languages AS text[]),
                             CAST(:enrolments AS uuid[]), CAST(:missions AS uuid[]), CAST(:bases AS float8[]))
          AS w(person_id, category_id, language, enrolment_id, mission_id, base)
    ), gone AS (
        DELETE FROM expert_pool p WHERE p.person_id = ANY(:ids) AND NOT EXISTS (
            SELECT 1 FROM wanted w
             WHERE (w.person_id, w.category_id, w.language) = (p.person_id, p.category_id, p.language))
    )
    INSERT INTO expert_pool AS p (person_id, category_id, language, enrolment_id, mission_id, base)
    SELECT * FROM wanted
    ON CONFLICT (category_id, language, person_id) DO UPDATE
       SET enrolment_id = excluded.enrolment_id, mission_id = excluded.mission_id, base = excluded.base
     WHERE (p.enrolment_id, p.mission_id, p.base) IS DISTINCT FROM
           (excluded.enrolment_id, excluded.mission_id, excluded.base)
    RETURNING p.person_id, xmax = 0 AS is_new
""")

_CLEAR = text("DELETE FROM expert_pool WHERE person_id = ANY(:ids)")

_BEGIN_SPANS = text("""
    WITH began AS (
        INSERT INTO online_span (id, person_id, started_at)
        SELECT * FROM unnest(CAST(:keys AS uuid[]), CAST(:ids AS uuid[]), array_fill(:now, ARRAY[cardinality(:ids)]))
    )
    UPDATE expert SET idle_since = :now WHERE person_id = ANY(:ids)
""")

_END_SPANS = text("""
    UPDATE online_span s
       SET ended_at = greatest(s.started_at, least(
               :now, coalesce(e.lease_until, :now), coalesce(e.on_duty_until, :now)))
      FROM expert e WHERE e.person_id = s.person_id AND s.person_id = ANY(:ids) AND s.ended_at IS NULL
""")


def refresh(session: Session, expert_id: UUID, *, now: datetime) -> bool:
    """Make one expert's rows agree with the facts; whether he can now be offered more than before.

    If so, `ExpertFree` is published. Unknown ids change nothing.
    """
    return expert_id in refresh_many(session, (expert_id,), now=now)


def refresh_many(session: Session, expert_ids: Collection[UUID], *, now: datetime, announce: bool = True) -> set[UUID]:
    """The same for several experts, locked in the order of their ids; those who can now be offered more.

    `announce=False` publishes nothing: for crowds made where no question can be waiting.
    """
    if not expert_ids:
        return set()
    session.flush()
    experts = {row.person_id: row for row in session.execute(_LOCK, {"ids": sorted(expert_ids), "now": now})}
    _keep_spans(session, list(experts.values()), now)
    free = [row.person_id for row in experts.values() if row.is_online and row.has_room]
    away = [person_id for person_id in experts if person_id not in set(free)]
    if away:
        session.execute(_CLEAR, {"ids": away})
    if not free:
        return set()
    came = _store(session, free, _wanted(session, experts, free, now))
    for person_id in sorted(came) if announce else ():
        publish(session, ExpertFree(person_id))
    return came


def refresh_mission(session: Session, mission_id: UUID, *, now: datetime) -> set[UUID]:
    """Refresh everybody enrolled on a mission that was published, paused, closed, edited, began or ended."""
    found = session.scalars(
        text("SELECT person_id FROM enrolment WHERE mission_id = :mission AND state = 'active'"),
        {"mission": mission_id},
    )
    return refresh_many(session, list(found), now=now)


def served(session: Session, expert_ids: Collection[UUID], *, now: datetime) -> Iterable[Row[Any]]:
    """What experts may answer now, present or not: person_id, category_id, language, enrolment_id, mission_id."""
    return session.execute(_ROWS, {"ids": list(expert_ids), "now": now, "overall": OVERALL})


def _wanted(
    session: Session, experts: dict[UUID, Row[Any]], free: Sequence[UUID], now: datetime
) -> list[tuple[UUID, UUID, str, UUID, UUID, float]]:
    found = served(session, free, now=now)
    return [
        (
            row.person_id, row.category_id, row.language, row.enrolment_id, row.mission_id,
            base_of(experts[row.person_id], row, now),
        )
        for row in found
    ]  # fmt: skip


def base_of(expert: Row[Any], row: Row[Any], now: datetime) -> float:
    """The part of the score that moves slowly (`scoring.merit`), with default weights."""
    lapsed = (now - expert.counted_at).total_seconds() if expert.counted_at else 0.0
    here = tally(row.good, row.rated, row.rated_at, now)
    whole = tally(row.all_good, row.all_rated, row.all_at, now)
    return merit(
        Candidate(
            expert=row.person_id,
            accepted=faded(expert.accepted, elapsed=lapsed, half_life=ACCEPTANCE_HALF_LIFE_SECONDS),
            offered=faded(expert.offered, elapsed=lapsed, half_life=ACCEPTANCE_HALF_LIFE_SECONDS),
            missed=expert.ignored,
            mean_delay=expert.answer_delay,
            here=here,
            elsewhere=elsewhere(here, whole),
        )
    )


def tally(good: float, rated: float, at: datetime | None, now: datetime) -> Tally:
    """Counts kept as of `at`, faded to `now`."""
    elapsed = (now - at).total_seconds() if at is not None else 0.0
    return Tally(
        good=faded(good, elapsed=elapsed, half_life=REPUTATION_HALF_LIFE_SECONDS),
        rated=faded(rated, elapsed=elapsed, half_life=REPUTATION_HALF_LIFE_SECONDS),
    )


def elsewhere(here: Tally, whole: Tally) -> Tally:
    """What was rated in other categories."""
    return Tally(good=max(whole.good - here.good, 0.0), rated=max(whole.rated - here.rated, 0.0))


def _store(
    session: Session, ids: Sequence[UUID], wanted: Sequence[tuple[UUID, UUID, str, UUID, UUID, float]]
) -> set[UUID]:
    columns: Iterable[Sequence[Any]] = zip(*wanted, strict=True) if wanted else ([],) * 6
    people, categories, languages, enrolments, missions, bases = (list(column) for column in columns)
    stored = session.execute(
        _STORE,
        {
            "ids": list(ids), "people": people, "categories": categories, "languages": languages,
            "enrolments": enrolments, "missions": missions, "bases": bases,
        },
    )  # fmt: skip
    return {row.person_id for row in stored if row.is_new}


def _keep_spans(session: Session, experts: Sequence[Row[Any]], now: datetime) -> None:
    """A stretch online is open exactly while the expert is switched on, present, on duty and not paused."""
    ids = [row.person_id for row in experts]
    is_open = set(session.scalars(_OPEN_SPANS, {"ids": ids}))
    began = [row.person_id for row in experts if row.is_online and row.person_id not in is_open]
    ended = [row.person_id for row in experts if not row.is_online and row.person_id in is_open]
    if began:
        session.execute(_BEGIN_SPANS, {"keys": [new_id() for _ in began], "ids": began, "now": now})
    if ended:
        session.execute(_END_SPANS, {"ids": ended, "now": now})
