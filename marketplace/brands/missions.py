"""Missions: what a brand offers to experts, and the frozen copy that a conversation keeps of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from marketplace.brands.errors import MissionIncomplete
from marketplace.brands.events import MissionChanged
from marketplace.brands.models import Brand, Category, Mission, MissionCategory
from marketplace.brands.registry import slug_of
from marketplace.brands.states import MISSION, MissionAction, MissionState, SaleSplit
from marketplace.core.events import publish
from marketplace.core.locales import LOCALES
from marketplace.core.money import Money
from marketplace.core.states import ForbiddenMove

LEAST_PAY_MINOR = 50
"""Nobody works for less than half a euro a conversation here."""
MOST_SEATS = 10_000
MOST_RETURN_DAYS = 120


def create_mission(
    session: Session, brand: Brand, *, title_en: str, title_fr: str, description_en: str, description_fr: str,
    category_ids: Collection[UUID], languages: Sequence[str], pay_minor: int, floor_minor: int = 0,
    currency: str | None = None, commission_bps: int, starts_on: date, ends_on: date | None = None, seats: int,
    now: datetime, rules_en: str = "", rules_fr: str = "", sale_bps: int = 0, attribution_hours: int = 48,
    sale_split: SaleSplit = SaleSplit.LAST_HELPER, return_days: int = 14,
) -> Mission:  # fmt: skip
    """A draft. `pay_minor` is gross, per qualified conversation. Raises `MissionIncomplete`."""
    mission = Mission(
        brand_id=brand.id, slug=_free_slug(session, brand, slug_of(title_en or title_fr) or "mission"),
        state=MissionState.DRAFT, currency=currency or brand.currency, commission_bps=commission_bps, created_at=now,
    )  # fmt: skip
    edit_mission(
        session, mission, title_en=title_en, title_fr=title_fr, description_en=description_en,
        description_fr=description_fr, rules_en=rules_en, rules_fr=rules_fr, category_ids=category_ids,
        languages=languages, pay_minor=pay_minor, floor_minor=floor_minor, sale_bps=sale_bps,
        attribution_hours=attribution_hours, sale_split=sale_split, return_days=return_days, starts_on=starts_on,
        ends_on=ends_on, seats=seats,
    )  # fmt: skip
    return mission


def edit_mission(
    session: Session, mission: Mission, *, title_en: str, title_fr: str, description_en: str, description_fr: str,
    rules_en: str, rules_fr: str, category_ids: Collection[UUID], languages: Sequence[str], pay_minor: int,
    floor_minor: int, sale_bps: int, attribution_hours: int, starts_on: date, ends_on: date | None, seats: int,
    sale_split: SaleSplit = SaleSplit.LAST_HELPER, return_days: int = 14,
) -> None:  # fmt: skip
    """Conversations that began keep their terms. Raises `MissionIncomplete`, `ForbiddenMove` when closed."""
    if mission.state is MissionState.CLOSED:
        raise ForbiddenMove(state=mission.state.value)
    _check_offer(pay_minor, floor_minor, sale_bps, attribution_hours, seats)
    if not 0 <= return_days <= MOST_RETURN_DAYS:
        raise MissionIncomplete("Shoppers may return goods for 0 to 120 days.", field="return_days")
    covered = _own_categories(session, mission.brand_id, category_ids)
    if ends_on is not None and ends_on < starts_on:
        raise MissionIncomplete("It cannot end before it starts.", field="ends_on")
    mission.title_en, mission.title_fr = _both(title_en, title_fr, "title_en", 120)
    mission.description_en, mission.description_fr = _both(description_en, description_fr, "description_en", 4_000)
    mission.rules_en, mission.rules_fr = _both(rules_en, rules_fr, "rules_en", 4_000, required=False)
    mission.languages = [language for language in LOCALES if language in languages]
    if not mission.languages:
        raise MissionIncomplete("Choose at least one language.", field="languages")
    mission.pay_minor, mission.floor_minor, mission.sale_bps = pay_minor, floor_minor, sale_bps
    mission.attribution_hours, mission.seats = attribution_hours, seats
    mission.sale_split, mission.return_days = sale_split, return_days
    mission.starts_on, mission.ends_on = starts_on, ends_on
    session.add(mission)
    session.flush()
    session.execute(delete(MissionCategory).where(MissionCategory.mission_id == mission.id))
    session.add_all(MissionCategory(mission_id=mission.id, category_id=category_id) for category_id in covered)
    session.flush()
    if mission.state is not MissionState.DRAFT:
        publish(session, MissionChanged(mission.id))


def move(session: Session, mission: Mission, action: MissionAction, *, now: datetime) -> None:
    """Publish, pause or close. Raises `ForbiddenMove`; `MissionIncomplete` for publishing one that has ended."""
    after = MISSION.after(mission.state, action)
    if after is MissionState.OPEN and mission.ends_on is not None and mission.ends_on < now.date():
        raise MissionIncomplete("This mission has ended: change its dates first.", field="ends_on")
    mission.state = after
    session.flush()
    publish(session, MissionChanged(mission.id))


def terms_of(mission: Mission) -> dict[str, Any]:
    """The frozen copy that a conversation keeps: what its expert earns, whatever is edited later."""
    return {
        "mission_id": str(mission.id), "pay_minor": mission.pay_minor, "floor_minor": mission.floor_minor,
        "sale_bps": mission.sale_bps, "attribution_hours": mission.attribution_hours,
        "sale_split": mission.sale_split.value, "return_days": mission.return_days, "currency": mission.currency,
        "commission_bps": mission.commission_bps,
    }  # fmt: skip


def open_missions(session: Session, *, today: date) -> Sequence[Mission]:
    """Published ones that have not ended, newest first; those that start later are shown too."""
    return session.scalars(
        select(Mission)
        .join(Brand, Brand.id == Mission.brand_id)
        .where(Mission.state == MissionState.OPEN, Brand.disabled_at.is_(None))
        .where(or_(Mission.ends_on.is_(None), Mission.ends_on >= today))
        .order_by(Mission.id.desc())
    ).all()


def missions_of(session: Session, brand_id: UUID) -> Sequence[Mission]:
    """The brand's missions, newest first."""
    return session.scalars(select(Mission).where(Mission.brand_id == brand_id).order_by(Mission.id.desc())).all()


