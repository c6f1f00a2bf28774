"""The policies that the simulator compares: the product's own order of asking, and simpler ones."""

from collections.abc import Callable
from dataclasses import dataclass

from experts.cascade import CascadePolicy
from experts.scoring import (
    DEFAULT_WEIGHTS,
    Candidate,
    Ranked,
    Weights,
    is_held_out,
    quality,
    rank,
    rank_evenly,
)

Order = Callable[[list[Candidate], str], list[Ranked]]


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to run the market: an order of asking and a clock, or knowledge of the future."""

    name: str
    order: Order | None
    cascade: CascadePolicy
    prefers_quality: bool = False
    """For the omniscient (``order`` is None): the best instead of the fastest."""


def evenly(candidates: list[Candidate], seed: str) -> list[Ranked]:
    """Random and even: each candidate has the same chance."""
    return rank_evenly((candidate.expert for candidate in candidates), seed=seed)


def _by(candidates: list[Candidate], key: Callable[[Candidate], float]) -> list[Ranked]:
    ordered = sorted(candidates, key=key, reverse=True)
    return [Ranked(place, one.expert, None) for place, one in enumerate(ordered, 1)]


def longest_idle(candidates: list[Candidate], _seed: str) -> list[Ranked]:
    """The one who has waited longest for work comes first."""
    return _by(candidates, lambda candidate: candidate.idle)


def best_rating(candidates: list[Candidate], _seed: str) -> list[Ranked]:
    """The best Bayesian mean rating comes first."""
    return _by(candidates, lambda one: quality(one.here, one.elsewhere))


def by_score(weights: Weights = DEFAULT_WEIGHTS) -> Order:
    """The product's score, the holdout share by lot included."""

    def order(candidates: list[Candidate], seed: str) -> list[Ranked]:
        if is_held_out(seed, weights):
            return evenly(candidates, seed)
        return rank(candidates, seed=seed, weights=weights)

    return order
