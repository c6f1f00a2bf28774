"""Pay rules: exact, fair to the unit, explained by a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.money import Money
from payouts.pay import Facts, Reason, VatMode, assess, divide, fee_of, split

GOOD = Facts(AuthorKind.EXPERT, messages=2, replies=1, close_reason=CloseReason.SOLVED)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (GOOD, Reason.QUALIFIED),
        (replace(GOOD, close_reason=CloseReason.LEFT), Reason.QUALIFIED),
        (replace(GOOD, close_reason=CloseReason.SILENT), Reason.QUALIFIED),
        (replace(GOOD, close_reason=CloseReason.FORCED), Reason.QUALIFIED),
        (replace(GOOD, close_reason=CloseReason.FORCED, broken_rule="rude"), Reason.RULE_BROKEN),
        (replace(GOOD, close_reason=CloseReason.SOLVED, broken_rule="rude"), Reason.QUALIFIED),
        (replace(GOOD, close_reason=CloseReason.MISROUTED), Reason.MISROUTED),
        (replace(GOOD, close_reason=CloseReason.ABUSIVE), Reason.SPAM),
        (replace(GOOD, close_reason=CloseReason.SPAM), Reason.SPAM),
        (replace(GOOD, redirected=True), Reason.REDIRECTED),
        (replace(GOOD, served_by=AuthorKind.AGENT), Reason.NOT_EXPERT),
        (replace(GOOD, messages=0, replies=0), Reason.NO_ANSWER),
        (replace(GOOD, replies=0), Reason.NO_REPLY),
    ],
)
def test_each_situation_has_its_reason(facts: Facts, reason: Reason) -> None:
    assert assess(facts) is reason


def test_the_fee_is_the_pay_or_the_floor_whichever_is_more() -> None:
    assert fee_of({"pay_minor": 400, "floor_minor": 100, "currency": "EUR"}) == Money(400, "EUR")
    assert fee_of({"pay_minor": 0, "floor_minor": 150, "currency": "EUR"}) == Money(150, "EUR")
    assert not fee_of({"pay_minor": 0, "floor_minor": 0, "currency": "EUR"})


@pytest.mark.parametrize(
    ("mode", "vat_bps", "commission", "vat", "net"),
    [
        (VatMode.EXCLUSIVE, 0, 40, 0, 160),
        (VatMode.EXCLUSIVE, 2_000, 40, 8, 152),
        (VatMode.INCLUSIVE, 2_000, 33, 7, 160),
    ],
)
def test_two_euros_at_twenty_per_cent(mode: VatMode, vat_bps: int, commission: int, vat: int, net: int) -> None:
    share = split(Money(200, "EUR"), commission_bps=2_000, vat_bps=vat_bps, vat_mode=mode)
    assert (share.commission.minor, share.vat.minor, share.net.minor) == (commission, vat, net)


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.integers(0, 3_000), st.sampled_from(VatMode))
def test_parts_always_sum_to_the_whole_and_none_is_negative(
    gross: int, commission_bps: int, vat_bps: int, mode: VatMode
) -> None:
    share = split(Money(gross, "EUR"), commission_bps=commission_bps, vat_bps=vat_bps, vat_mode=mode)
    assert share.commission + share.vat + share.net == share.gross
    assert min(share.commission.minor, share.vat.minor, share.net.minor) >= 0


@given(st.integers(1, 10**6), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_a_divided_fee_is_spent_to_the_unit(fee: int, messages: list[int]) -> None:
    parts = divide(Money(fee, "EUR"), messages)
    assert sum(part.minor for part in parts) == fee
