"""Reads a past period for a rehearsal: questions, presence, what each did with his offers, what he earned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from experts import pool
from experts.rehearsal_world import Answer, Asked, Past, Player, Reaction
from experts.scoring import ACCEPTANCE_HALF_LIFE_SECONDS, REPUTATION_HALF_LIFE_SECONDS, Tally
from marketplace.brands.models import Brand, Category
from marketplace.ratings.queries import OF_EXPERT_SQL

HABITS = timedelta(days=30)
"""Acceptance and delays are measured from so long before the period on."""
MOST_QUESTIONS = 20_000
USUAL_TALK = 480.0
LONGEST_TALK = 3_600.0
_REACTIONS = {"accepted": Reaction.ACCEPT, "declined": Reaction.DECLINE, "lapsed": Reaction.NOTHING}

_QUESTIONS = text("""
    SELECT q.id, q.asked_at, q.language, q.category_id,
           CASE WHEN NOT c.by_mail THEN extract(epoch FROM c.closed_at - c.opened_at) END AS talk
      FROM question q LEFT JOIN conversation c ON c.question_id = q.id
     WHERE q.brand_id = :brand AND q.asked_at >= :since AND q.asked_at < :until AND q.intent = 'advice'
     ORDER BY q.asked_at, q.id LIMIT :most
""")
_OFFERS = text("""
    SELECT o.question_id, o.person_id, o.state, extract(epoch FROM o.answered_at - o.made_at) AS delay
      FROM offer o JOIN question q ON q.id = o.question_id
     WHERE q.brand_id = :brand AND q.asked_at >= :since AND q.asked_at < :until AND o.live
       AND o.state IN ('accepted', 'declined', 'lapsed')
""")
_PEOPLE = text("""
    SELECT e.person_id, p.name, e.capacity, e.languages, s.person_id IS NOT NULL AS agent
      FROM expert e JOIN person p ON p.id = e.person_id
      LEFT JOIN agent_seat s ON s.person_id = e.person_id AND s.brand_id = :brand
     WHERE s.person_id IS NOT NULL OR EXISTS (
           SELECT 1 FROM enrolment n WHERE n.person_id = e.person_id AND n.brand_id = :brand
              AND n.state IN ('active', 'paused'))
     ORDER BY e.person_id
""")
_HABITS = text("""
    SELECT person_id, count(*) AS offered, count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state = 'declined') AS declined,
           array_agg(extract(epoch FROM answered_at - made_at) ORDER BY id)
               FILTER (WHERE state IN ('accepted', 'declined')) AS delays
      FROM offer
     WHERE person_id = ANY(:people) AND live AND made_at >= :before AND made_at < :until
       AND state IN ('accepted', 'declined', 'lapsed')
     GROUP BY person_id
""")
_RECORD = text("""
    SELECT person_id, sum(weight) AS offered, sum(weight) FILTER (WHERE state = 'accepted') AS accepted,
           avg(delay) FILTER (WHERE state = 'accepted') AS mean_delay
      FROM (SELECT person_id, state, extract(epoch FROM answered_at - made_at) AS delay,
                   power(0.5, extract(epoch FROM CAST(:since AS timestamptz) - made_at) / :half_life) AS weight
              FROM offer WHERE person_id = ANY(:people) AND live AND enrolment_id IS NOT NULL AND made_at < :since
               AND made_at > CAST(:since AS timestamptz) - interval '120 days'
               AND state IN ('accepted', 'declined', 'lapsed')) AS faded
     GROUP BY person_id
""")
_RATINGS = text(f"""
    SELECT person_id, category_id, sum(weight) AS rated, coalesce(sum(weight) FILTER (WHERE stars >= 4), 0) AS good
      FROM (SELECT person_id, category_id, stars,
                   power(0.5, extract(epoch FROM CAST(:since AS timestamptz) - rated_at) / :half_life) AS weight
              FROM rating WHERE person_id = ANY(:people) AND counts AND rated_at < :since
               AND {OF_EXPERT_SQL}) AS faded
     GROUP BY person_id, category_id
""")  # no outside text in it
_ONLINE = text("""
    SELECT person_id, started_at, coalesce(ended_at, :until) AS ended_at FROM online_span
     WHERE person_id = ANY(:people) AND started_at < :until AND (ended_at IS NULL OR ended_at > :before)
     ORDER BY started_at
""")
_ELSEWHERE = text("""
    SELECT s.person_id, s.opened_at, coalesce(s.closed_at, :until) AS closed_at
      FROM segment s JOIN conversation c ON c.id = s.conversation_id
     WHERE s.person_id = ANY(:people) AND c.brand_id <> :brand AND s.opened_at < :until
       AND (s.closed_at IS NULL OR s.closed_at > :since)
""")
_EARNED = text(
    "SELECT person_id, day, minor FROM earned_day WHERE person_id = ANY(:people) AND day >= :first AND day < :day"
)
_FEES = text("""
    SELECT id, greatest(pay_minor, floor_minor) * (10000 - commission_bps) / 10000 AS fee
      FROM mission WHERE brand_id = :brand
""")


def read_past(session: Session, brand: Brand, *, since: datetime, until: datetime) -> Past:
    """The brand's period, ready to be played."""
    values = {"brand": brand.id, "since": since, "until": until}
    return Past(
        since=since, seconds=(until - since).total_seconds(), zone=brand.time_zone,
        players=_players(session, brand, values), questions=_questions(session, brand, values),
    )  # fmt: skip


