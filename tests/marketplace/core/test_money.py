"""Money is exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.core.money import CurrencyMismatch, Money, parse_decimal

minors = st.integers(-(10**12), 10**12)


@given(minors, st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
def test_the_parts_of_a_split_sum_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "EUR").allocate(weights)
    assert sum(part.minor for part in parts) == minor


@given(minors, st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
def test_a_reversal_splits_as_the_mirror_of_what_it_reverses(minor: int, weights: list[int]) -> None:
    forward = Money(minor, "EUR").allocate(weights)
    assert [-part for part in forward] == Money(-minor, "EUR").allocate(weights)


def test_amounts_of_two_currencies_never_add() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


def test_decimal_text_is_read_to_the_cent() -> None:
    assert parse_decimal("1 234,50", "EUR") == Money(123450, "EUR")
    assert parse_decimal("500", "JPY") == Money(500, "JPY")


def test_the_schema_is_there(session: Session) -> None:
    assert session.execute(text("SELECT count(*) FROM person")).scalar() == 0
