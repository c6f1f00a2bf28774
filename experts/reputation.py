"""Reputation: what ratings that count add up to, per category, its parents and over all.

Ratings of what a brand's agent served do not: an agent has none, and an expert who is one beside answers there for it.

Each rating fades with a half-life of 90 days (`scoring.REPUTATION_HALF_LIFE_SECONDS`): recent ones weigh more. A
mean is shown from five ratings on. For ranking, the share of good ratings is drawn towards the platform's mean by six
pseudo-ratings (`scoring.quality`), so that a new expert is taken for an ordinary one. Levels (`LEVELS`) look at the
mean of stars drawn in the same way towards the group: all experts rated in the category.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import pool
from experts.models import Expert, Reputation
from experts.pool import OVERALL
from experts.scoring import DEFAULT_WEIGHTS, REPUTATION_HALF_LIFE_SECONDS, Tally, quality
from marketplace.core.errors import NotFound
from marketplace.ratings.events import RatingSaved
from marketplace.ratings.models import Rating
from marketplace.ratings.queries import OF_EXPERT_SQL

LEAST_PUBLISHED = 5
"""Ratings from which on a mean is shown."""
GOOD = 4
"""Stars from which on a rating is a good one."""
LOOKBACK = timedelta(seconds=10 * REPUTATION_HALF_LIFE_SECONDS)
"""Older ratings weigh less than a thousandth and are left out; this bounds what one rating costs."""

_TOTALS = text(f"""
    SELECT category_id, count(*) AS number, sum(weight) AS rated, sum(weight * stars) AS stars,
           sum(weight) FILTER (WHERE stars >= :good) AS good
      FROM (SELECT category_id, stars,
                   power(0.5, greatest(extract(epoch FROM :at - rated_at), 0) / :half_life) AS weight
              FROM rating WHERE person_id = :person AND counts AND rated_at > :since
               AND {OF_EXPERT_SQL}) AS counted
     GROUP BY category_id
""")  # no outside text in it
_ANCESTORS = text("""
    WITH RECURSIVE up AS (
        SELECT id AS leaf, id, parent_id FROM category WHERE id = ANY(:ids)
        UNION
        SELECT up.leaf, c.id, c.parent_id FROM up JOIN category c ON c.id = up.parent_id
    )
    SELECT leaf, id FROM up
""")
_GROUP = text("""
    SELECT category_id, sum(stars) / sum(rated) AS mean FROM reputation WHERE category_id = ANY(:ids)
     GROUP BY category_id HAVING sum(rated) >= :least
""")
_LATEST = text(f"SELECT max(rated_at) FROM rating WHERE person_id = :person AND counts AND {OF_EXPERT_SQL}")


USUAL_MEAN = 4.2
"""Stars taken for the group's mean while fewer than `LEAST_GROUP` ratings are known."""
LEAST_GROUP = 20.0
PRIOR_RATINGS = DEFAULT_WEIGHTS.prior_ratings
"""How many ratings the group's mean weighs."""


