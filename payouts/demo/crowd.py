"""`flask demo crowd`: brands with a catalogue and money, and experts who are available, for load drivers."""

import csv
import io
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.demo.crowd import CAPACITY, Employer, Root, make_crowd
from marketplace.accounts.people import create_person
from marketplace.brands import catalogue, missions, registry
from marketplace.brands.models import Brand, Category, Mission, Product
from marketplace.brands.states import MissionAction
from marketplace.core.settings import Settings
from marketplace.demo.catalogue import catalogue_csv, demo_brands
from marketplace.demo.model import DemoBrand
from payouts import wallet
from payouts.demo.money import Till
from payouts.demo.past import Keys, Past
from payouts.demo.world import Shop, World

PAY_MINOR = 300
TOP_UPS = 4
"""Each of the greatest amount: enough for some sixty thousand conversations."""


def crowd(app: Flask, *, brands: int, experts: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Make the crowd; one description per brand, then one per expert, as the load drivers read them."""
    past = Past(app, Keys(secrets.randbits(32), now))
    mark = secrets.token_hex(3)
    try:
        contents = demo_brands()
        with past.database.unit_of_work() as session:
            made = [
                _brand(session, contents[n % len(contents)], f"crowd-{mark}-{n + 1}", past.settings, now)
                for n in range(brands)
            ]
            described = [_describe(session, brand, past.settings) for brand, _mission, _shop in made]
            employers = [_employer(session, brand, mission, shop) for brand, mission, shop in made]
        shops = tuple(shop for _brand, _mission, shop in made)
        till = Till(past, World(shops, (), shops[0].owner_id, shops[0].owner_id))
        for shop in shops:
            for _ in range(TOP_UPS):
                till.top_up(shop, wallet.MOST_TOP_UP, now)
        yield from described
        with past.database.unit_of_work() as session:
            found = list(make_crowd(session, employers, experts, mark=mark, now=now))
        for each in found:
            yield {
                "expert": str(each.person_id), "email": each.email, "token": each.token, "brand": each.brand,
                "categories": list(each.categories), "languages": list(each.languages), "capacity": CAPACITY,
            }  # fmt: skip
    finally:
        past.close()


def _brand(
    session: Session, demo: DemoBrand, slug: str, settings: Settings, now: datetime
) -> tuple[Brand, Mission, Shop]:
    owner = create_person(
        session, email=f"owner-{slug}@brands.comptoir.example", name="Crowd Owner", password=None, confirmed=True,
        now=now,
    )  # fmt: skip
    brand = registry.create_brand(
        session, name=f"{demo.name} {slug}", owner=owner, locale=demo.locale, currency=demo.currency, slug=slug,
        help_url=demo.help_url, help_email=demo.help_email, accent=demo.accent, now=now,
    )  # fmt: skip
    registry.add_site(session, brand, origin=settings.shop_url, now=now)
    text = catalogue_csv(demo, site_url=f"{settings.shop_url.rstrip('/')}/{demo.slug}")
    catalogue.import_rows(session, brand, csv.DictReader(io.StringIO(text)), now=now)
    roots = session.scalars(select(Category.id).where(Category.brand_id == brand.id, Category.parent_id.is_(None)))
    call = demo.missions[0]
    mission = missions.create_mission(
        session, brand, title_en=call.title.en, title_fr=call.title.fr, description_en=call.description.en,
        description_fr=call.description.fr, category_ids=list(roots), languages=("en", "fr"), pay_minor=PAY_MINOR,
        commission_bps=settings.commission_bps, starts_on=(now - timedelta(days=1)).date(),
        seats=missions.MOST_SEATS, now=now,
    )  # fmt: skip
    missions.move(session, mission, MissionAction.PUBLISH, now=now)
    return brand, mission, Shop(demo, brand.id, owner.id)


def _employer(session: Session, brand: Brand, mission: Mission, shop: Shop) -> Employer:
    rows = catalogue.categories_of(session, brand.id)
    inner = {row.parent_id for row in rows}
    roots = tuple(
        Root(
            root.id,
            tuple(
                row.path_key for row in rows
                if row.id not in inner and (row.path_key + "/").startswith(root.path_key + "/")
            ),
        )
        for root in rows if root.parent_id is None
    )  # fmt: skip
    return Employer(brand.slug, brand.id, mission.id, shop.owner_id, roots)


def _describe(session: Session, brand: Brand, settings: Settings) -> dict[str, Any]:
    rows = session.execute(
        select(Product, Category.path_key)
        .join(Category, Category.id == Product.category_id)
        .where(Product.brand_id == brand.id)
        .order_by(Product.external_id)
    )
    origin = settings.shop_url.rstrip("/")
    products = [
        {"id": product.external_id, "url": f"{origin}{product.url}", "title": product.title_en, "category": category}
        for product, category in rows
    ]
    return {"brand": brand.slug, "key": brand.key, "origin": registry.clean_origin(origin), "products": products}
