"""What earnings moved, read from the ledger: the one source of statements, documents, summaries and reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.core.money import Money
from payouts.chart import AccountKind
from payouts.models import DocumentLine, Earning, LedgerAccount, LedgerEntry, LedgerTransaction
from payouts.states import LineSide

_COMMISSION, _VAT = AccountKind.REVENUE_COMMISSION, AccountKind.VAT_PAYABLE


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting that changed what an expert earned: gross = commission + vat + net, negative when taken back."""

    transaction_id: UUID
    at: datetime
    earning: Earning
    commission: Money
    vat: Money
    net: Money

    @property
    def gross(self) -> Money:
        """What the brand, or the platform, pays or gets back."""
        return self.net + self.commission + self.vat

    @property
    def is_return(self) -> bool:
        """Whether it takes something back."""
        return self.gross.minor < 0

    @property
    def original_id(self) -> UUID:
        """The earning that it is about, or that it takes a part of back."""
        return self.earning.returns_id or self.earning.id

    @property
    def vat_bps(self) -> int:
        """Rate of the VAT on the commission."""
        return int(self.earning.calculation.get("vat_bps") or 0)


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of movements in one currency. `count` is of what was earned and not taken back in the same selection."""

    currency: str
    count: int
    gross: Money
    commission: Money
    vat: Money
    net: Money
    returned: Money
    """Gross of what was taken back: negative, and part of `gross`."""


def _sums() -> tuple[Any, Any, Any]:
    amount, kind = LedgerEntry.amount, LedgerAccount.kind
    total = func.coalesce
    return (
        -total(func.sum(amount).filter(kind == _COMMISSION), 0),
        -total(func.sum(amount).filter(kind == _VAT), 0),
        -total(func.sum(amount).filter(LedgerAccount.owner_type == "expert"), 0),
    )


def postings() -> Select[Any]:
    """Transactions about earnings: id, event_at, source_id, and c, v, n: commission, VAT on it, net."""
    commission, vat, net = _sums()
    return (
        select(LedgerTransaction.id, LedgerTransaction.event_at, LedgerTransaction.source_id, commission.label("c"),
               vat.label("v"), net.label("n"))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransaction.source_type == "earning", LedgerTransaction.type != "earning_released")
        .group_by(LedgerTransaction.id)
    )  # fmt: skip


def movements(
    session: Session, *, since: datetime, until: datetime, person_id: UUID | None = None, brand_id: UUID | None = None,
    undocumented: LineSide | None = None,
) -> list[Movement]:  # fmt: skip
    """What was moved in [since, until), oldest first; `undocumented` leaves out what is on a document already."""
    moved = postings().where(LedgerTransaction.event_at >= since, LedgerTransaction.event_at < until)
    if person_id is not None:
        own = select(Earning.id).where(Earning.person_id == person_id)
        moved = moved.where(LedgerTransaction.source_id.in_(own))
    if brand_id is not None:
        moved = moved.where(LedgerTransaction.source_id.in_(select(Earning.id).where(Earning.brand_id == brand_id)))
    if undocumented is not None:
        lines = select(DocumentLine.transaction_id).where(DocumentLine.side == undocumented)
        moved = moved.where(LedgerTransaction.id.not_in(lines))
    part = moved.subquery()
    rows = session.execute(
        select(part.c.id, part.c.event_at, part.c.c, part.c.v, part.c.n, Earning)
        .join(Earning, Earning.id == part.c.source_id)
        .where((part.c.c != 0) | (part.c.v != 0) | (part.c.n != 0))
        .order_by(part.c.event_at, part.c.id)
    )
    return [_movement(*row) for row in rows.tuples()]


def people_without_document(session: Session, side: LineSide, *, since: datetime, until: datetime) -> list[UUID]:
    """Experts with postings in [since, until) that no document of this side has yet."""
    lines = select(DocumentLine.transaction_id).where(DocumentLine.side == side)
    part = (
        postings()
        .where(LedgerTransaction.event_at >= since, LedgerTransaction.event_at < until)
        .where(LedgerTransaction.id.not_in(lines))
        .subquery()
    )
    counts = part.c.n + part.c.c + part.c.v != 0 if side is LineSide.SUPPLY else (part.c.c != 0) | (part.c.v != 0)
    people = select(Earning.person_id).join(part, part.c.source_id == Earning.id).where(counts).distinct()
    return list(session.scalars(people))


def _movement(transaction_id: UUID, at: datetime, commission: Any, vat: Any, net: Any, earning: Earning) -> Movement:
    c, v, n = (Money(int(minor), earning.currency) for minor in (commission, vat, net))
    return Movement(transaction_id, at, earning, c, v, n)


def sums(rows: Iterable[Movement]) -> list[Sums]:
    """Totals per currency."""
    kept: dict[str, list[Movement]] = {}
    for row in rows:
        kept.setdefault(row.earning.currency, []).append(row)
    return [_sum(currency, own) for currency, own in sorted(kept.items())]


def _sum(currency: str, rows: Sequence[Movement]) -> Sums:
    zero = Money(0, currency)
    whole: dict[UUID, int] = {}
    for row in rows:
        whole[row.original_id] = whole.get(row.original_id, 0) + row.gross.minor
    return Sums(
        currency, sum(minor > 0 for minor in whole.values()), sum((row.gross for row in rows), zero),
        sum((row.commission for row in rows), zero), sum((row.vat for row in rows), zero),
        sum((row.net for row in rows), zero), sum((row.gross for row in rows if row.is_return), zero),
    )  # fmt: skip
