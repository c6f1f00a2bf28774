"""The order in which eligible experts are asked: expected value times fairness.

    score = P**c * S**d * (Q - floor)**a * (1 + f*F + i*I)**b

P is the chance that the expert accepts, S how fast he answers an offer, Q the share of his
conversations in this category that shoppers found good, F how far his earnings per online hour lie
below those of the other candidates, I how long he has been idle. The emphases a to d say how firmly
the order follows each. Quality and a fair share must lead firmly, or chance and speed, which favour
the same few everywhere, drown both; speed and acceptance must count firmly too, or the slow, who
lose the most offers to quicker colleagues, are asked first for being the least paid. What each
choice does to waiting, quality and incomes is told in docs/matching.md and measured by
bench/market.py.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Self

from experts.rules import ExpertId

RULES_VERSION = "2"
"""Stored with every decision; raised whenever a rule, a term or a default weight changes."""

LEAST_QUALITY = 0.02
"""What is left of (Q - floor) for an expert at or below the floor: asked last, never forgotten."""

ACCEPTANCE_HALF_LIFE_SECONDS = 14 * 86_400.0
REPUTATION_HALF_LIFE_SECONDS = 90 * 86_400.0
DELAY_MEAN_WEIGHT = 0.1
"""Weight of the newest answer delay in the exponential mean."""

_BOUNDS: dict[str, tuple[float, float]] = {
    "prior_accepted": (0.0, 50.0),
    "prior_offered": (1.0, 60.0),
    "acceptance_emphasis": (0.0, 8.0),
    "missed_factor": (0.1, 1.0),
    "away_share": (0.0, 0.5),
    "away_seconds": (60.0, 3_600.0),
    "speed_scale": (10.0, 600.0),
    "speed_emphasis": (0.0, 16.0),
    "quality_floor": (0.0, 0.7),
    "prior_quality": (0.5, 0.95),
    "prior_ratings": (2.0, 100.0),
    "borrowed_share": (0.0, 1.0),
    "quality_emphasis": (0.0, 24.0),
    "fairness": (0.0, 10.0),
    "fairness_emphasis": (0.0, 24.0),
    "fairness_span": (1.0, 3.0),
    "idle": (0.0, 2.0),
    "idle_scale": (60.0, 7200.0),
    "holdout_share": (0.0, 0.5),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number in the score; a brand may move each inside the bounds of ``bounds()``."""

    prior_accepted: float = 4.0
    """Offers that a new expert is credited with having accepted."""
    prior_offered: float = 5.5
    """Offers that a new expert is credited with having received; at least ``prior_accepted``."""
    acceptance_emphasis: float = 2.0
    """The exponent c: how firmly those come first who will probably accept."""
    missed_factor: float = 0.5
    """What each offer left unanswered since his last sign of life leaves of his chance P."""
    away_share: float = 0.15
    """Chance that somebody of whom nothing was seen for long is not at his desk."""
    away_seconds: float = 300.0
    """Seconds after which what was last seen of him says a third of what it said at first."""
    speed_scale: float = 60.0
    """Mean answer delay, in seconds, at which S has fallen to 1/e."""
    speed_emphasis: float = 11.0
    """The exponent d: how firmly those come first who answer offers quickly."""
    quality_floor: float = 0.25
    """Share of good ratings that is worth nothing."""
    quality_emphasis: float = 12.5
    """The exponent a: how firmly a better reputation comes first."""
    prior_quality: float = 0.75
    """Share of good ratings assumed of a new expert: the platform's mean, neither low nor high."""
    prior_ratings: float = 6.0
    """How many ratings that assumption weighs."""
    borrowed_share: float = 0.5
    """What a rating in another category counts in this one."""
    fairness: float = 3.0
    """How much the least paid candidate gains over one paid far above the others."""
    fairness_emphasis: float = 13.5
    """The exponent b: how firmly the less paid and the idle come first."""
    fairness_span: float = 2.0
    """Multiple of the candidates' mean hourly earnings at which nothing more is gained."""
    idle: float = 0.3
    """How much a long idle expert gains over one who has just finished."""
    idle_scale: float = 900.0
    """Idle seconds after which 63 % of that is reached."""
    holdout_share: float = 0.05
    """Share of questions sent by the random-even rule, to keep measuring what the score brings."""

    @staticmethod
    def bounds() -> dict[str, tuple[float, float]]:
        """Return the least and greatest allowed value of every weight."""
        return dict(_BOUNDS)

    @classmethod
    def bounded(cls, **overrides: float) -> Self:
        """Return the defaults with some weights changed, each inside its safe bounds.

        Raises ValueError naming the weight and its bound.
        """
        known = {field.name for field in fields(cls)}
        for name, value in overrides.items():
            if name not in known:
                raise ValueError(f"unknown weight {name}")
            least, greatest = _BOUNDS[name]
            if not least <= value <= greatest:
                raise ValueError(f"{name} must be between {least:g} and {greatest:g}, not {value}")
        weights = cls(**overrides)
        if weights.prior_accepted > weights.prior_offered:
            raise ValueError("prior_accepted must be at most prior_offered")
        return weights


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Tally:
    """Ratings that count: how many, and how many of them good; faded by age, so not whole."""

    good: float = 0.0
    rated: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the score knows of one eligible expert.

    ``accepted`` and ``offered`` are faded by the acceptance half-life and leave withdrawn offers
    out; ``missed`` counts offers left unanswered since his last sign of life; ``away`` is the chance
    that he was not at his desk when something was last seen or heard of him, or in vain awaited,
    ``unseen`` seconds ago (:func:`away_after_silence`); ``mean_delay`` and
    ``idle`` are seconds (None: never answered an offer); ``here`` are his ratings in the
    question's category, ``elsewhere`` those in all others; ``earned`` is minor units and
    ``online_hours`` hours, both over the last seven days.
    """

    expert: ExpertId
    accepted: float = 0.0
    offered: float = 0.0
    missed: int = 0
    away: float = 0.0
    unseen: float = 0.0
    mean_delay: float | None = None
    here: Tally = Tally()
    elsewhere: Tally = Tally()
    earned: float = 0.0
    online_hours: float = 0.0
    idle: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its parts: P, S, Q, F and I as in the formula."""

    total: float
    acceptance: float
    speed: float
    quality: float
    fairness: float
    idle: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """One candidate in the order of asking; rank 1 is asked first. Score is None by lot."""

    rank: int
    expert: ExpertId
    score: Score | None


