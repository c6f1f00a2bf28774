"""`flask triage`: any file of questions, and a brand's own figures."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.marketplace.questions.shop import make_shop

NAMES = (
    '{"key": "pets", "en": "Pet Supplies", "fr": "Animalerie"}\n{"key": "tools", "en": "Tools", "fr": "Outillage"}\n'
)


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.jsonl"
    path.write_text(NAMES)
    return path


def test_each_line_is_answered_with_the_ranked_keys(app: Flask, names: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"lang": "fr", "title": "Foret à béton", "category": "tools"}\n')
    asked = '{"id": 1, "lang": "fr", "question": "Ce foret perce-t-il le béton ?"}\n'
    result = app.test_cli_runner().invoke(
        args=["triage", "predict", "--names", str(names), "--labels", str(labels)], input=asked
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["id"], found["ranked"], found["lang"]) == (1, ["tools", "pets"], "fr")
    assert 0 < found["p"] <= 1


@pytest.mark.parametrize(
    ("names_text", "asked", "complaint"),
    [
        (NAMES, "hello\n", "questions, line 1: not JSON"),
        (NAMES, '{"question": "x"}\n', "questions, line 1: `id` is missing"),
        ('{"en": "Pets"}\n', '{"id": 1}\n', "names, line 1"),
        ("\n", "", "there is no category in this file"),
    ],
)
def test_what_cannot_be_used_is_named(app: Flask, tmp_path: Path, names_text: str, asked: str, complaint: str) -> None:
    path = tmp_path / "names.jsonl"
    path.write_text(names_text)
    result = app.test_cli_runner().invoke(args=["triage", "predict", "--names", str(path)], input=asked)
    assert result.exit_code == 1
    assert complaint in result.output


def test_a_brands_figures_are_printed_per_language(app: Flask, session: Session) -> None:
    shop = make_shop(session, products=20)
    session.commit()
    result = app.test_cli_runner().invoke(args=["triage", "evaluate", shop.brand.slug])
    assert result.exit_code == 0, result.output
    lines = [line.split()[:3] for line in result.output.splitlines()[1:]]
    expected = [["questions", "too"], ["titles", "80"]]
    assert lines == [[lang, *found] for lang in ("fr", "en") for found in expected]


def test_an_unknown_brand_is_told(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["triage", "evaluate", "nobody"])
    assert result.exit_code == 1
    assert "nobody" in result.output
