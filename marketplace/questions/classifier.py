"""Which category a text speaks of: complement naive Bayes and category-document cosine, added up, learnt bit by bit.

One model per brand and language. Scores of both methods are brought to mean 0 and deviation 1 over the categories and
added (with the linear model of `linear.py` once one was trained). Confidence `p` is a logistic curve of the lead of the
first over the second, fitted on held-out labels by `curve_of`.

Complement naive Bayes: s(c) = sum_f x_f * -log((T_f - N_fc + a) / (T - N_c + a V))   (Rennie et al., ICML 2003).
Only features that were seen take memory: one row of counts each, found by binary search in the sorted bucket numbers.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.core.errors import Invalid
from marketplace.questions.features import Ids, Values, extract, word_ids, words_of
from marketplace.questions.lexicon_retail import THEMES
from marketplace.questions.lexicon_theme import Theme
from marketplace.questions.linear import LinearModel

FORMAT = 1
SMOOTHING = 0.1
TITLE_WEIGHT, QUESTION_WEIGHT, DESCRIPTION_WEIGHT = 3.0, 1.0, 1.0
NAME_WEIGHT, ROW_WEIGHT = 3.0, 0.3
THEME_WEIGHT, SPECIALIST_THEME_WEIGHT = 12.0, 1.0
GENERALIST_THEMES = 4
"""A shop whose names point to fewer themes is a specialist: its categories divide a theme, so nouns weigh little."""
LINEAR_SHARE = 3.0
LEAD_SCALE = 2.0
ALL_PARTS = (True, True, True)
COLD_CURVE = (1.6, -1.2)
"""Slope and offset of confidence against the lead before any calibration: at p >= .85, 88 % were right (English)."""

Row = tuple[str, str, str, str]
"""(question, title, description, category key)."""


class UnknownCategory(Invalid):
    """A label that is not among the model's categories."""

    code = "unknown_category"


class UnreadableModel(Invalid):
    """Bytes that are not a model of this format."""

    code = "unreadable_model"


@dataclass(frozen=True, slots=True)
class Name:
    """What is known of a category without labels: key, display name, other texts (synonyms, titles, taxonomy)."""

    key: str
    name: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """Categories, likeliest first, each with its probability, and `p`, the estimated precision of the first one."""

    ranked: list[tuple[str, float]]
    p: float


