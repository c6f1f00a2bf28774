"""A shop with four categories and enough products to teach a model."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Category
from marketplace.core.clock import new_id, utcnow
from marketplace.questions import visitors
from marketplace.questions.asking import ask
from marketplace.questions.models import Question
from marketplace.questions.triage import Page
from tests.factories.brands import make_brand, make_category, make_product

PATHS = {
    "tents": ("Camping", "Tents"),
    "stoves": ("Camping", "Stoves"),
    "shoes": ("Running", "Trail shoes"),
    "watches": ("Running", "Watches"),
}
TITLES = {
    "tents": "two person dome tent with rain fly and aluminium poles",
    "stoves": "gas burner with piezo ignition and pot support",
    "shoes": "trail shoe with grippy lugs and rock plate",
    "watches": "gps watch with barometer and heart rate strap",
}


@dataclass(slots=True)
class Shop:
    """The brand and its leaf categories by short name."""

    brand: Brand
    categories: dict[str, Category]

    def key(self, name: str) -> str:
        """The path key that models know the category by."""
        return self.categories[name].path_key


def make_shop(session: Session, *, products: int = 0) -> Shop:
    """Four leaf categories below two, each with so many products."""
    brand = make_brand(session)
    found = {name: make_category(session, brand, *path) for name, path in PATHS.items()}
    for name, category in found.items():
        for number in range(products):
            make_product(
                session, brand, category=category, title=f"Model {number} {TITLES[name]}", url=f"/{name}/{number}"
            )
    return Shop(brand, found)


def put(session: Session, shop: Shop, text: str, *, title: str = "") -> Question:
    """A question from a page that the catalogue does not know."""
    now = utcnow()
    visitor, _token = visitors.new_visitor(session, shop.brand, locale="en", now=now)
    page = Page(url="https://shop.example/somewhere", title=title, lang="en")
    return ask(
        session, brand=shop.brand, visitor=visitor, client_id=new_id(), text=text, page=page, locale="en", now=now
    )
