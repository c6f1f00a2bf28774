"""Contact and payment data in a shopper's words: hidden from experts, who never need it to answer."""

import re
from collections.abc import Callable

HIDDEN = "•••"
"""What experts read in its place."""

_MAIL = re.compile(
    r"[\w.+-]+\s?(?:@|[(\[]\s?(?:at|arobase)\s?[)\]]|\sarobase\s)\s?"
    r"[\w-]+(?:\s?(?:\.|[(\[](?:dot|point)[)\]]|\spoint\s)\s?[a-z]{2,})+",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){3,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d])")
_PHONE = re.compile(
    r"(?<![\d.,/])(?:"
    r"(?:\+33|0033)[ .-]?(?:\(0\))?[ .-]?[1-9](?:[ .-]?\d{2}){4}"  # France, as dialled from abroad
    r"|0[1-9](?:[ .-]?\d{2}){4}"
    r"|(?:\+|00)\d{1,3}(?:[ .()-]{0,2}\d){7,12}"
    r")(?![\d])"
)


def mask(text: str) -> tuple[str, list[str]]:
    """The text without contact and payment data, and the kinds found: mail, iban, card, phone."""
    found: list[str] = []
    for kind, pattern, is_one in _KINDS:
        text = _hide(text, kind, pattern, is_one, found)
    return text, found


def hidden_in(text: str) -> dict[str, list[str]]:
    """What is kept beside a shopper's message, so that she is told: {"hidden": kinds}, or nothing."""
    found = mask(text)[1]
    return {"hidden": found} if found else {}


def masked(text: str) -> str:
    """The text without contact and payment data."""
    return mask(text)[0]


def _hide(
    text: str, kind: str, pattern: re.Pattern[str], is_one: Callable[[str], bool] | None, found: list[str]
) -> str:
    def replace(match: re.Match[str]) -> str:
        if is_one is not None and not is_one(match.group()):
            return match.group()
        if kind not in found:
            found.append(kind)
        return HIDDEN

    return pattern.sub(replace, text)


def _has_card_check_digit(digits: str) -> bool:
    """Luhn's check, which other long numbers pass only by chance; thirteen digits are mostly a product's (EAN)."""
    total = 0
    if sum(each.isdigit() for each in digits) == 13 and not digits.startswith("4"):
        return False
    for place, digit in enumerate(reversed([int(each) for each in digits if each.isdigit()])):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    ("mail", _MAIL, None),
    ("iban", _IBAN, None),
    ("card", _CARD, _has_card_check_digit),
    ("phone", _PHONE, None),
)