class CategoryModel:
    """The counts of one brand in one language. Not safe for writing from several threads."""

    def __init__(self, lang: str, keys: Sequence[str]):
        self.lang = lang
        self.keys = list(keys)
        self._column = {key: at for at, key in enumerate(self.keys)}
        self._buckets: Ids = np.empty(0, dtype=np.int32)
        self._rows: Ids = np.empty(0, dtype=np.int32)
        self._counts: Values = np.zeros((0, len(self.keys)), dtype=np.float32)
        self._texts_with: Values = np.zeros(0, dtype=np.float32)
        self.texts = 0
        self.labels = 0
        self.curve = COLD_CURVE
        self.linear: LinearModel | None = None
        self._norms: Values | None = None

    @classmethod
    def from_names(cls, lang: str, names: Sequence[Name], *, themes: bool = True) -> "CategoryModel":
        """A cold start: display names, other texts, and the nouns of the retail themes that the names point to."""
        model = cls(lang, list(dict.fromkeys(name.key for name in names)))
        for name in names:
            if name.name:
                model._add(extract([(name.name, 1.0)]), model._column[name.key], NAME_WEIGHT)
            for text in name.texts:
                model._add(extract([(text, 1.0)]), model._column[name.key], ROW_WEIGHT)
        if themes:
            model._learn_themes(names)
        return model

    def learn(
        self, lang: str, text: str, category: str, weight: float = 1.0, *, title: str = "", description: str = ""
    ) -> None:
        """Add one confirmed text. A text in another language is passed over: that is another model's.

        Raises `UnknownCategory`.
        """
        if category not in self._column:
            raise UnknownCategory(f"There is no category {category!r}.", field="category")
        if lang != self.lang:
            return
        self._add(_features(text, title, description), self._column[category], weight)
        self.labels += 1

    def learn_rows(self, rows: Sequence[Row]) -> None:
        """Add many confirmed texts of this model's language at once. Raises `UnknownCategory`."""
        known = [(_features(question, title, description), category) for question, title, description, category in rows]
        if unknown := {category for _, category in known} - self._column.keys():
            raise UnknownCategory(f"There is no category {min(unknown)!r}.", field="category")
        if known:
            self._rows_for(np.unique(np.concatenate([ids for (ids, _), _ in known])))
        for features, category in known:
            self._add(features, self._column[category], 1.0)
        self.labels += len(known)

    def predict(self, lang: str, question: str, title: str = "", description: str = "") -> Prediction:
        """Rank all categories. In another language than the model's the words count, but confidence is halved."""
        scores = self._scores(_features(question, title, description))
        if not len(scores):
            return Prediction([], 0.0)
        order = np.argsort(-scores, kind="stable")
        spread = np.exp(LEAD_SCALE * (scores - scores[order[0]]))
        shares = spread / spread.sum()
        p = self._confidence(_lead(scores)) * (1.0 if lang == self.lang else 0.5)
        return Prediction([(self.keys[at], float(shares[at])) for at in order], p)

    def knows(self, text: str) -> bool:
        """Whether some word of the text was ever seen; if none was, likeness of letters alone ranks the categories."""
        return bool(np.isin(word_ids(text), self._buckets).any())

    def scores(
        self, question: str, title: str = "", description: str = "", *, parts: tuple[bool, bool, bool] = ALL_PARTS
    ) -> Values:
        """The score of each of `keys` by the chosen parts: naive Bayes, cosine, linear model (if trained)."""
        return self._scores(_features(question, title, description), parts)

    @staticmethod
    def curve_of(held_out: Iterable[tuple["CategoryModel", Iterable[Row]]]) -> tuple[float, float] | None:
        """The confidence curve over models and rows that they have not learnt; None under 30 rows."""
        leads, right = [], []
        for model, rows in held_out:
            for question, title, description, category in rows:
                scores = model._scores(_features(question, title, description))
                leads.append(_lead(scores))
                right.append(model.keys[int(scores.argmax())] == category)
        return _fit_curve(np.array(leads), np.array(right, dtype=np.float64)) if len(leads) >= 30 else None

    def train_linear(self, rows: Iterable[Row]) -> None:
        """Train the linear model beside the counts, for brands with thousands of labels (by the nightly rebuild)."""
        examples = [
            (_features(question, title, description), self._column[category])
            for question, title, description, category in rows
            if category in self._column
        ]
        self.linear = LinearModel.train(examples, categories=len(self.keys))

    def memory(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self._buckets, self._rows, self._counts, self._texts_with)
        return sum(array.nbytes for array in arrays) + (self.linear.memory() if self.linear else 0)

    def to_bytes(self) -> bytes:
        """The whole model, versioned; holds no code."""
        used = len(self._buckets)
        head = {
            "format": FORMAT, "lang": self.lang, "keys": self.keys, "texts": self.texts, "labels": self.labels,
            "curve": list(self.curve),
        }  # fmt: skip
        arrays: dict[str, NDArray[Any]] = {
            "head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), "buckets": self._buckets,
            "rows": self._rows, "counts": self._counts[:used], "texts_with": self._texts_with[:used],
        }  # fmt: skip
        if self.linear is not None:
            arrays |= {"linear_buckets": self.linear.buckets, "linear_weights": self.linear.weights}
        out = io.BytesIO()
        np.savez_compressed(out, allow_pickle=False, **arrays)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "CategoryModel":
        """The model that `to_bytes` wrote. Raises `UnreadableModel`."""
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
                head = json.loads(bytes(arrays["head"]))
                if head["format"] != FORMAT:
                    raise UnreadableModel(f"This model is of format {head['format']}, not {FORMAT}.")
                model = cls(head["lang"], head["keys"])
                model.texts, model.labels = int(head["texts"]), int(head["labels"])
                model.curve = (float(head["curve"][0]), float(head["curve"][1]))
                model._buckets, model._rows = arrays["buckets"], arrays["rows"]
                model._counts, model._texts_with = arrays["counts"], arrays["texts_with"]
                if "linear_weights" in arrays:
                    model.linear = LinearModel(arrays["linear_buckets"], arrays["linear_weights"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UnreadableModel("These bytes are not a category model.") from error
        return model

    def _add(self, features: tuple[Ids, Values], column: int, weight: float) -> None:
        ids, values = features
        if not len(ids):
            return
        rows = self._rows_for(ids)
        unit = np.log1p(values)
        self._counts[rows, column] += weight * unit / np.linalg.norm(unit)
        self._texts_with[rows] += 1
        self.texts += 1
        self._norms = None

    def _rows_for(self, ids: Ids) -> Ids:
        """Row numbers of the buckets, making rows for those that are new."""
        at = np.searchsorted(self._buckets, ids)
        known = np.zeros(len(ids), dtype=bool)
        inside = at < len(self._buckets)
        known[inside] = self._buckets[at[inside]] == ids[inside]
        fresh = ids[~known]
        if len(fresh):
            used = len(self._buckets)
            if used + len(fresh) > len(self._counts):
                room = max(1024, len(self._counts) // 2, len(fresh))
                self._counts = np.vstack([self._counts, np.zeros((room, len(self.keys)), dtype=np.float32)])
                self._texts_with = np.concatenate([self._texts_with, np.zeros(room, dtype=np.float32)])
            made = np.arange(used, used + len(fresh), dtype=np.int32)
            self._buckets = np.insert(self._buckets, at[~known], fresh)
            self._rows = np.insert(self._rows, at[~known], made)
            at = np.searchsorted(self._buckets, ids)
        return self._rows[at]

    def _scores(self, features: tuple[Ids, Values], parts: tuple[bool, bool, bool] = ALL_PARTS) -> Values:
        """Sum of the standardised scores of naive Bayes, cosine and the linear model, as `parts` says."""
        bayes, cosine = self._counted(features)
        total = parts[0] * _standard(bayes) + parts[1] * _standard(cosine)
        shares = float(parts[0]) + float(parts[1])
        if parts[2] and self.linear is not None:
            total = total + LINEAR_SHARE * _standard(self.linear.scores(features))
            shares += LINEAR_SHARE
        scores: Values = total / shares
        return scores

    def _counted(self, features: tuple[Ids, Values]) -> tuple[Values, Values]:
        """Complement naive Bayes and cosine scores of every category."""
        ids, values = features
        if self._norms is None:
            self._freeze()
        assert self._norms is not None
        at = np.searchsorted(self._buckets, ids)
        at[at == len(self._buckets)] = 0
        known = self._buckets[at] == ids if len(self._buckets) else np.zeros(len(ids), dtype=bool)
        rows = self._rows[at[known]] if len(self._buckets) else np.empty(0, dtype=np.int32)
        idf = _idf(self._texts_with[rows], self.texts)
        x = np.log1p(values[known]) * idf
        counts = self._counts[rows]
        all_categories = counts.sum(axis=1, keepdims=True)
        elsewhere = self._total - self._per_category + SMOOTHING * max(1, len(self._buckets))
        bayes = x @ -np.log((np.maximum(all_categories - counts, 0.0) + SMOOTHING) / elsewhere)
        cosine = x @ (np.log1p(counts) * idf[:, None]) / self._norms
        return bayes, cosine

    def _freeze(self) -> None:
        used = len(self._buckets)
        counts = self._counts[:used]
        self._per_category = counts.sum(axis=0)
        self._total = self._per_category.sum()
        idf = _idf(self._texts_with[:used], self.texts)
        squares = np.zeros(len(self.keys), dtype=np.float32)
        for start in range(0, used, 8192):
            part = np.log1p(counts[start : start + 8192]) * idf[start : start + 8192, None]
            squares += (part * part).sum(axis=0)
        self._norms = np.sqrt(squares) + np.float32(1e-6)

    def _confidence(self, lead: float) -> float:
        slope, offset = self.curve
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * lead + offset))))

    def _learn_themes(self, names: Sequence[Name]) -> None:
        """Teach categories the nouns of the themes that their names point to."""
        pointed = [(theme, keys) for theme in THEMES if (keys := _pointing_to(theme, names))]
        weight = THEME_WEIGHT if len(pointed) >= GENERALIST_THEMES else SPECIALIST_THEME_WEIGHT
        for theme, keys in pointed:
            nouns = extract([(theme.fr if self.lang == "fr" else theme.en, 1.0), (theme.makers, 0.7)])
            for key in keys:
                self._add(nouns, self._column[key], weight)


