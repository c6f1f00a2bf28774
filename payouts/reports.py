"""A year by months and quarters, straight from the ledger: the expert's summary, and the report to the tax office."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.money import Money
from payouts.earned import postings
from payouts.models import Earning, LedgerTransaction, LegalParty, Payee


class Unit(StrEnum):
    """Into what a year is cut."""

    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """What an expert's postings of one month or quarter sum to, in one currency.

    `count` is of activities: what was earned and not wholly taken back in the same period.
    """

    person_id: UUID
    currency: str
    number: int
    count: int
    commission_minor: int
    vat_minor: int
    net_minor: int

    @property
    def gross(self) -> Money:
        """Before commission."""
        return Money(self.net_minor + self.commission_minor + self.vat_minor, self.currency)

    @property
    def fees(self) -> Money:
        """What the platform kept: commission and VAT on it."""
        return Money(self.commission_minor + self.vat_minor, self.currency)

    @property
    def net(self) -> Money:
        """What went to the expert: the “consideration” of the directive."""
        return Money(self.net_minor, self.currency)


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """First instant of the year and of the next, UTC."""
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def periods(session: Session, year: int, unit: Unit, *, person_id: UUID | None = None) -> list[Period]:
    """Each expert's months or quarters that had postings, in order."""
    since, until = year_bounds(year)
    moved = postings().where(LedgerTransaction.event_at >= since, LedgerTransaction.event_at < until)
    if person_id is not None:
        moved = moved.where(LedgerTransaction.source_id.in_(select(Earning.id).where(Earning.person_id == person_id)))
    part = moved.subquery()
    number = func.extract(unit.value, func.timezone("UTC", part.c.event_at)).label("number")
    original = func.coalesce(Earning.returns_id, Earning.id).label("original")
    each = (
        select(
            Earning.person_id, Earning.currency, number, original, func.sum(part.c.c).label("c"),
            func.sum(part.c.v).label("v"), func.sum(part.c.n).label("n"),
        )
        .join(part, part.c.source_id == Earning.id)
        .group_by(Earning.person_id, Earning.currency, number, original)
        .subquery()
    )  # fmt: skip
    key = (each.c.person_id, each.c.currency, each.c.number)
    rows: Any = session.execute(
        select(
            *key, func.count().filter(each.c.c + each.c.v + each.c.n > 0), func.sum(each.c.c), func.sum(each.c.v),
            func.sum(each.c.n),
        )
        .group_by(*key)
        .order_by(*key)
    ).tuples()  # fmt: skip
    return [Period(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]


@dataclass(frozen=True, slots=True)
class Seller:
    """An expert as the report names him, with what is still missing."""

    person_id: UUID
    name: str
    party: LegalParty | None
    account: str
    currency: str
    quarters: tuple[Period, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything that the report must say is known."""
        return self.party is not None and bool(self.party.tin) and self.party.born_on is not None

    def quarter(self, number: int) -> Period:
        """One of four, empty when nothing was earned in it."""
        for one in self.quarters:
            if one.number == number:
                return one
        return Period(self.person_id, self.currency, number, 0, 0, 0, 0)

    @property
    def whole(self) -> Period:
        """The year."""
        sums = [sum(getattr(one, name) for one in self.quarters) for name in
                ("count", "commission_minor", "vat_minor", "net_minor")]  # fmt: skip
        return Period(self.person_id, self.currency, 0, *sums)


def sellers(session: Session, year: int) -> list[Seller]:
    """Every expert with postings in the year, by name; the small-seller exception is for goods only."""
    found: dict[tuple[UUID, str], list[Period]] = {}
    for one in periods(session, year, Unit.QUARTER):
        found.setdefault((one.person_id, one.currency), []).append(one)
    people = {person for person, _ in found}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).tuples().all())
    details = {one.owner_id: one for one in session.scalars(select(LegalParty).where(LegalParty.owner_id.in_(people)))}
    accounts = dict(
        session.execute(select(Payee.person_id, Payee.account_id).where(Payee.person_id.in_(people))).tuples().all()
    )
    rows = [
        Seller(person, names.get(person, ""), details.get(person), accounts.get(person, ""), currency, tuple(own))
        for (person, currency), own in found.items()
    ]
    return sorted(rows, key=lambda one: (_plain(one.name), one.currency))


def _plain(name: str) -> str:
    """For sorting: É is next to E."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
