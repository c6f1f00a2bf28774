"""Reads of brands that outgrow a line: the mission board, the catalogue's pages, the operator's list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from marketplace.brands import missions
from marketplace.brands.catalogue import descendants_ids
from marketplace.brands.models import Brand, Category, Member, Mission, Product, Site
from marketplace.brands.states import MissionState

# Enrolments belong to a later layer; the table is read by name.
_TAKEN = text(
    "SELECT mission_id, count(*) AS taken FROM enrolment WHERE mission_id IN :missions "
    "AND state IN ('accepted', 'active', 'paused', 'suspended') GROUP BY mission_id"
).bindparams(bindparam("missions", expanding=True))


@dataclass(frozen=True, slots=True)
class Call:
    """A mission as the public board shows it."""

    mission: Mission
    brand: Brand
    categories: Sequence[Category]
    taken: int
    pay: missions.PayExample

    @property
    def seats_left(self) -> int:
        """How many experts can still be accepted."""
        return max(0, self.mission.seats - self.taken)


def seats_taken(session: Session, mission_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many experts are enrolled on each mission (accepted, active, paused or suspended)."""
    keys = list(mission_ids)
    if not keys:
        return {}
    return {row.mission_id: row.taken for row in session.execute(_TAKEN, {"missions": keys})}


def board(session: Session, *, today: date, search: str = "", language: str = "") -> list[Call]:
    """Open missions, newest first; `search` looks at brand, title and categories in both languages."""
    found = missions.open_missions(session, today=today)
    if language:
        found = [mission for mission in found if language in mission.languages]
    calls = _calls(session, found)
    wanted = search.casefold()
    return [call for call in calls if wanted in _words(call)] if wanted else calls


def find_call(session: Session, brand_slug: str, mission_slug: str) -> Call | None:
    """A mission that was published once (open, paused or closed) of a brand that is not closed."""
    mission = session.scalar(
        select(Mission)
        .join(Brand, Brand.id == Mission.brand_id)
        .where(Brand.slug == brand_slug, Brand.disabled_at.is_(None), Mission.slug == mission_slug)
        .where(Mission.state != MissionState.DRAFT)
    )
    return _calls(session, [mission])[0] if mission is not None else None


def _calls(session: Session, found: Sequence[Mission]) -> list[Call]:
    brands = {
        brand.id: brand
        for brand in session.scalars(select(Brand).where(Brand.id.in_({mission.brand_id for mission in found})))
    }
    taken = seats_taken(session, (mission.id for mission in found))
    return [
        Call(
            mission, brands[mission.brand_id], missions.categories_of(session, mission.id),
            taken.get(mission.id, 0), missions.pay_example(mission),
        )
        for mission in found
    ]  # fmt: skip


def _words(call: Call) -> str:
    mission = call.mission
    names = [word for category in call.categories for word in (category.name_en, category.name_fr)]
    return " ".join([call.brand.name, mission.title_en, mission.title_fr, *names]).casefold()


def find_products(
    session: Session, brand_id: UUID, *, search: str = "", category_id: UUID | None = None, locale: str = "en",
    after: UUID | None = None, limit: int = 50,
) -> Sequence[Product]:  # fmt: skip
    """Products on sale in the order they were brought; `search` by words of the language, id or GTIN."""
    wanted = (
        select(Product)
        .where(Product.brand_id == brand_id, Product.withdrawn_at.is_(None))
        .order_by(Product.id)
        .limit(limit)
    )
    if search:
        column, dictionary = (Product.search_fr, "french") if locale == "fr" else (Product.search_en, "english")
        wanted = wanted.where(
            or_(
                column.op("@@")(func.websearch_to_tsquery(dictionary, search)),
                Product.title_en.icontains(search, autoescape=True),
                Product.title_fr.icontains(search, autoescape=True),
                Product.external_id == search,
                Product.gtin == search,
            )
        )
    if category_id is not None:
        wanted = wanted.where(Product.category_id.in_(descendants_ids(session, [category_id])))
    if after is not None:
        wanted = wanted.where(Product.id > after)
    return session.scalars(wanted).all()


def count_products(session: Session, brand_id: UUID) -> int:
    """How many products are on sale."""
    on_sale = select(func.count()).where(Product.brand_id == brand_id, Product.withdrawn_at.is_(None))
    return session.scalar(on_sale) or 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a brand is with its beginnings."""

    sites: int
    seen: bool
    products: int
    open_missions: int

    @property
    def is_complete(self) -> bool:
        """Whether the widget runs, knows products, and experts are called."""
        return self.seen and self.products > 0 and self.open_missions > 0


def progress_of(session: Session, brand_id: UUID) -> Progress:
    """The three steps to the first question."""
    sites, seen = session.execute(select(func.count(), func.max(Site.seen_at)).where(Site.brand_id == brand_id)).one()
    calls = session.scalar(select(func.count()).where(Mission.brand_id == brand_id, Mission.state == MissionState.OPEN))
    return Progress(sites, seen is not None, count_products(session, brand_id), calls or 0)


def find_brands(
    session: Session, *, search: str = "", before: UUID | None = None, limit: int = 50
) -> Sequence[tuple[Brand, int, int]]:
    """(brand, products on sale, members), newest first."""
    products = (
        select(func.count())
        .where(Product.brand_id == Brand.id, Product.withdrawn_at.is_(None))
        .correlate(Brand)
        .scalar_subquery()
    )
    members = select(func.count()).where(Member.brand_id == Brand.id).correlate(Brand).scalar_subquery()
    wanted = select(Brand, products, members).order_by(Brand.id.desc()).limit(limit)
    if search:
        wanted = wanted.where(
            or_(Brand.name.icontains(search, autoescape=True), Brand.slug.icontains(search, autoescape=True))
        )
    if before is not None:
        wanted = wanted.where(Brand.id < before)
    return [(brand, sold, people) for brand, sold, people in session.execute(wanted)]
