"""What stands on a document: parties, lines, VAT, mentions. Plain data, kept with the document; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.core.errors import Conflict
from marketplace.core.money import Money
from payouts.earned import Movement
from payouts.mentions import EARNINGS, STANDARD_VAT_BPS, WALLET, mention
from payouts.models import LegalParty, Mandate
from payouts.parties import frozen
from payouts.sealing import last_of
from payouts.states import DocumentKind, LineSide, VatStatus


class VatNotCharged(Conflict):
    """The platform is registered for VAT, but the commission carries none."""

    code = "vat_not_charged"
    message = "The platform is registered for VAT, but this month's commission carries none: correct its legal details."


@dataclass(frozen=True, slots=True)
class Parties:
    """Who supplies, who pays, and who issues for the supplier (with his mandate)."""

    seller: LegalParty
    buyer: LegalParty
    issuer: LegalParty
    mandate: Mandate | None


@dataclass(frozen=True, slots=True)
class Vat:
    """How a document is taxed: category of EN 16931 (S standard, E exempt, AE reverse charge) and rate."""

    category: str
    bps: int
    mention: str


def total_of(row: Movement, side: LineSide) -> int:
    """What the row adds to a document of this side, VAT included, in minor units."""
    return row.gross.minor if side is LineSide.SUPPLY else (row.commission + row.vat).minor


def content_of(
    kind: DocumentKind, sides: Parties, rows: Sequence[Movement], *, month: date, locale: str, issued_on: date,
    contest_until: datetime | None, corrects: tuple[str, date] | None,
) -> dict[str, Any]:  # fmt: skip
    """All that is printed. Amounts are minor units; negative on a credit note."""
    side = LineSide.COMMISSION if kind is DocumentKind.COMMISSION else LineSide.SUPPLY
    vat = _vat_of(kind, sides, rows)
    totals = [total_of(row, side) for row in rows]
    bases = [row.commission.minor for row in rows] if side is LineSide.COMMISSION else _bases(totals, vat.bps)
    total, base = sum(totals), sum(bases)
    lines = [
        {
            "on": row.at.date().isoformat(), "rule": row.earning.rule.value, "returned": row.is_return,
            "reference": str(row.earning.conversation_id or row.earning.id), "gross_minor": row.gross.minor,
            "commission_bps": int(row.earning.calculation.get("commission_bps") or 0), "base_minor": line_base,
            "total_minor": line_total,
        }
        for row, line_base, line_total in zip(rows, bases, totals, strict=True)
    ]  # fmt: skip
    return {
        "seller": frozen(sides.seller), "buyer": frozen(sides.buyer), "issuer": frozen(sides.issuer), "lines": lines,
        "base_minor": base, "vat_minor": total - base, "total_minor": total, "period": [
            month.isoformat(), last_of(month).isoformat()
        ],
        "vat": {
            "category": vat.category, "bps": vat.bps,
            "reason": mention(vat.mention, issued_on).text(locale) if vat.mention else "",
            "code": mention(vat.mention, issued_on).exemption if vat.mention else "",
        },
        "corrects": {"number": corrects[0], "on": corrects[1].isoformat()} if corrects else None,
        "mentions": _mentions(kind, sides, vat, locale, issued_on, contest_until), "due_on": issued_on.isoformat(),
    }  # fmt: skip


def can_tax(sides: Parties, rows: Sequence[Movement]) -> bool:
    """Whether a commission can be put on a document: not where VAT is due on it and none was taken."""
    try:
        _vat_of(DocumentKind.COMMISSION, sides, rows)
    except VatNotCharged:
        return False
    return True


def _vat_of(kind: DocumentKind, sides: Parties, rows: Sequence[Movement]) -> Vat:
    seller, buyer = sides.seller, sides.buyer
    abroad = seller.country != buyer.country
    if kind is DocumentKind.COMMISSION and any(row.vat for row in rows):
        rates = {row.vat_bps for row in rows}
        return Vat("S", max(rates), "")
    if seller.vat_status is VatStatus.FRANCHISE:
        return Vat("E", 0, "franchise" if seller.country == "FR" else "franchise_abroad")
    if abroad and buyer.vat_number:
        return Vat("AE", 0, "reverse_charge")
    if kind is DocumentKind.COMMISSION:
        raise VatNotCharged
    return Vat("S", STANDARD_VAT_BPS.get(seller.country, STANDARD_VAT_BPS["FR"]), "")


def _bases(totals: Sequence[int], bps: int) -> list[int]:
    """The part without VAT of each amount that includes it: rounded once for all, and dealt out to the lines."""
    if not bps:
        return list(totals)
    found = [0] * len(totals)
    for sign in (1, -1):
        places = [place for place, total in enumerate(totals) if total * sign > 0]
        weights = [totals[place] * sign for place in places]
        whole = sum(weights)
        base = (whole * 20_000 + 10_000 + bps) // (2 * (10_000 + bps))
        if weights:
            for place, part in zip(places, Money(base, "EUR").allocate(weights), strict=True):
                found[place] = part.minor * sign
    return found


def _mentions(
    kind: DocumentKind, sides: Parties, vat: Vat, locale: str, on: date, contest_until: datetime | None
) -> list[str]:
    accounts = EARNINGS if kind is DocumentKind.COMMISSION else WALLET
    values = {
        "issuer": sides.issuer.name, "supplier": sides.seller.name,
        "account": accounts["fr" if locale == "fr" else "en"],
    }  # fmt: skip
    codes = ["services"]
    if kind is DocumentKind.BONUS:
        codes = ["self_billed", *codes]
    elif kind is DocumentKind.FEES:
        codes = ["third_party", *codes]
    if sides.mandate is not None and contest_until is not None:
        codes.append("mandate")
        values |= {
            "version": sides.mandate.version, "accepted": sides.mandate.accepted_at.date().isoformat(),
            "until": contest_until.date().isoformat(),
        }  # fmt: skip
    if vat.mention:
        codes.append(vat.mention)
    if kind is not DocumentKind.BONUS:
        codes.append("paid")
    codes += ["discount", "late_payment", "recovery_fee"]
    return [mention(code, on).text(locale).format(**values) for code in codes]
