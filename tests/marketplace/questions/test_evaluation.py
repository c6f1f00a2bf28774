"""Figures of a model on texts that it has not learnt."""

import pytest

from marketplace.questions.classifier import CategoryModel, Name, Row
from marketplace.questions.evaluation import Measured, measure

NAMES = [Name("tents", "Tents"), Name("stoves", "Stoves"), Name("shoes", "Shoes"), Name("ropes", "Ropes")]


def figures(*rows: Row) -> Measured:
    found = measure([(CategoryModel.from_names("en", NAMES, themes=False), rows)])
    assert found is not None
    return found


def test_nothing_held_back_gives_no_figures() -> None:
    assert measure([]) is None


def test_all_right_is_all_covered() -> None:
    found = figures(("", "a tent", "", "tents"), ("", "a stove", "", "stoves"))
    assert (found.texts, found.top1, found.top3, found.macro_f1, found.coverage) == (2, 1.0, 1.0, 1.0, 1.0)


def test_a_wrong_one_lowers_each_figure_by_its_own_rule() -> None:
    found = figures(("", "a tent", "", "tents"), ("", "a tent", "", "stoves"))
    assert found.top1 == 0.5
    assert found.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_too_many_wrong_ones_cover_nothing() -> None:
    assert figures(("", "a tent", "", "shoes"), ("", "a stove", "", "ropes")).coverage == 0.0