def _questions(session: Session, brand: Brand, values: Mapping[str, Any]) -> list[Asked]:
    answers: dict[UUID, dict[UUID, Answer]] = defaultdict(dict)
    for row in session.execute(_OFFERS, values):
        answers[row.question_id][row.person_id] = Answer(_REACTIONS[row.state], float(row.delay or 0.0))
    families = _families(session, brand)
    rows = session.execute(_QUESTIONS, {**values, "most": MOST_QUESTIONS}).all()
    talks = sorted(min(float(row.talk), LONGEST_TALK) for row in rows if row.talk)
    usual = talks[len(talks) // 2] if talks else USUAL_TALK
    return [
        Asked(
            key=row.id, at=(row.asked_at - values["since"]).total_seconds(), language=row.language,
            category=str(row.category_id) if row.category_id else None, answers=answers.get(row.id, {}),
            family=families.get(row.category_id, frozenset()),
            talk=min(float(row.talk), LONGEST_TALK) if row.talk else usual,
        )
        for row in rows
    ]  # fmt: skip


def _families(session: Session, brand: Brand) -> dict[UUID, frozenset[str]]:
    """Category -> its parent and all below that: who may be asked once a question is widened."""
    rows = session.execute(select(Category.id, Category.parent_id).where(Category.brand_id == brand.id)).all()
    below: dict[UUID, set[str]] = defaultdict(set)
    for key, parent in rows:
        if parent is not None:
            below[parent] |= {str(key), str(parent)}
    return {key: frozenset(below[parent]) for key, parent in rows if parent is not None}


def _players(session: Session, brand: Brand, values: Mapping[str, Any]) -> list[Player]:
    people = session.execute(_PEOPLE, {"brand": brand.id}).all()
    keys = [row.person_id for row in people]
    given = {**values, "people": keys, "before": values["since"] - HABITS}
    read = _Read(session, given)
    served = _served(session, brand, keys, values["until"])
    return [_player(row, read, *served.get(row.person_id, (frozenset(), frozenset(), 0))) for row in people]


def _served(
    session: Session, brand: Brand, keys: Sequence[UUID], now: datetime
) -> dict[UUID, tuple[frozenset[str], frozenset[str], int]]:
    """Person -> languages and categories that he answers in for this brand, and what a conversation pays him."""
    own = set(session.scalars(select(Category.id).where(Category.brand_id == brand.id)))
    fees = {row.id: int(row.fee) for row in session.execute(_FEES, {"brand": brand.id})}
    languages: dict[UUID, set[str]] = defaultdict(set)
    categories: dict[UUID, set[str]] = defaultdict(set)
    paid: dict[UUID, int] = {}
    for row in pool.served(session, keys, now=now):
        if row.category_id in own:
            languages[row.person_id].add(row.language)
            categories[row.person_id].add(str(row.category_id))
            paid[row.person_id] = max(paid.get(row.person_id, 0), fees.get(row.mission_id, 0))
    return {key: (frozenset(languages[key]), frozenset(categories[key]), paid[key]) for key in paid}


class _Read:
    """Everything about the people, by person."""

    def __init__(self, session: Session, given: Mapping[str, Any]) -> None:
        since: datetime = given["since"]
        offers = {**given, "half_life": ACCEPTANCE_HALF_LIFE_SECONDS}
        self.habits = {row.person_id: row for row in session.execute(_HABITS, given)}
        self.record = {row.person_id: row for row in session.execute(_RECORD, offers)}
        self.ratings: dict[UUID, dict[str, Tally]] = defaultdict(dict)
        for row in session.execute(_RATINGS, {**given, "half_life": REPUTATION_HALF_LIFE_SECONDS}):
            self.ratings[row.person_id][str(row.category_id)] = Tally(float(row.good), float(row.rated))
        self.online: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
        for row in session.execute(_ONLINE, given):
            self.online[row.person_id].append(_stretch(since, row.started_at, min(row.ended_at, given["until"])))
        self.busy: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
        for row in session.execute(_ELSEWHERE, given):
            self.busy[row.person_id].append(_stretch(since, row.opened_at, row.closed_at))
        self.earned: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
        days = {"first": since.date() - timedelta(days=7), "day": since.date()}
        for row in session.execute(_EARNED, {**given, **days}):
            self.earned[row.person_id].append(((row.day - since.date()).days * 86_400.0, float(row.minor)))


def _stretch(since: datetime, begins: datetime, ends: datetime) -> tuple[float, float]:
    return (begins - since).total_seconds(), (ends - since).total_seconds()


def _player(row: Row[Any], read: _Read, languages: frozenset[str], categories: frozenset[str], fee: int) -> Player:
    habit, record = read.habits.get(row.person_id), read.record.get(row.person_id)
    ratings = read.ratings.get(row.person_id, {})
    offered = float(habit.offered) if habit else 0.0
    agent = bool(row.agent) and not categories
    return Player(
        key=row.person_id, name=row.name, agent=agent, capacity=row.capacity, categories=categories, fee=fee,
        languages=frozenset(row.languages) if agent else languages,
        online=read.online.get(row.person_id, ()), busy=read.busy.get(row.person_id, ()),
        accepted=float(record.accepted or 0.0) if record else 0.0, offered=float(record.offered) if record else 0.0,
        mean_delay=float(record.mean_delay) if record and record.mean_delay is not None else None, ratings=ratings,
        all_ratings=Tally(sum(one.good for one in ratings.values()), sum(one.rated for one in ratings.values())),
        accepts=((habit.accepted if habit else 0) + 3.5) / (offered + 5.0),
        declines=((habit.declined if habit else 0) + 0.5) / (offered + 5.0),
        delays=[float(each) for each in habit.delays or ()] if habit else (), earned=read.earned.get(row.person_id, ()),
    )  # fmt: skip
