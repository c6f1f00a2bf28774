"""Exact amounts: integer minor units and an ISO 4217 code, never a float or a bare number."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.core.errors import Invalid

# Minor-unit exponents that differ from 2 (ISO 4217, table A.1), for the currencies Stripe settles.
_EXPONENTS = {"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "JPY": 0, "KMF": 0, "KRW": 0, "MGA": 0, "PYG": 0,
              "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
              "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}  # fmt: skip


class CurrencyMismatch(Invalid):
    """Two amounts of different currencies met in one operation."""

    code = "currency_mismatch"
    message = "These amounts are not in the same currency."


def exponent(currency: str) -> int:
    """How many decimal digits the currency's minor unit has."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: `minor` units (cents for EUR) of `currency` (three capital letters)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("Money counts whole minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise Invalid("“%(currency)s” is not a currency code.", currency=self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch
        return other.minor

    @property
    def decimal(self) -> Decimal:
        """The amount in major units (12.30 for 1230 EUR cents), exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def share(self, basis_points: int) -> "Money":
        """`basis_points` / 10,000 of the amount, half a unit rounded away from zero, symmetric in sign."""
        magnitude = (abs(self.minor) * basis_points + 5_000) // 10_000
        return Money(magnitude if self.minor >= 0 else -magnitude, self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by largest remainder, first part first among equals; the parts always sum to the whole.

        A negative amount splits like its opposite, so that a reversal mirrors what it reverses.
        Raises `ValueError` when there is nothing to split by.
        """
        total = sum(weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must be non-negative and not all zero")
        magnitude = abs(self.minor)
        parts = [magnitude * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(magnitude * weights[i] % total), i))
        for index in by_remainder[: magnitude - sum(parts)]:
            parts[index] += 1
        sign = 1 if self.minor >= 0 else -1
        return [Money(sign * part, self.currency) for part in parts]


MOST_DIGITS = 14
"""Of an amount in minor units, after the first: what a 64-bit column surely holds."""


def parse_decimal(text: str, currency: str) -> Money:
    """Read “129.00” or “129,00” exactly. Raises `Invalid` for anything with more digits than the currency has."""
    cleaned = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        scaled = Decimal(cleaned).scaleb(exponent(currency))
        if scaled.adjusted() > MOST_DIGITS:
            raise ValueError("more than any account holds")
        whole = int(scaled)
    except (ArithmeticError, ValueError) as error:
        raise Invalid("“%(text)s” is not an amount; write it like 12.50.", text=text[:40]) from error
    if scaled != whole:
        raise Invalid("“%(text)s” has more decimals than %(currency)s allows.", text=text[:40], currency=currency)
    return Money(whole, currency)
