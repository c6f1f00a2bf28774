"""What a conversation is worth: pure rules, in minor units and basis points. Rounded once per earning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.money import Money
from payouts.states import Rule


class Reason(StrEnum):
    """Why a segment is paid, or why it is not. Shown to the expert in words."""

    QUALIFIED = "qualified"
    NOT_EXPERT = "not_expert"
    NO_ANSWER = "no_answer"
    NO_REPLY = "no_reply"
    MISROUTED = "misrouted"
    SPAM = "spam"
    REDIRECTED = "redirected"
    RULE_BROKEN = "rule_broken"


@dataclass(frozen=True, slots=True)
class Facts:
    """What qualification looks at. `replies` counts what the shopper wrote after the expert's first message."""

    served_by: AuthorKind
    messages: int
    replies: int
    close_reason: CloseReason | None
    redirected: bool = False
    broken_rule: str = ""


def assess(facts: Facts) -> Reason:
    """Whether the segment qualifies: answered by an expert, and the shopper wrote at least once afterwards.

    A forced close changes nothing unless it names the rule that was broken.
    """
    if facts.served_by is not AuthorKind.EXPERT:
        return Reason.NOT_EXPERT
    if facts.redirected:
        return Reason.REDIRECTED
    if facts.close_reason is CloseReason.MISROUTED:
        return Reason.MISROUTED
    if facts.close_reason in {CloseReason.ABUSIVE, CloseReason.SPAM}:
        return Reason.SPAM
    if facts.close_reason is CloseReason.FORCED and facts.broken_rule:
        return Reason.RULE_BROKEN
    if facts.messages == 0:
        return Reason.NO_ANSWER
    return Reason.QUALIFIED if facts.replies > 0 else Reason.NO_REPLY


class VatMode(StrEnum):
    """Whether VAT on the commission comes on top of it, or is inside it."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


@dataclass(frozen=True, slots=True)
class Share:
    """One earning: gross = commission + vat + net."""

    gross: Money
    commission: Money
    vat: Money
    net: Money


def fee_of(terms: Mapping[str, Any]) -> Money:
    """The gross fee of a qualified conversation: the mission's pay, at least its floor."""
    return Money(max(int(terms.get("pay_minor") or 0), int(terms.get("floor_minor") or 0)), str(terms["currency"]))


def rule_of(terms: Mapping[str, Any]) -> Rule:
    """Under which rule the fee is earned: the mission's pay, or its floor where that is more."""
    return Rule.FLOOR if int(terms.get("floor_minor") or 0) > int(terms.get("pay_minor") or 0) else Rule.CONVERSATION


def fee_facts(terms: Mapping[str, Any], weight: int, weights: int) -> dict[str, Any]:
    """What an earning keeps of how its fee came about: the terms, and the expert's messages of all that count."""
    return {
        "pay_minor": int(terms.get("pay_minor") or 0), "floor_minor": int(terms.get("floor_minor") or 0),
        "base_minor": fee_of(terms).minor, "weight": weight, "weights": weights,
    }  # fmt: skip


def divide(fee: Money, messages: Sequence[int]) -> list[Money]:
    """The fee among those who qualified, in proportion to what each wrote; left-over units by largest remainder."""
    return fee.allocate(messages)


def split(gross: Money, *, commission_bps: int, vat_bps: int = 0, vat_mode: VatMode = VatMode.EXCLUSIVE) -> Share:
    """The platform's commission, the VAT on it, and what is left to the expert."""
    taken = gross.share(commission_bps)
    if vat_mode is VatMode.INCLUSIVE:
        # The VAT inside an amount is amount * rate / (1 + rate), half a unit rounded up.
        vat = Money((taken.minor * vat_bps * 2 + 10_000 + vat_bps) // (2 * (10_000 + vat_bps)), gross.currency)
        commission = taken - vat
    else:
        commission = taken
        vat = min(taken.share(vat_bps), gross - taken)
    return Share(gross, commission, vat, gross - commission - vat)