def categories_of(session: Session, mission_id: UUID) -> Sequence[Category]:
    """What the mission covers (each with all below it)."""
    return session.scalars(
        select(Category)
        .join(MissionCategory, MissionCategory.category_id == Category.id)
        .where(MissionCategory.mission_id == mission_id)
        .order_by(Category.path_key)
    ).all()


@dataclass(frozen=True, slots=True)
class PayExample:
    """What one qualified conversation costs and gives: gross = commission + net."""

    gross: Money
    commission: Money
    net: Money
    conversations: int
    total: Money


def pay_example(mission: Mission, *, conversations: int = 100) -> PayExample:
    """The fee without any sale, the platform's part rounded half away from zero (`Money.share`)."""
    gross = Money(max(mission.pay_minor, mission.floor_minor), mission.currency)
    commission = gross.share(mission.commission_bps)
    return PayExample(
        gross, commission, gross - commission, conversations, Money(gross.minor * conversations, mission.currency)
    )


def _check_offer(pay_minor: int, floor_minor: int, sale_bps: int, attribution_hours: int, seats: int) -> None:
    if max(pay_minor, floor_minor) < LEAST_PAY_MINOR:
        raise MissionIncomplete("A conversation must earn at least 0.50.", field="pay_minor")
    if pay_minor < 0 or floor_minor < 0:
        raise MissionIncomplete("An amount cannot be negative.", field="floor_minor")
    if not 0 <= sale_bps <= 5_000:
        raise MissionIncomplete("The share of a sale is between 0 and 50 %.", field="sale_bps")
    if not 1 <= attribution_hours <= 720:
        raise MissionIncomplete("The window is between 1 hour and 30 days.", field="attribution_hours")
    if not 1 <= seats <= MOST_SEATS:
        raise MissionIncomplete("Choose between 1 and 10,000 seats.", field="seats")


def _both(english: str, french: str, field: str, most: int, *, required: bool = True) -> tuple[str, str]:
    """Both languages, each falling back to the other."""
    english, french = english.strip(), french.strip()
    if required and not (english or french):
        raise MissionIncomplete("Write it in at least one language.", field=field)
    if max(len(english), len(french)) > most:
        raise MissionIncomplete("Too long: at most %(most)s characters.", field=field, most=most)
    return english or french, french or english


def _own_categories(session: Session, brand_id: UUID, category_ids: Collection[UUID]) -> Sequence[UUID]:
    own = session.scalars(
        select(Category.id).where(Category.brand_id == brand_id, Category.id.in_(list(category_ids)))
    ).all()
    if not own:
        raise MissionIncomplete("Choose at least one category.", field="category_ids")
    return own


def _free_slug(session: Session, brand: Brand, stem: str) -> str:
    taken = set(session.scalars(select(Mission.slug).where(Mission.brand_id == brand.id)))
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)
