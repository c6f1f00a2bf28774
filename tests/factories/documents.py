"""Legal details and mandates: what documents need before they can be issued."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from payouts import parties
from payouts.chart import NOBODY
from payouts.models import LegalParty
from payouts.states import PartyKind

BEFORE = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)
ADDRESS = {"street": "3 rue des Lices", "postcode": "35000", "city": "Rennes", "country": "FR", "siren": "732829320"}


def make_platform(session: Session, **given: Any) -> LegalParty:
    """Who issues."""
    values = {"name": "Comptoir SAS", **ADDRESS, **given}
    return parties.save(session, NOBODY, PartyKind.PLATFORM, values, by=None, now=BEFORE)


def make_buyer(session: Session, brand: Brand, **given: Any) -> LegalParty:
    """The brand as a company."""
    values = {"name": "Nordet SAS", **ADDRESS, "vat_status": "registered", "vat_number": "FR83404833048", **given}
    return parties.save(session, brand.id, PartyKind.BRAND, values, by=None, now=BEFORE)


def make_seller(session: Session, person: Person, *, mandate: bool = True, **given: Any) -> LegalParty:
    """The expert, who accepted to be invoiced for."""
    values = {"name": person.name, **ADDRESS, "tin": "1234567890123", "born_on": date(1990, 5, 17), **given}
    seller = parties.save(session, person.id, PartyKind.EXPERT, values, by=person.id, now=BEFORE)
    if mandate:
        parties.accept_mandate(session, person.id, locale="en", address="192.0.2.7", now=BEFORE)
    return seller
