"""The contract of `flask triage predict`."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from marketplace.questions.prediction import BadLine, build, parse_lines, run

NAMES: list[dict[str, Any]] = [
    {"key": "pets", "en": "Pet Supplies", "fr": "Animalerie"},
    {"key": "tools", "en": "Tools", "fr": "Outillage"},
    {"id": 1, "en": "Animals > Aquariums", "fr": "Animaux > Aquariums", "category": "pets"},
    {"path": ["BRICOLAGE", "PERCEUSE", "FORET BOIS"], "category": "tools"},
]


def predicted(*questions: Mapping[str, Any] | str, labels: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in questions]
    return list(run(lines, NAMES, labels or []))


def test_each_question_gives_one_line_in_order() -> None:
    found = predicted(
        {"id": "a", "lang": "en", "question": "is it safe for my fish?", "title": "Aquarium", "description": ""},
        "",
        {"id": 7, "lang": "fr", "question": "quel foret pour le bois ?", "title": "Perceuse"},
    )
    assert [line["id"] for line in found] == ["a", 7]
    assert [line["ranked"][0] for line in found] == ["pets", "tools"]
    assert [line["lang"] for line in found] == ["en", "fr"]
    assert all(set(line) == {"id", "ranked", "p", "lang"} and 0 <= line["p"] <= 1 for line in found)
    assert all(sorted(line["ranked"]) == ["pets", "tools"] for line in found)


def test_labels_change_the_answer() -> None:
    question = {"id": 1, "lang": "en", "question": "is the zorblax loud?", "title": "Zorblax"}
    labels = [{"lang": "en", "title": "Zorblax mini", "category": "tools"}]
    assert predicted(question, labels=labels)[0]["ranked"][0] == "tools"
    labels = [{"lang": "en", "title": "Zorblax mini", "category": "pets"}]
    assert predicted(question, labels=labels)[0]["ranked"][0] == "pets"


def test_a_question_without_language_is_detected() -> None:
    assert predicted({"id": 1, "question": "est-ce que le chien peut le mordre ?"})[0]["lang"] == "fr"


def test_confidence_is_calibrated_when_there_are_enough_labels() -> None:
    labels = [
        ("", f"model {at} {'leash' if at % 2 else 'drill'}", "", "pets" if at % 2 else "tools") for at in range(80)
    ]
    assert build("en", NAMES, labels).curve != build("en", NAMES, labels[:20]).curve


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: not JSON"), ("[1]", "line 2: a JSON object"), ('{"question": "x"}', "line 2: `id`"),
        ('{"id": 1, "question": 5}', "line 2: `question` must be text"),
    ],
)  # fmt: skip
def test_a_bad_question_line_is_named(line: str, complaint: str) -> None:
    with pytest.raises(BadLine, match=complaint):
        predicted({"id": 1, "question": "x"}, line)


@pytest.mark.parametrize(
    ("label", "complaint"),
    [({"title": "x"}, "line 1: `category`"), ({"category": "boats"}, "line 1: category 'boats' has no name")],
)
def test_a_bad_label_is_named(label: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadLine, match=complaint):
        predicted({"id": 1, "question": "x"}, labels=[label])


def test_a_bad_name_is_named() -> None:
    with pytest.raises(BadLine, match="names, line 1"):
        list(run(['{"id": 1}'], [{"en": "x"}], []))


def test_lines_are_numbered_as_in_the_file() -> None:
    assert list(parse_lines(["", '{"a": 1}\n'], source="labels")) == [(2, {"a": 1})]
