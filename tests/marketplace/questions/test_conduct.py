"""Insults pause the one who wrote them, longer each time, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.questions.conduct import FIRST_PAUSE, LONGEST_PAUSE, cool_down, is_insult, note_insult
from marketplace.questions.models import Visitor
from tests.conftest import NOW


def test_the_pause_doubles_is_told_and_ends() -> None:
    visitor = Visitor(insults=0)
    assert cool_down(visitor, now=NOW) is None
    first = note_insult(visitor, now=NOW)
    assert (first.retry_after, first.values) == (FIRST_PAUSE.total_seconds(), {"minutes": 2})
    assert cool_down(visitor, now=NOW + timedelta(seconds=90)).values == {"minutes": 1}  # type: ignore[union-attr]
    assert cool_down(visitor, now=NOW + FIRST_PAUSE) is None
    assert note_insult(visitor, now=NOW).values == {"minutes": 4}
    for _ in range(20):
        longest = note_insult(visitor, now=NOW)
    assert longest.retry_after == LONGEST_PAUSE.total_seconds()
    assert note_insult(visitor, now=NOW + timedelta(days=2)).values == {"minutes": 2}


@pytest.mark.parametrize("text", ["Espèce de connard", "TA GUEULE !!", "you are an idiot", "What the fuck"])
def test_insults_of_both_languages_are_recognised(text: str) -> None:
    assert is_insult(text)


@pytest.mark.parametrize(
    "text",
    ["Une pince à cheveux", "Is the cockpit wide?", "Le bouton est mort ?", "Does it shut up tight?"],
)
def test_words_that_hold_others_are_not(text: str) -> None:
    assert not is_insult(text)
