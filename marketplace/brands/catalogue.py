"""The catalogue: a brand's own category tree and its products, brought and brought again by import."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from marketplace.brands.events import CatalogueChanged
from marketplace.brands.models import Brand, Category, Product
from marketplace.brands.registry import slug_of
from marketplace.core.errors import Invalid
from marketplace.core.events import publish
from marketplace.core.money import parse_decimal

HEADER = (
    "id", "gtin", "url", "title_en", "title_fr", "description_en", "description_fr", "price", "currency",
    "category_path_en", "category_path_fr", "image", "attributes",
)  # fmt: skip
"""Columns of an import file. One language of a pair may be left out: the other then serves for both."""
PATH_SEPARATOR = " > "
_MOST_LEVELS = 6


@dataclass(frozen=True, slots=True)
class LineError:
    """Why one line was left out. `line` counts from 1 with the header as line 1."""

    line: int
    field: str
    message: str
    values: dict[str, Any]


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    created: int = 0
    updated: int = 0
    errors: list[LineError] = field(default_factory=list)


def upsert_category(
    session: Session, brand: Brand, *, path_en: Sequence[str], path_fr: Sequence[str], synonyms: Sequence[str] = ()
) -> Category:
    """The category at the end of the path (names from the root), made with all above it where missing.

    Known ones take the new names. The two paths must be of one length. Raises `Invalid`.
    """
    if not path_en or len(path_en) != len(path_fr) or len(path_en) > _MOST_LEVELS:
        raise Invalid("The category path must have the same levels in both languages.", field="category_path_en")
    parent: Category | None = None
    for name_en, name_fr in zip(path_en, path_fr, strict=True):
        part = slug_of(name_en) or slug_of(name_fr)
        if not part or len(name_en) > 120 or len(name_fr) > 120:
            raise Invalid("“%(name)s” cannot name a category.", field="category_path_en", name=name_en[:60])
        path_key = f"{parent.path_key}/{part}" if parent is not None else part
        parent = _upsert_node(session, brand, parent, path_key[:300], name_en, name_fr)
    assert parent is not None
    if synonyms:
        parent.synonyms = list(synonyms)
        session.flush()
    return parent


def import_rows(
    session: Session, brand: Brand, rows: Iterable[Mapping[str, str]], *, now: datetime, first_line: int = 2
) -> ImportReport:
    """Bring products in; those known by `id` are updated, a withdrawn one comes back. Bad lines are told."""
    report = ImportReport()
    categories: dict[tuple[str, str], Category] = {}
    for line, row in enumerate(rows, start=first_line):
        try:
            values = _read_row(brand, row)
            path = (values.pop("path_en"), values.pop("path_fr"))
            if path not in categories:
                categories[path] = upsert_category(session, brand, path_en=path[0], path_fr=path[1])
            if _upsert_product(session, brand, categories[path], values, now):
                report.created += 1
            else:
                report.updated += 1
        except Invalid as error:
            report.errors.append(LineError(line, error.field or "", error.detail, dict(error.values)))
    session.flush()
    if report.created or report.updated:
        publish(session, CatalogueChanged(brand.id))
    return report


def find_product(
    session: Session, brand_id: UUID, *, external_id: str | None = None, gtin: str | None = None, url: str | None = None
) -> Product | None:
    """The product on sale by the shop's id, else by GTIN, else by page address (exact, then without its query)."""
    on_sale = select(Product).where(Product.brand_id == brand_id, Product.withdrawn_at.is_(None)).limit(1)
    conditions: list[Any] = []
    if external_id:
        conditions.append(Product.external_id == external_id)
    if gtin:
        conditions.append(Product.gtin == gtin)
    if url:
        exact = clean_url(url)
        path = exact.partition("?")[0]
        bare = path.rstrip("/")
        conditions += [Product.url == exact, Product.url == path, Product.url.in_((bare, bare + "/"))]
    for condition in conditions:
        found = session.scalar(on_sale.where(condition).order_by(Product.id))
        if found is not None:
            return found
    return None


def ancestors(session: Session, category_id: UUID) -> list[Category]:
    """The category and all above it, itself first; empty when there is none."""
    base = select(Category.id, Category.parent_id, literal(0).label("depth")).where(Category.id == category_id)
    above = base.cte("above", recursive=True)
    above = above.union_all(
        select(Category.id, Category.parent_id, above.c.depth + 1).join(above, Category.id == above.c.parent_id)
    )
    return list(session.scalars(select(Category).join(above, above.c.id == Category.id).order_by(above.c.depth)))


def descendants_ids(session: Session, category_ids: Iterable[UUID]) -> set[UUID]:
    """The categories and all below them."""
    below = select(Category.id).where(Category.id.in_(list(category_ids))).cte("below", recursive=True)
    below = below.union(select(Category.id).join(below, Category.parent_id == below.c.id))
    return set(session.scalars(select(below.c.id)))


