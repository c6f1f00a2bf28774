"""Brands, products and missions for tests, made by the services."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands import catalogue, missions, registry
from marketplace.brands.models import Brand, Category, Mission, Product
from marketplace.brands.states import MissionAction
from tests.factories.accounts import make_person

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
_number = count(1)


def make_brand(session: Session, *, owner: Person | None = None, name: str | None = None, **more: Any) -> Brand:
    """A brand of a new owner, with https://shop.example allowed."""
    given = {"locale": "en", "currency": "EUR", "now": NOW, "help_url": "https://shop.example/help", **more}
    brand = registry.create_brand(
        session, name=name or f"Brand {next(_number)}", owner=owner or make_person(session), **given
    )
    registry.add_site(session, brand, origin="https://shop.example", now=NOW)
    return brand


def make_category(session: Session, brand: Brand, *path: str, path_fr: Sequence[str] | None = None) -> Category:
    """The category at the end of the path (“Shoes”, “Trail shoes”)."""
    return catalogue.upsert_category(session, brand, path_en=path or ("Shoes",), path_fr=path_fr or path or ("Shoes",))


def make_product(
    session: Session,
    brand: Brand,
    *,
    category: Category | None = None,
    title: str = "Ridge 3 trail shoe",
    price_minor: int = 12_900,
    url: str | None = None,
    **more: Any,
) -> Product:
    """A product on sale, the same text in both languages."""
    number = next(_number)
    category = category or make_category(session, brand)
    given = {
        "external_id": f"P{number}",
        "url": url or f"/p/{number}",
        "title_en": title,
        "title_fr": title,
        "description_en": "",
        "description_fr": "",
        "price_minor": price_minor,
        "currency": brand.currency,
        "updated_at": NOW,
        **more,
    }
    product = Product(brand_id=brand.id, category_id=category.id, **given)
    session.add(product)
    session.flush()
    return product


def make_mission(
    session: Session, brand: Brand, *, categories: Sequence[Category] = (), published: bool = True, **more: Any
) -> Mission:
    """A mission at 4.00 EUR a conversation, commission 20 %, open unless told otherwise."""
    covered = categories or (make_category(session, brand),)
    given: dict[str, Any] = {
        "title_en": "Trail runners wanted",
        "title_fr": "Traileurs bienvenus",
        "description_en": "Answer what runners ask.",
        "description_fr": "Répondez aux coureurs.",
        "category_ids": [category.id for category in covered],
        "languages": ["en", "fr"],
        "pay_minor": 400,
        "commission_bps": 2_000,
        "starts_on": date(2026, 11, 1),
        "seats": 20,
        "now": NOW,
        **more,
    }
    mission = missions.create_mission(session, brand, **given)
    if published:
        missions.move(session, mission, MissionAction.PUBLISH, now=NOW)
    return mission
