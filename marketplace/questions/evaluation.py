"""How often models are right on texts that they have not learnt."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.questions.classifier import CategoryModel, Row

SURE = 0.85
"""The precision that a question must have to be routed without asking the shopper."""

HeldOut = Sequence[tuple[CategoryModel, Sequence[Row]]]
"""Models, each with the texts that were held back from it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares between 0 and 1. `coverage`: the most texts, surest first, among which `SURE` are right."""

    texts: int
    top1: float
    top3: float
    macro_f1: float
    coverage: float

    def as_json(self) -> dict[str, Any]:
        """As stored with the model."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure(held: HeldOut) -> Measured | None:
    """The figures over all texts held back; None when there are none."""
    truth: list[str] = []
    first: list[str] = []
    leads: list[float] = []
    among_three = 0
    for model, rows in held:
        for question, title, description, category in rows:
            scores = model.scores(question, title, description)
            order = np.argsort(-scores, kind="stable")
            ranked = [model.keys[at] for at in order[:3]]
            truth.append(category)
            first.append(ranked[0])
            among_three += category in ranked
            leads.append(float(scores[order[0]] - scores[order[1]]) if len(order) > 1 else 0.0)
    if not truth:
        return None
    right, guessed = np.array(truth), np.array(first)
    hits = right == guessed
    return Measured(
        texts=len(truth), top1=float(hits.mean()), top3=among_three / len(truth), macro_f1=_macro_f1(right, guessed),
        coverage=_coverage(hits, np.array(leads)),
    )  # fmt: skip


def _macro_f1(right: NDArray[np.str_], guessed: NDArray[np.str_]) -> float:
    """The mean over the categories that occur of 2 * both / (guessed + true)."""
    each = [
        2 * np.sum((guessed == key) & (right == key)) / (np.sum(guessed == key) + np.sum(right == key))
        for key in np.unique(right)
    ]
    return float(np.mean(each))


def _coverage(hits: NDArray[np.bool_], leads: NDArray[np.float64]) -> float:
    precision = np.cumsum(hits[np.argsort(-leads, kind="stable")]) / np.arange(1, len(hits) + 1)
    enough = np.flatnonzero(precision >= SURE)
    return float(enough.max() + 1) / len(hits) if len(enough) else 0.0