class Level(StrEnum):
    """What a standing amounts to; the thresholds are published on the expert's page."""

    NEW = "new"
    SHOWN = "shown"
    PROVEN = "proven"
    OUTSTANDING = "outstanding"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From how many ratings and which mean (stars, drawn to the group's) a level is reached."""

    level: Level
    ratings: int
    mean: float


LEVELS = (
    Threshold(Level.OUTSTANDING, 50, 4.6), Threshold(Level.PROVEN, 20, 4.3),
    Threshold(Level.SHOWN, LEAST_PUBLISHED, 0.0), Threshold(Level.NEW, 0, 0.0),
)  # fmt: skip
"""Highest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be said of an expert in a category, at most when `is_published`.

    `mean` is 1 to 5 stars (0 without any rating), `share_good` 0 to 1; `quality` is the Q of the score; `weight` is
    what the ratings weigh now that they have faded.
    """

    mean: float
    count: int
    share_good: float
    quality: float
    is_published: bool
    weight: float = 0.0

    def drawn(self, group: float) -> float:
        """The mean of stars, drawn to the group's mean by `PRIOR_RATINGS` ratings."""
        return (self.mean * self.weight + group * PRIOR_RATINGS) / (self.weight + PRIOR_RATINGS)

    def level(self, group: float) -> Level:
        """The highest level whose threshold is reached."""
        drawn = self.drawn(group)
        return next(each.level for each in LEVELS if self.count >= each.ratings and drawn >= each.mean)

    @property
    def missing(self) -> int:
        """How many ratings are missing until the mean is shown."""
        return max(LEAST_PUBLISHED - self.count, 0)


@dataclass(slots=True)
class _Sum:
    count: int = 0
    rated: float = 0.0
    good: float = 0.0
    stars: float = 0.0


def on_rating(session: Session, event: RatingSaved) -> None:
    """A rating was given or changed: add up the person's ratings anew, so that a correction is exact."""
    rating = session.get(Rating, event.rating_id)
    if rating is not None and session.get(Expert, rating.person_id) is not None:
        rebuild(session, rating.person_id, now=rating.rated_at)


def rebuild(session: Session, person_id: UUID, *, now: datetime) -> None:
    """Add up all the ratings of an expert that count. Sums are kept as of the latest one and fade from there.

    Raises `NotFound` for somebody who is no expert.
    """
    if session.get(Expert, person_id, with_for_update={"key_share": True}, populate_existing=True) is None:
        raise NotFound
    session.flush()
    at = session.scalar(_LATEST, {"person": person_id}) or now
    sums = _sums(session, person_id, at)
    known = {
        row.category_id: row for row in session.scalars(select(Reputation).where(Reputation.person_id == person_id))
    }
    for category_id, row in known.items():
        if category_id not in sums:
            session.delete(row)
    for category_id, found in sums.items():
        kept = known.get(category_id)
        if kept is None:
            kept = Reputation(person_id=person_id, category_id=category_id)
            session.add(kept)
        kept.count, kept.rated, kept.good, kept.stars = found.count, found.rated, found.good, found.stars
        kept.updated_at = at
    session.flush()
    pool.refresh(session, person_id, now=max(now, at))


def of(session: Session, person_id: UUID, category_id: UUID | None = None, *, now: datetime) -> Standing:
    """What may be said of the expert in a category, or over all."""
    return of_many(session, [person_id], category_id, now=now)[person_id]


def of_many(
    session: Session, person_ids: Iterable[UUID], category_id: UUID | None = None, *, now: datetime
) -> dict[UUID, Standing]:
    """The same for several people."""
    people = list(person_ids)
    wanted = category_id or OVERALL
    rows = session.scalars(
        select(Reputation).where(Reputation.person_id.in_(people), Reputation.category_id.in_([wanted, OVERALL]))
    )
    found = {(row.person_id, row.category_id): row for row in rows}
    return {
        person: standing_of(found.get((person, wanted)), found.get((person, OVERALL)), now=now) for person in people
    }


def standing_of(here: Reputation | None, whole: Reputation | None, *, now: datetime) -> Standing:
    """A row, read for people. Means do not fade: both their sums do, alike."""
    here_tally, whole_tally = _tally(here, now), _tally(whole, now)
    shrunk = quality(here_tally, pool.elsewhere(here_tally, whole_tally))
    if here is None or here.rated <= 0:
        return Standing(0.0, 0, 0.0, shrunk, False)
    return Standing(
        here.stars / here.rated, here.count, here.good / here.rated, shrunk, here.count >= LEAST_PUBLISHED,
        here_tally.rated,
    )  # fmt: skip


def group_means(session: Session, category_ids: Iterable[UUID]) -> dict[UUID, float]:
    """The mean of stars of everybody rated in each category; the usual one where little is known."""
    wanted = list(category_ids)
    rows = session.execute(_GROUP, {"ids": wanted, "least": LEAST_GROUP})
    return dict.fromkeys(wanted, USUAL_MEAN) | {row.category_id: float(row.mean) for row in rows}


def _tally(row: Reputation | None, now: datetime) -> Tally:
    return pool.tally(row.good, row.rated, row.updated_at, now) if row is not None else Tally()


def _sums(session: Session, person_id: UUID, at: datetime) -> dict[UUID, _Sum]:
    totals = session.execute(
        _TOTALS,
        {
            "person": person_id, "at": at, "since": at - LOOKBACK, "good": GOOD,
            "half_life": REPUTATION_HALF_LIFE_SECONDS,
        },
    ).all()  # fmt: skip
    parents: dict[UUID, set[UUID]] = defaultdict(set)
    leaves = [row.category_id for row in totals if row.category_id is not None]
    for row in session.execute(_ANCESTORS, {"ids": leaves}):
        parents[row.leaf].add(row.id)
    sums: dict[UUID, _Sum] = defaultdict(_Sum)
    for row in totals:
        for category_id in {OVERALL} | parents[row.category_id]:
            total = sums[category_id]
            total.count += row.number
            total.rated += row.rated
            total.good += row.good or 0.0
            total.stars += row.stars
    return dict(sums)
