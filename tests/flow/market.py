"""A small market of its own for each test, committed to the running site's database by the services."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from marketplace.brands import registry
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_category, make_mission, make_product
from tests.factories.experts import make_enrolment, make_expert
from tests.factories.payouts import fund

_number = count(1)


@dataclass(frozen=True, slots=True)
class Market:
    """Who can sign in, with the password of the factories, and where the product stands."""

    brand_id: UUID
    brand_name: str
    key: str
    owner: str
    expert: str
    expert_name: str
    expert_id: UUID
    mission_id: UUID
    product: str
    path: str
    """Of the product's page on the shop."""


def family(email: str) -> str:
    """The expert's whole name, of which there is one on the site that all stories share."""
    return f"Aïcha Benali-{email.partition('@')[0]}."  # the dot keeps 1 apart from 10


def make_market(database: Database, shop_origin: str) -> Market:
    """A funded brand with the shop's origin allowed, one product, one open mission, one expert who is switched off."""
    now = utcnow()
    number = next(_number)
    owner, expert = f"owner{number}@flow.example", f"expert{number}@flow.example"
    with database.unit_of_work() as session:
        brand = make_brand(
            session, owner=make_person(session, email=owner, name="Nora Lindqvist"), name=f"Ridgeline {number}"
        )
        registry.add_site(session, brand, origin=shop_origin, now=now)
        category = make_category(session, brand, "Shoes", "Trail shoes")
        path = f"/{brand.key}/p/ridge-{number}"
        product = make_product(session, brand, category=category, title=f"Ridge {number}", url=path, external_id="R")
        make_product(session, brand, category=category, title="Wide Ridge insole", url=f"/{brand.key}/p/insole")
        mission = make_mission(session, brand, categories=[category], starts_on=now.date())
        fund(session, brand, 1_000_000, now=now)
        answering = make_expert(
            session, person=make_person(session, email=expert, name=family(expert)), now=now, public_name="Aïcha"
        )
        make_enrolment(session, mission, expert=answering, now=now)
        return Market(
            brand.id,
            brand.name,
            brand.key,
            owner,
            expert,
            "Aïcha",
            answering.person_id,
            mission.id,
            product.title_en,
            path,
        )


def make_operator(database: Database) -> str:
    """The e-mail address of somebody who runs the platform."""
    email = f"operator{next(_number)}@flow.example"
    with database.unit_of_work() as session:
        make_person(session, email=email, name="Olga Operator", is_operator=True)
    return email
