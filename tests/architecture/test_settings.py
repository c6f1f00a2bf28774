"""Every setting is documented, and the environment is read in one place."""

import re

import pytest
from pydantic import ValidationError

from marketplace.core.schema import ROOT
from marketplace.core.settings import Settings

NAMES = [name.upper() for name in Settings.model_fields]


def test_every_setting_is_in_the_example_file() -> None:
    listed = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(NAMES) == listed


def test_every_setting_is_described_for_operators() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert set(NAMES) <= described


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for package in ("marketplace", "experts", "payouts")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"os\.environ(?!\[\"DATABASE_URL\"\] = )|getenv", path.read_text())
    ]
    assert readers == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "x" * 40}, "DATABASE_URL"),
        (
            {"secret_key": "x" * 40, "database_url": "postgresql://h/d", "stripe_secret_key": "sk"},
            "STRIPE_WEBHOOK_SECRET",
        ),
    ],
)
def test_outside_development_a_missing_secret_stops_the_start_with_a_sentence_that_names_it(
    given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match=missing):
        Settings(_env_file=None, environment="production", **given)  # type: ignore[arg-type]
