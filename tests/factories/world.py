"""A small market on the real clock: a funded brand, an open mission, a product, experts who are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.accounts import tokens
from marketplace.brands.models import Brand, Category, Mission, Product
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_category, make_mission, make_product
from tests.factories.experts import make_enrolment, make_expert, make_free
from tests.factories.payouts import fund

ORIGIN = "https://shop.example"


@dataclass(slots=True)
class World:
    """Keys to the market: experts by person id with a token for `/expert`."""

    brand: Brand
    mission: Mission
    category: Category
    product: Product
    experts: list[tuple[UUID, str]]


def make_world(
    database: Database, *, experts: int = 1, capacity: int = 2, free: bool = True, money: int = 1_000_000,
    languages: Sequence[str] = ("fr", "en"),
) -> World:  # fmt: skip
    """Commits; names and e-mails are the factories'."""
    now = utcnow()
    with database.unit_of_work() as session:
        brand = make_brand(session)
        category = make_category(session, brand, "Shoes")
        product = make_product(session, brand, category=category, url="/p/ridge-3")
        mission = make_mission(
            session, brand, categories=[category], seats=experts + 5, starts_on=now.date(), languages=list(languages)
        )
        if money:
            fund(session, brand, money, now=now)
        people = []
        for _ in range(experts):
            expert = make_expert(session, person=make_person(session), now=now, capacity=capacity)
            make_enrolment(session, mission, expert=expert, now=now)
            if free:
                make_free(session, expert, capacity=capacity, now=now)
            people.append((expert.person_id, tokens.issue(session, person_id=expert.person_id, label="test", now=now)))
        return World(brand, mission, category, product, people)