def categories_of(session: Session, brand_id: UUID) -> Sequence[Category]:
    """The brand's tree, each category right after the one above it."""
    return session.scalars(select(Category).where(Category.brand_id == brand_id).order_by(Category.path_key)).all()


def clean_url(url: str) -> str:
    """Path and query of a page, without origin and fragment; at most 300 characters."""
    parts = urlsplit(url.strip())
    path = parts.path or "/"
    path = path if path.startswith("/") else f"/{path}"
    return (path + (f"?{parts.query}" if parts.query else ""))[:300]


def _upsert_node(
    session: Session, brand: Brand, parent: Category | None, path_key: str, name_en: str, name_fr: str
) -> Category:
    node = session.scalar(select(Category).where(Category.brand_id == brand.id, Category.path_key == path_key))
    if node is None:
        node = Category(
            brand_id=brand.id, parent_id=parent.id if parent is not None else None, path_key=path_key,
            name_en=name_en, name_fr=name_fr,
        )  # fmt: skip
        session.add(node)
    node.name_en, node.name_fr = name_en, name_fr
    session.flush()
    return node


def _upsert_product(session: Session, brand: Brand, category: Category, values: dict[str, Any], now: datetime) -> bool:
    """Whether it is a new one."""
    product = session.scalar(
        select(Product).where(Product.brand_id == brand.id, Product.external_id == values["external_id"])
    )
    if product is None:
        session.add(Product(brand_id=brand.id, category_id=category.id, updated_at=now, **values))
        session.flush()
        return True
    for name, value in values.items():
        setattr(product, name, value)
    product.category_id, product.updated_at, product.withdrawn_at = category.id, now, None
    return False


def _read_row(brand: Brand, row: Mapping[str, str]) -> dict[str, Any]:
    cell = {name: " ".join((row.get(name) or "").replace("\0", " ").split()) for name in HEADER}
    values: dict[str, Any] = {
        "external_id": _bounded(cell["id"], "id", 120),
        "gtin": _bounded(cell["gtin"], "gtin", 14, required=False) or None,
        "image_url": _image(cell["image"]), "attributes": _attributes(row.get("attributes") or ""),
    }  # fmt: skip
    if not cell["url"]:
        raise Invalid("The cell is empty.", field="url")
    values["url"] = clean_url(cell["url"])
    values["title_en"], values["title_fr"] = (_bounded(t, "title_en", 300) for t in _pair(cell, "title"))
    values["description_en"], values["description_fr"] = _pair(cell, "description")
    paths = _pair(cell, "category_path")
    if not paths[0]:
        raise Invalid("The cell is empty.", field="category_path_en")
    values["path_en"], values["path_fr"] = (_levels(path) for path in paths)
    values["currency"] = cell["currency"].upper() or brand.currency
    if not cell["price"]:
        raise Invalid("The cell is empty.", field="price")
    try:
        values["price_minor"] = parse_decimal(cell["price"], values["currency"]).minor
    except Invalid as error:
        raise Invalid(error.detail, field="price", **error.values) from error
    if values["price_minor"] < 0:
        raise Invalid("A price cannot be negative.", field="price")
    return values


def _pair(cell: Mapping[str, str], name: str) -> tuple[str, str]:
    """(English, French): a missing language falls back to the other."""
    english, french = cell[f"{name}_en"], cell[f"{name}_fr"]
    return english or french, french or english


def _levels(path: str) -> tuple[str, ...]:
    return tuple(level.strip() for level in path.split(PATH_SEPARATOR.strip()) if level.strip())


def _bounded(text: str, name: str, most: int, *, required: bool = True) -> str:
    if required and not text:
        raise Invalid("The cell is empty.", field=name)
    if len(text) > most:
        raise Invalid("Too long: at most %(most)s characters.", field=name, most=most)
    return text


def _image(url: str) -> str:
    if url and urlsplit(url).scheme not in {"", "http", "https"}:
        raise Invalid("The image must be a web address.", field="image")
    return _bounded(url, "image", 300, required=False)


def _attributes(text: str) -> list[dict[str, str]]:
    """A JSON list of {label_en, label_fr, value_en, value_fr}; one language of a pair may be missing."""
    if not text.strip():
        return []
    try:
        items = json.loads(text)
    except ValueError as error:
        raise Invalid("This is not JSON.", field="attributes") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Invalid("Attributes are a JSON list of objects.", field="attributes")
    return [_attribute(item) for item in items[:60]]


def _attribute(item: Mapping[str, Any]) -> dict[str, str]:
    cell = {
        key: str(item.get(key) or "").replace("\0", " ")[:300]
        for key in ("label_en", "label_fr", "value_en", "value_fr")
    }
    (label_en, label_fr), (value_en, value_fr) = _pair(cell, "label"), _pair(cell, "value")
    if not label_en or not value_en:
        raise Invalid("Each attribute needs a label and a value.", field="attributes")
    return {"label_en": label_en, "label_fr": label_fr, "value_en": value_en, "value_fr": value_fr}
