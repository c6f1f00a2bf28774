"""Triage: how often the category is right, beside simple baselines trained in the same run.

    python -m bench.triage --data DIR

DIR holds `categories.jsonl` and `questions_en*.jsonl` and/or `products_fr*.jsonl` (rows with `category`), and may hold
`taxonomy*.jsonl` and `site_tree_fr*.jsonl`. Five folds by product: no title is in both parts.
The baselines learn the names and labels alone, without the shipped retail words.
"""

import argparse
import json
import random
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.questions.classifier import ALL_PARTS, CategoryModel, Name, Row
from marketplace.questions.prediction import LINEAR_FROM, names_of

FOLDS = 5
FR_ROWS_TESTED = 2500
BAYES, COSINE = (True, False, False), (False, True, False)
HEAD = "| text | labels | method | top-1 | top-3 | macro-F1 | coverage at 85 % | p95 ms | MB |"

Cut = Callable[[Row], Row]


def rows_in(folder: Path, pattern: str) -> list[dict[str, Any]]:
    """All rows of the files of a pattern."""
    return [json.loads(line) for path in sorted(folder.glob(pattern)) for line in path.read_text().split("\n") if line]


def fold_of(row: Row) -> int:
    """The same product is always in the same fold."""
    return zlib.crc32(row[1].encode()) % FOLDS


def at_most(rows: list[Row], per_category: int | None) -> list[Row]:
    """A fixed random sample of so many rows a category (all when None)."""
    if per_category is None:
        return rows
    taken: dict[str, list[Row]] = {}
    for row in random.Random(11).sample(rows, len(rows)):
        if len(kept := taken.setdefault(row[3], [])) < per_category:
            kept.append(row)
    return [row for kept in taken.values() for row in kept]


def model_for(lang: str, names: Sequence[Name], labels: list[Row], *, themes: bool) -> CategoryModel:
    """A model as the product trains it, or without the shipped words."""
    model = CategoryModel.from_names(lang, names, themes=themes)
    model.learn_rows(labels)
    if themes and len(labels) >= LINEAR_FROM:
        model.train_linear(labels)
    return model


def figures(keys: list[str], truth: list[str], scores: NDArray[np.float64]) -> str:
    """top-1 | top-3 | macro-F1 | coverage at 85 % precision."""
    order = np.argsort(-scores, axis=1)
    right = np.array([keys.index(each) for each in truth])
    first = order[:, 0]
    hits = first == right
    ranked = np.sort(scores, axis=1)
    surest = np.argsort(-(ranked[:, -1] - ranked[:, -2]))
    precision = np.cumsum(hits[surest]) / np.arange(1, len(hits) + 1)
    enough = np.flatnonzero(precision >= 0.85)
    coverage = (enough.max() + 1) / len(hits) if len(enough) else 0.0
    f1 = []
    for key in np.unique(right):
        both = np.sum((first == key) & (right == key))
        f1.append(2 * both / (np.sum(first == key) + np.sum(right == key)))
    top3 = np.mean([each in row[:3] for each, row in zip(right, order, strict=True)])
    return f"{hits.mean():.3f} | {top3:.3f} | {np.mean(f1):.3f} | {coverage:.2f}"


def compare(what: str, lang: str, names: Sequence[Name], rows: list[Row], cut: Cut, ks: Sequence[int | None]) -> None:
    """Print one line for each number of labels and method."""
    for k in ks:
        results: dict[str, list[NDArray[np.float64]]] = {}
        truth: list[str] = []
        spent: list[float] = []
        memory = 0
        for fold in range(FOLDS):
            training = at_most([row for row in rows if fold_of(row) != fold], k)
            held = [cut(row) for row in rows if fold_of(row) == fold]
            held = held[: FR_ROWS_TESTED // FOLDS] if len(rows) > FR_ROWS_TESTED else held
            bare, ours = (model_for(lang, names, training, themes=themes) for themes in (False, True))
            memory = max(memory, ours.memory())
            for question, title, description, category in held:
                truth.append(category)
                for label, model, parts in (("cosine", bare, COSINE), ("naive Bayes", bare, BAYES)):
                    found = model.scores(question, title, description, parts=parts)
                    results.setdefault(label, []).append(found.astype(np.float64))
                started = time.perf_counter()
                found = ours.scores(question, title, description, parts=ALL_PARTS)
                spent.append(time.perf_counter() - started)
                results.setdefault("**ours**", []).append(found.astype(np.float64))
        for label, found_scores in results.items():
            cost = f"{1000 * np.quantile(spent, 0.95):.2f} | {memory / 1e6:.1f}" if "ours" in label else " | "
            line = figures([name.key for name in names], truth, np.array(found_scores))
            print(f"| {what} | {'all' if k is None else k} | {label} | {line} | {cost} |", flush=True)


def main() -> None:
    """Read the folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled files")
    folder: Path = parser.parse_args().data
    known = [row for kind in ("categories", "taxonomy", "site_tree_fr") for row in rows_in(folder, f"{kind}*.jsonl")]
    print(HEAD + "\n" + "| --- " * 9 + "|")
    english = [(row["question"], row["title"], "", row["category"]) for row in rows_in(folder, "questions_en*.jsonl")]
    if english:
        names = names_of("en", known)
        compare("EN question", "en", names, english, lambda row: (row[0], "", "", row[3]), (0, None))
        compare("EN question + title", "en", names, english, lambda row: row, (0, 5, 10, None))
    french = [("", row["title"], row["description"], row["category"]) for row in rows_in(folder, "products_fr*.jsonl")]
    if french:
        names = names_of("fr", known)
        random.Random(1).shuffle(french)
        compare("FR title", "fr", names, french, lambda row: ("", row[1], "", row[3]), (0, 20, None))
        compare("FR title + description", "fr", names, french, lambda row: row, (0, 20, None))


if __name__ == "__main__":
    main()
