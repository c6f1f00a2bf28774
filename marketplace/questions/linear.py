"""Multinomial logistic regression on hashed features by stochastic gradient steps (AdaGrad, Duchi et al., 2011).

Worth its training time from about a thousand labels on; below that the counts of `classifier.py` do as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.questions.features import Ids, Values

EPOCHS = 4
STEP = 0.5
SEED = 7


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights (features x categories) of the buckets in `buckets` (sorted); the last row is the offset."""

    buckets: Ids
    weights: Values

    @classmethod
    def train(cls, examples: Sequence[tuple[tuple[Ids, Values], int]], *, categories: int) -> "LinearModel":
        """Learn from (features, column) pairs, in an order that is the same every time."""
        buckets = _buckets(examples)
        offset = len(buckets)
        weights = np.zeros((offset + 1, categories), dtype=np.float32)
        squares = np.full((offset + 1, categories), 0.01, dtype=np.float32)
        inputs = [
            _unit(np.searchsorted(buckets, ids).astype(np.int32), values, offset) for (ids, values), _ in examples
        ]
        shuffle = np.random.default_rng(SEED)
        for _ in range(EPOCHS):
            for at in shuffle.permutation(len(examples)):
                rows, x = inputs[at]
                scores = x @ weights[rows]
                share = np.exp(scores - scores.max())
                share /= share.sum()
                share[examples[at][1]] -= 1
                gradient = x[:, None] * share
                sums = squares[rows] + gradient * gradient
                squares[rows] = sums
                weights[rows] -= STEP * gradient / np.sqrt(sums)
        return cls(buckets, weights)

    def scores(self, features: tuple[Ids, Values]) -> Values:
        """Log-odds of every category, up to a constant."""
        ids, values = features
        offset = len(self.buckets)
        at = np.searchsorted(self.buckets, ids).astype(np.int32)
        at[at == offset] = 0
        known = self.buckets[at] == ids if offset else np.zeros(len(ids), dtype=bool)
        rows, x = _unit(at[known], values[known], offset)
        scores: Values = x @ self.weights[rows]
        return scores

    def memory(self) -> int:
        """Bytes held by the arrays."""
        return self.buckets.nbytes + self.weights.nbytes


def _buckets(examples: Sequence[tuple[tuple[Ids, Values], int]]) -> Ids:
    """Buckets that at least two examples have, sorted."""
    every = np.concatenate([ids for (ids, _), _ in examples]) if examples else np.empty(0, dtype=np.int32)
    buckets, seen = np.unique(every, return_counts=True)
    shared: Ids = buckets[seen > 1]
    return shared


def _unit(rows: Ids, values: Values, offset: int) -> tuple[Ids, Values]:
    """Log counts of length one, with the offset feature appended."""
    x = np.log1p(values)
    length = np.linalg.norm(x) or 1.0
    return np.append(rows, offset).astype(np.int32), np.append(x / length, 0.3).astype(np.float32)