def _pointing_to(theme: Theme, names: Sequence[Name]) -> list[str]:
    """Keys of the categories whose name shares the most of its words with the theme's names, at least a half."""
    pointers = set(words_of(theme.names))
    shares: dict[str, float] = {}
    for name in names:
        words = words_of(name.name)
        if words:
            share = sum(word in pointers for word in words) / len(words)
            shares[name.key] = max(shares.get(name.key, 0.0), share)
    best = max(shares.values(), default=0.0)
    return [key for key, share in shares.items() if share == best] if best >= 0.5 else []


def _features(question: str, title: str, description: str) -> tuple[Ids, Values]:
    return extract([(title, TITLE_WEIGHT), (question, QUESTION_WEIGHT), (description, DESCRIPTION_WEIGHT)])


def _idf(texts_with: Values, texts: int) -> Values:
    idf: NDArray[np.float32] = (np.log((1 + texts) / (1 + texts_with)) + 1).astype(np.float32)
    return idf


def _standard(scores: Values) -> Values:
    return (scores - scores.mean()) / (scores.std() + np.float32(1e-9)) if len(scores) else scores


def _lead(scores: Values) -> float:
    """How far the first is before the second; a single category leads by nothing."""
    if len(scores) < 2:
        return 0.0
    second, first = np.partition(scores, -2)[-2:]
    return float(first - second)


def _fit_curve(leads: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """Logistic regression on one variable by Newton's method, slightly ridged, the slope never negative."""
    design = np.column_stack([leads, np.ones_like(leads)])
    weights = np.zeros(2)
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (right - p) - 0.1 * weights
        curvature = (design * (p * (1 - p))[:, None]).T @ design + 0.1 * np.eye(2)
        weights += np.linalg.solve(curvature, gradient)
    return max(0.0, float(weights[0])), float(weights[1])
