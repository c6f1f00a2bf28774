"""Legal details of experts, brands and the platform; an expert's mandate to be invoiced for."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from stdnum.fr import siren as siren_number

from marketplace.core.clock import new_id
from marketplace.core.errors import Invalid
from payouts.chart import NOBODY
from payouts.mentions import CONTEST_DAYS, MANDATE, MANDATE_VERSION
from payouts.models import LegalParty, Mandate
from payouts.states import PartyKind, VatStatus

ADULT = 18


def party(session: Session, owner_id: UUID = NOBODY, *, lock: bool = False) -> LegalParty | None:
    """The legal details of a person or brand; of the platform when nobody is named."""
    return session.get(LegalParty, owner_id, with_for_update=lock)


def save(
    session: Session, owner_id: UUID, kind: PartyKind, given: Mapping[str, Any], *, by: UUID | None, now: datetime
) -> LegalParty:
    """Keep the details. Raises `Invalid` with the field that is wrong. What was issued before keeps the old ones."""
    values = _checked(kind, given, now=now)
    values |= {"kind": kind, "updated_at": now, "updated_by": by}
    statement = insert(LegalParty).values(owner_id=owner_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["owner_id"], set_=values))
    session.expire_all()
    return session.get_one(LegalParty, owner_id)


def _checked(kind: PartyKind, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: str(given.get(name) or "").strip()
        for name in ("name", "street", "postcode", "city", "country", "siren", "vat_number", "tin", "tin_country")
    }
    for name in ("name", "street", "postcode", "city"):
        if not values[name]:
            raise Invalid("Fill this in.", field=name)
    country = values["country"] = values["country"].upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise Invalid("Choose a country.", field="country")
    values["siren"] = _siren(values["siren"], country)
    status = VatStatus(given.get("vat_status") or VatStatus.FRANCHISE)
    number = values["vat_number"] = values["vat_number"].replace(" ", "").upper() or None
    if status is VatStatus.REGISTERED and not number:
        raise Invalid("Whoever charges VAT has a VAT number.", field="vat_number")
    if number and not re.fullmatch("[A-Z]{2}[0-9A-Z+*]{2,12}", number):
        raise Invalid("A VAT number begins with two letters, such as FR40303265045.", field="vat_number")
    born_on = given.get("born_on")
    if kind is PartyKind.EXPERT:
        _check_expert(values, born_on, now.date())
    else:
        born_on = values["tin"] = values["tin_country"] = None
    return {**values, "vat_status": status, "born_on": born_on}


def _check_expert(values: dict[str, Any], born_on: date | None, today: date) -> None:
    values["tin"] = values["tin"].replace(" ", "").upper()
    values["tin_country"] = (values["tin_country"] or values["country"]).upper()
    if not re.fullmatch("[0-9A-Z/.-]{5,20}", values["tin"]):
        raise Invalid("Your tax number is on your tax notice; in France it has 13 digits.", field="tin")
    if values["tin_country"] == "FR" and not re.fullmatch("[0-3][0-9]{12}", values["tin"]):
        raise Invalid("A French tax number has 13 digits and begins with 0, 1, 2 or 3.", field="tin")
    if born_on is None or not today.replace(year=today.year - 120, day=1) < born_on:
        raise Invalid("Give your date of birth.", field="born_on")
    if (today.year - born_on.year) - ((today.month, today.day) < (born_on.month, born_on.day)) < ADULT:
        raise Invalid("Experts are 18 or older.", field="born_on")


def _siren(text: str, country: str) -> str | None:
    compact = siren_number.compact(text)
    if not compact:
        return None
    if country == "FR" and not siren_number.is_valid(compact):
        raise Invalid("A SIREN has nine digits, the last of which proves the others: look it up again.", field="siren")
    return str(compact)[:20]


def mandate_text(platform_name: str, locale: str) -> str:
    """What an expert is asked to accept, in his language."""
    return MANDATE["fr" if locale == "fr" else "en"].format(platform=platform_name, days=CONTEST_DAYS)


def accept_mandate(session: Session, person_id: UUID, *, locale: str, address: str, now: datetime) -> Mandate:
    """Keep the acceptance with the text, the moment and where from. Raises `Invalid` before the details are given."""
    if party(session, person_id) is None:
        raise Invalid("Give your legal details first.")
    issuer = party(session)
    text = mandate_text(issuer.name if issuer else "Comptoir", locale)
    accepted = Mandate(
        id=new_id(), person_id=person_id, version=MANDATE_VERSION, locale=locale, text=text,
        contest_days=CONTEST_DAYS, accepted_at=now, address=address[:120],
    )  # fmt: skip
    session.add(accepted)
    session.flush()
    return accepted


def mandate_of(session: Session, person_id: UUID) -> Mandate | None:
    """The acceptance that counts: the last one."""
    return session.scalar(
        select(Mandate).where(Mandate.person_id == person_id).order_by(Mandate.accepted_at.desc()).limit(1)
    )


def frozen(party: LegalParty) -> dict[str, Any]:
    """What a document keeps of it: no tax number, no birth date."""
    kept = ("name", "street", "postcode", "city", "country", "siren", "vat_number")
    return {name: getattr(party, name) for name in kept}
