"""Triage any file of questions with the same code as the live product (`flask triage predict`).

Names in, labels in, questions in; one JSON-ready line out per question, in the same order.
Names: `{key, en, fr}` rows; or `{category | key, en?, fr?, name?, path?, title?, synonyms?}` rows that tell more.
Labels: rows with a `category` and any of `lang, question, title, description`.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.core.errors import Invalid
from marketplace.questions import language
from marketplace.questions.classifier import CategoryModel, Name, Row

LINEAR_FROM = 1000
"""Labels in one language from which the linear model is trained as well."""
CALIBRATION_FOLDS = 4
FEWEST_HELD = 60
"""Labels under which none are held back: the shipped confidence serves."""


class BadLine(Invalid):
    """A line that cannot be used; says which one and why."""

    code = "bad_line"


@dataclass(frozen=True, slots=True)
class _Label:
    lang: str
    row: Row

    @property
    def fold(self) -> int:
        """The same product always falls into the same fold."""
        _, title, description, _ = self.row
        return zlib.crc32((title or description or self.row[0]).encode()) % CALIBRATION_FOLDS


def parse_lines(lines: Iterable[str], *, source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number from 1, object) for each line that is not blank. Raises `BadLine`."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadLine(f"{source}, line {number}: not JSON ({error.msg}).") from error
        if not isinstance(found, dict):
            raise BadLine(f"{source}, line {number}: a JSON object is expected.")
        yield number, found


def run(
    stdin_lines: Iterable[str], names_rows: Iterable[Mapping[str, Any]], label_rows: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield `{id, ranked, p, lang}` for each question line. Raises `BadLine`, naming the line."""
    names = list(names_rows)
    labels = list(_labels(label_rows))
    known = {name.key for name in names_of("en", names)}
    for number, label in enumerate(labels, start=1):
        if label.row[3] not in known:
            raise BadLine(f"labels, line {number}: category {label.row[3]!r} has no name.")
    models: dict[str, CategoryModel] = {}
    for number, question in parse_lines(stdin_lines, source="questions"):
        if "id" not in question:
            raise BadLine(f"questions, line {number}: `id` is missing.")
        asked, title, description = (_text(question, field, "questions", number) for field in _FIELDS)
        prior = question.get("lang")
        lang = language.detect(asked or f"{title} {description}", prior=prior if isinstance(prior, str) else None).lang
        spoken = prior if prior in language.LANGUAGES else lang
        if spoken not in models:
            models[spoken] = build(spoken, names, [label.row for label in labels if label.lang == spoken])
        guess = models[spoken].predict(spoken, asked, title, description)
        ranked = [key for key, _ in guess.ranked]
        yield {"id": question["id"], "ranked": ranked, "p": round(guess.p, 4), "lang": lang}


def build(lang: str, names_rows: Iterable[Mapping[str, Any]], labels: list[Row]) -> CategoryModel:
    """A model from names and labels, its confidence measured on labels held out by product."""
    names = names_of(lang, names_rows)
    return calibrated(lang, names, labels, held_out(lang, names, labels))


def held_out(lang: str, names: list[Name], labels: list[Row]) -> list[tuple[CategoryModel, list[Row]]]:
    """Models with the labels that each has not learnt; none below `FEWEST_HELD` labels.

    Four folds by product; one from `LINEAR_FROM` labels on, where training takes longer and a quarter says enough.
    """
    if len(labels) < FEWEST_HELD:
        return []
    held: list[tuple[CategoryModel, list[Row]]] = []
    for fold in range(CALIBRATION_FOLDS if len(labels) < LINEAR_FROM else 1):
        kept = [row for row in labels if _Label(lang, row).fold != fold]
        held.append((_trained(lang, names, kept), [row for row in labels if _Label(lang, row).fold == fold]))
    return held


def calibrated(
    lang: str, names: list[Name], labels: list[Row], held: list[tuple[CategoryModel, list[Row]]]
) -> CategoryModel:
    """The model of all labels, with the confidence that the held-out ones bear out."""
    model = _trained(lang, names, labels)
    curve = CategoryModel.curve_of(held) if held else None
    if curve is not None:
        model.curve = curve
    return model


def _trained(lang: str, names: list[Name], labels: list[Row]) -> CategoryModel:
    model = CategoryModel.from_names(lang, names)
    model.learn_rows(labels)
    if len(labels) >= LINEAR_FROM:
        model.train_linear(labels)
    return model


_FIELDS = ("question", "title", "description")


def _text(row: Mapping[str, Any], field: str, source: str, number: int) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{source}, line {number}: `{field}` must be text.")
    return value


def _labels(rows: Iterable[Mapping[str, Any]]) -> Iterator[_Label]:
    for number, row in enumerate(rows, start=1):
        category = row.get("category")
        if not isinstance(category, str) or not category:
            raise BadLine(f"labels, line {number}: `category` is missing.")
        question, title, description = (_text(row, field, "labels", number) for field in _FIELDS)
        lang = row.get("lang")
        if lang not in language.LANGUAGES:
            lang = language.detect(f"{question} {title} {description}", prior=None).lang
        yield _Label(lang, (question, title, description, category))


def names_of(lang: str, rows: Iterable[Mapping[str, Any]]) -> list[Name]:
    """One `Name` per key; rows that are not plain `{key, en, fr}` add texts to theirs."""
    display: dict[str, str] = {}
    texts: dict[str, list[str]] = defaultdict(list)
    for number, row in enumerate(rows, start=1):
        key = row.get("key") or row.get("category")
        if not isinstance(key, str) or not key:
            raise BadLine(f"names, line {number}: `key` or `category` is missing.")
        own = row.get(lang) or row.get("name") or ""
        if "category" not in row and key not in display:
            display[key] = str(own) or key.replace("_", " ")
        else:
            texts[key].append(str(own).rsplit(">", 1)[-1])
        path, synonyms = row.get("path"), row.get("synonyms")
        if isinstance(path, list) and _is_spoken(" ".join(map(str, path)), row, lang):
            texts[key].append(" ".join(map(str, path[-2:])))
        if isinstance(synonyms, list):
            texts[key].extend(map(str, synonyms))
        if isinstance(row.get("title"), str) and row.get("lang", lang) == lang:
            texts[key].append(row["title"])
    keys = dict.fromkeys([*display, *texts])
    return [Name(key, display.get(key, key.replace("_", " ")), tuple(filter(None, texts[key]))) for key in keys]


def _is_spoken(text: str, row: Mapping[str, Any], lang: str) -> bool:
    """Whether a merchant's path is in this language: as the row says, else as it sounds."""
    return bool(row.get("lang", language.detect(text, prior="fr").lang) == lang)
