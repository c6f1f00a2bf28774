"""Text as hashed features."""

import numpy as np

from marketplace.questions.features import BUCKETS, extract, words_of


def test_little_words_and_bare_numbers_are_left_out() -> None:
    assert words_of("Does the tent 2024 fit in a bag?") == ["tent", "bag"]


def test_accents_case_and_plurals_do_not_matter() -> None:
    assert words_of("TENTES Légères") == words_of("tente legere")


def test_ids_are_sorted_unique_and_in_range() -> None:
    ids, values = extract([("wool socks for hiking, wool!", 1.0)])
    assert np.all(np.diff(ids) > 0)
    assert ids[0] >= 0
    assert ids[-1] < BUCKETS
    assert values.dtype == np.float32
    assert len(ids) == len(values)


def test_a_field_of_twice_the_weight_counts_twice() -> None:
    once, twice = extract([("tent", 1.0)]), extract([("tent", 2.0)])
    assert np.array_equal(once[0], twice[0])
    assert np.allclose(once[1] * 2, twice[1])


def test_nothing_gives_nothing() -> None:
    for fields in ([], [("", 1.0)], [("the of 12", 1.0)]):
        ids, values = extract(fields)
        assert len(ids) == len(values) == 0
