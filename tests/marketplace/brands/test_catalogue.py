"""The category tree, products and what an import makes of lines."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands import catalogue, queries
from marketplace.brands.models import Brand, Product
from marketplace.core.errors import Invalid
from tests.factories.brands import NOW, make_brand, make_category, make_product


def row(number: int = 1, **more: str) -> dict[str, str]:
    """A good line."""
    return {
        "id": f"S{number}", "url": f"https://shop.example/p/{number}?v=1", "title_en": "Ridge shoe",
        "title_fr": "Chaussure Crête", "price": "129.00", "currency": "EUR",
        "category_path_en": "Shoes > Trail shoes", "category_path_fr": "Chaussures > Trail", **more,
    }  # fmt: skip


def bring(session: Session, brand: Brand, *rows: dict[str, str]) -> catalogue.ImportReport:
    return catalogue.import_rows(session, brand, rows, now=NOW)


def test_a_line_becomes_a_product_in_its_category(session: Session) -> None:
    brand = make_brand(session)
    attributes = '[{"label_en": "Weight", "value_en": "270 g", "value_fr": "270 g"}]'
    report = bring(session, brand, row(attributes=attributes, gtin="2000000000015"))
    assert (report.created, report.updated, report.errors) == (1, 0, [])
    product = session.scalars(select(Product)).one()
    assert (product.url, product.price_minor, product.currency) == ("/p/1?v=1", 12_900, "EUR")
    assert (product.title("en"), product.title("fr")) == ("Ridge shoe", "Chaussure Crête")
    assert product.attributes == [
        {"label_en": "Weight", "label_fr": "Weight", "value_en": "270 g", "value_fr": "270 g"}
    ]
    names = [category.name("fr") for category in catalogue.ancestors(session, product.category_id)]
    assert names == ["Trail", "Chaussures"]


def test_bringing_it_again_updates_it(session: Session) -> None:
    brand = make_brand(session)
    bring(session, brand, row())
    session.scalars(select(Product)).one().withdrawn_at = NOW
    report = bring(session, brand, row(price="99,90", title_en="Ridge 2", category_path_fr="Chaussures > Sentier"))
    assert (report.created, report.updated) == (0, 1)
    product = session.scalars(select(Product)).one()
    assert (product.price_minor, product.title_en, product.withdrawn_at) == (9_990, "Ridge 2", None)
    assert [node.name_fr for node in catalogue.categories_of(session, brand.id)] == ["Chaussures", "Sentier"]


@pytest.mark.parametrize("price", ["9" * 20, "1e999999999", "NaN", "Infinity"])
def test_an_amount_beyond_any_account_is_a_line_of_the_report(session: Session, price: str) -> None:
    brand = make_brand(session)
    report = bring(session, brand, row(price=price), row(2))
    assert [(error.line, error.field) for error in report.errors] == [(2, "price")]
    assert report.created == 1


def test_a_nul_in_a_cell_is_left_out(session: Session) -> None:
    brand = make_brand(session)
    attributes = '[{"label_en": "We\\u0000ight", "value_en": "270 g"}]'
    assert bring(session, brand, row(title_en="Rid\0ge", attributes=attributes)).created == 1
    assert session.scalars(select(Product)).one().title_en == "Rid ge"


def test_a_missing_language_takes_the_text_of_the_other(session: Session) -> None:
    brand = make_brand(session)
    bring(session, brand, row(title_en="", description_en="Light", category_path_fr=""))
    product = session.scalars(select(Product)).one()
    assert (product.title_en, product.description_fr) == ("Chaussure Crête", "Light")
    assert catalogue.ancestors(session, product.category_id)[0].name_fr == "Trail shoes"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"id": ""}, "id"), ({"url": " "}, "url"), ({"title_en": "", "title_fr": ""}, "title_en"),
        ({"price": ""}, "price"), ({"price": "abc"}, "price"), ({"price": "1.234"}, "price"),
        ({"price": "-1"}, "price"), ({"currency": "EURO"}, "price"), ({"attributes": "{"}, "attributes"),
        ({"attributes": '["a"]'}, "attributes"), ({"attributes": '[{"label_en": "x"}]'}, "attributes"),
        ({"category_path_en": "", "category_path_fr": ""}, "category_path_en"),
        ({"category_path_fr": "Chaussures"}, "category_path_en"), ({"image": "javascript:x"}, "image"),
        ({"gtin": "123456789012345"}, "gtin"), ({"title_en": "x" * 301}, "title_en"),
    ],
)  # fmt: skip
def test_a_bad_line_is_left_out_and_told(session: Session, change: dict[str, str], column: str) -> None:
    brand = make_brand(session)
    report = bring(session, brand, row(1), row(2, **change), row(3))
    assert report.created == 2
    assert [(error.line, error.field) for error in report.errors] == [(3, column)]


def test_a_currency_that_is_none_is_refused_with_its_name(session: Session) -> None:
    report = bring(session, make_brand(session), row(currency="EURO"))
    assert report.errors[0].values == {"currency": "EURO"}


def test_descendants_are_the_whole_branch(session: Session) -> None:
    brand = make_brand(session)
    leaf, sibling = make_category(session, brand, "Shoes", "Trail", "Mud"), make_category(session, brand, "Socks")
    trail, root = catalogue.ancestors(session, leaf.id)[1:]
    assert catalogue.descendants_ids(session, [root.id]) == {root.id, trail.id, leaf.id}
    assert catalogue.descendants_ids(session, [leaf.id, sibling.id]) == {leaf.id, sibling.id}
    assert catalogue.descendants_ids(session, []) == set()
    assert catalogue.ancestors(session, brand.id) == []


def test_a_path_must_be_equally_deep_in_both_languages(session: Session) -> None:
    with pytest.raises(Invalid):
        catalogue.upsert_category(session, make_brand(session), path_en=["Shoes", "Trail"], path_fr=["Chaussures"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"external_id": "A"}, "A"), ({"gtin": "2000000000015"}, "A"), ({"url": "/p/a"}, "A"),
        ({"url": "https://shop.example/p/a?utm=1#top"}, "A"), ({"url": "https://shop.example/p/a/"}, "A"),
        ({"url": "/p/?id=b"}, "B"), ({"url": "/p/?id=c"}, None), ({"external_id": "unknown"}, None),
        ({"external_id": "unknown", "url": "/p/a"}, "A"), ({}, None),
    ],
)  # fmt: skip
def test_a_product_is_found_by_id_gtin_or_page(session: Session, asked: dict[str, Any], found: str | None) -> None:
    brand, other = make_brand(session), make_brand(session)
    make_product(session, brand, external_id="A", gtin="2000000000015", url="/p/a")
    make_product(session, brand, external_id="B", url="/p/?id=b")
    product = catalogue.find_product(session, brand.id, **asked)
    assert (product.external_id if product else None) == found
    assert catalogue.find_product(session, other.id, **asked) is None


def test_a_withdrawn_product_is_not_found(session: Session) -> None:
    brand = make_brand(session)
    make_product(session, brand, external_id="A", withdrawn_at=NOW)
    assert catalogue.find_product(session, brand.id, external_id="A") is None
    assert queries.find_products(session, brand.id) == []


def test_the_catalogue_is_searched_by_words_and_by_branch(session: Session) -> None:
    brand = make_brand(session)
    shoes, socks = make_category(session, brand, "Shoes", "Trail"), make_category(session, brand, "Socks")
    shoe = make_product(session, brand, category=shoes, title="Chaussures légères")
    sock = make_product(session, brand, category=socks, title="Chaussettes", external_id="SOCK")
    root = catalogue.ancestors(session, shoes.id)[-1]
    assert queries.find_products(session, brand.id, search="chaussure légère", locale="fr") == [shoe]
    assert queries.find_products(session, brand.id, search="SOCK") == [sock]
    assert queries.find_products(session, brand.id, category_id=root.id) == [shoe]
    assert queries.find_products(session, brand.id, after=shoe.id) == [sock]
    assert queries.find_products(session, brand.id, search="%") == []