SILENCE_STEEPNESS = 4.0
"""How sharply the chance of still answering falls as silence passes the usual delay (half of it there)."""

NEUTRAL_DELAY_SECONDS = 15.0
"""Answer delay assumed of an expert who has never answered an offer."""


def faded(value: float, *, elapsed: float, half_life: float) -> float:
    """Return what is left of a count after ``elapsed`` seconds."""
    return value * math.pow(0.5, max(elapsed, 0.0) / half_life)


def next_mean_delay(mean: float | None, delay: float) -> float:
    """Return the exponential mean of answer delays, in seconds, after one more."""
    return delay if mean is None else mean + DELAY_MEAN_WEIGHT * (delay - mean)


def acceptance(candidate: Candidate, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return P: the smoothed share of offers accepted, cut for silence that says he may be away."""
    offered = max(candidate.offered, candidate.accepted)
    share = (candidate.accepted + weights.prior_accepted) / (offered + weights.prior_offered)
    away = away_now(candidate.away, elapsed=candidate.unseen, weights=weights)
    return share * math.pow(weights.missed_factor, candidate.missed) * (1.0 - away)


def away_now(away: float, *, elapsed: float, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return the chance that an expert is not at his desk, ``elapsed`` seconds after it was ``away``.

    It is 0 at a sign of life and returns, from either side, to what is usual (``away_share``).
    """
    usual = weights.away_share
    return usual + (away - usual) * math.exp(-max(elapsed, 0.0) / weights.away_seconds)


def away_after_silence(silent: float, mean_delay: float | None, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return the chance that an expert is not at his desk, once an offer lay unanswered ``silent`` seconds.

    Bayes' rule: somebody who is away says nothing for certain, somebody who is there rarely keeps
    silent for much longer than he usually does (an unknown delay is taken as the neutral one).
    """
    usual = NEUTRAL_DELAY_SECONDS if mean_delay is None else max(mean_delay, 1.0)
    away = weights.away_share
    there = (1.0 - away) / (1.0 + math.pow(max(silent, 0.0) / usual, SILENCE_STEEPNESS))
    return away / (away + there)


def speed(candidate: Candidate, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return S: 1 for an expert who answers offers at once, falling with his mean delay."""
    delay = NEUTRAL_DELAY_SECONDS if candidate.mean_delay is None else candidate.mean_delay
    return math.exp(-delay / weights.speed_scale)


def quality(here: Tally, elsewhere: Tally = Tally(), weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return Q: the Bayesian mean of good ratings here, other categories borrowed in part."""
    good = here.good + weights.borrowed_share * elsewhere.good
    rated = here.rated + weights.borrowed_share * elsewhere.rated
    return (weights.prior_quality * weights.prior_ratings + good) / (weights.prior_ratings + rated)


def hourly_rate(candidate: Candidate) -> float:
    """Return earnings per online hour, minor units, half an hour added so that starts are mild."""
    return candidate.earned / (candidate.online_hours + 0.5)


def fairness(rate: float, peers_rate: float, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return F from 0 (paid ``fairness_span`` times the peers' mean or more) to 1 (paid nothing).

    Where nobody has earned anything yet, all are equal and F is 1.
    """
    if peers_rate <= 0.0:
        return 1.0
    span = weights.fairness_span
    return min(max(span - rate / peers_rate, 0.0), span) / span


def idleness(seconds: float, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return I from 0 (just finished) towards 1 (idle for long)."""
    return 1.0 - math.exp(-max(seconds, 0.0) / weights.idle_scale)


def _parts(candidate: Candidate, weights: Weights) -> tuple[float, float, float]:
    return (
        acceptance(candidate, weights),
        speed(candidate, weights),
        quality(candidate.here, candidate.elsewhere, weights),
    )


def _merit(p: float, s: float, q: float, weights: Weights) -> float:
    worth = max(q - weights.quality_floor, LEAST_QUALITY)
    return (
        math.pow(p, weights.acceptance_emphasis)
        * math.pow(s, weights.speed_emphasis)
        * math.pow(worth, weights.quality_emphasis)
    )


def merit(candidate: Candidate, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return the part of the score that moves slowly: it without the fair share and the idle time."""
    return _merit(*_parts(candidate, weights), weights)


def score(candidate: Candidate, peers_rate: float, weights: Weights = DEFAULT_WEIGHTS) -> Score:
    """Return the score of one candidate against his peers' mean hourly earnings."""
    p, s, q = _parts(candidate, weights)
    f = fairness(hourly_rate(candidate), peers_rate, weights)
    i = idleness(candidate.idle, weights)
    share = math.pow(1.0 + weights.fairness * f + weights.idle * i, weights.fairness_emphasis)
    total = _merit(p, s, q, weights) * share
    return Score(total=total, acceptance=p, speed=s, quality=q, fairness=f, idle=i)


def mean_rate(candidates: Sequence[Candidate]) -> float:
    """Return the candidates' mean hourly earnings, 0 where there is none."""
    return sum(map(hourly_rate, candidates)) / len(candidates) if candidates else 0.0


def lot(seed: str, expert: ExpertId) -> int:
    """Return a number that orders experts at random, the same each time for the same seed."""
    return int.from_bytes(blake2b(f"{seed}|{expert}".encode(), digest_size=8).digest())


def rank(
    candidates: Sequence[Candidate],
    *,
    seed: str,
    peers_rate: float | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
) -> list[Ranked]:
    """Order candidates by falling score; equals by lot, drawn from ``seed`` (the question's id).

    ``peers_rate`` is the mean hourly earnings to be fair against; by default the candidates' own.
    """
    peers = mean_rate(candidates) if peers_rate is None else peers_rate
    scored = [(candidate.expert, score(candidate, peers, weights)) for candidate in candidates]
    scored.sort(key=lambda pair: (-pair[1].total, lot(seed, pair[0])))
    return [Ranked(place, expert, points) for place, (expert, points) in enumerate(scored, 1)]


def rank_evenly(experts: Iterable[ExpertId], *, seed: str) -> list[Ranked]:
    """Order experts by lot alone: the random-even rule of the holdout share."""
    drawn = sorted(experts, key=lambda expert: lot(seed, expert))
    return [Ranked(place, expert, None) for place, expert in enumerate(drawn, 1)]


def is_held_out(question: ExpertId, weights: Weights = DEFAULT_WEIGHTS) -> bool:
    """Return whether this question goes by the random-even rule; always the same for one id."""
    return lot("holdout", question) < weights.holdout_share * 2**64
