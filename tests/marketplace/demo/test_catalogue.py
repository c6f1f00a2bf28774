"""The demonstration's brands look like real shops, in both languages."""

import csv
import io
import json
from decimal import Decimal

import pytest

from marketplace.demo.catalogue import CSV_HEADER, catalogue_csv, demo_brand, demo_brands
from marketplace.demo.model import DemoBrand, french

BRANDS = pytest.mark.parametrize("brand", demo_brands(), ids=lambda brand: brand.slug)


def _contrast_with_white(colour: str) -> float:
    """Return the WCAG 2 contrast ratio of a "#rrggbb" colour with white."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def test_there_are_three_brands_with_different_names() -> None:
    assert len({brand.slug for brand in demo_brands()}) == 3
    assert demo_brand("nordet-trail").name == "Nordet Trail"


def test_an_unknown_brand_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        demo_brand("nobody")


@BRANDS
def test_a_brand_sells_at_least_sixty_distinct_products(brand: DemoBrand) -> None:
    assert len(brand.products) >= 60
    for field in ("external_id", "gtin", "path", "title"):
        assert len({getattr(product, field) for product in brand.products}) == len(brand.products)


@BRANDS
def test_every_text_exists_in_both_languages(brand: DemoBrand) -> None:
    texts = [brand.tagline, *brand.acceptances, *brand.refusals]
    texts += [category.name for category in brand.categories]
    for product in brand.products:
        texts += [product.title, product.description]
        texts += [part for fact in product.attributes for part in (fact.label, fact.value)]
        assert product.description.en != product.description.fr
    for mission in brand.missions:
        texts += [mission.title, mission.description, mission.rules]
    assert all(said.en.strip() and said.fr.strip() for said in texts)


@BRANDS
def test_descriptions_are_two_or_three_sentences(brand: DemoBrand) -> None:
    for product in brand.products:
        assert 2 <= product.description.en.replace("?", ".").count(". ") + 1 <= 4


@BRANDS
def test_the_category_tree_is_whole_and_every_leaf_has_products(brand: DemoBrand) -> None:
    keys = [category.key for category in brand.categories]
    assert 12 <= len(keys) == len(set(keys)) <= 20
    assert all(category.parent in (None, *keys) for category in brand.categories)
    leaves = {key for key in keys if brand.leaves_under(key) == {key}}
    assert leaves == {product.category for product in brand.products}
    assert all(c.synonyms_en and c.synonyms_fr for c in brand.categories)


@BRANDS
def test_prices_are_positive_and_each_product_has_four_to_six_facts(brand: DemoBrand) -> None:
    for product in brand.products:
        assert product.price_minor > 0
        assert product.stock >= 0
        assert 4 <= len(product.attributes) <= 6
        assert product.fact(product.attributes[0].key, "fr") == product.attributes[0].value.fr
    with pytest.raises(KeyError):
        brand.products[0].fact("flavour", "en")


@BRANDS
def test_gtins_carry_a_right_check_digit(brand: DemoBrand) -> None:
    for product in brand.products:
        digits = [int(digit) for digit in product.gtin]
        assert len(digits) == 13
        assert sum(digits[::2]) + 3 * sum(digits[1::2]) in range(0, 400, 10)


@BRANDS
def test_missions_pay_a_plausible_fee_for_known_categories(brand: DemoBrand) -> None:
    keys = {category.key for category in brand.categories}
    assert len(brand.missions) == 2
    for mission in brand.missions:
        assert 200 <= mission.pay_minor <= 450
        assert mission.seats > 0
        assert set(mission.categories) <= keys


@BRANDS
def test_the_missions_together_cover_the_whole_shop(brand: DemoBrand) -> None:
    covered = {leaf for mission in brand.missions for key in mission.categories for leaf in brand.leaves_under(key)}
    assert covered == {product.category for product in brand.products}


@BRANDS
def test_white_text_is_readable_on_the_accent(brand: DemoBrand) -> None:
    assert _contrast_with_white(brand.accent) >= 4.5


@BRANDS
def test_the_catalogue_file_reads_back_as_the_products(brand: DemoBrand) -> None:
    reader = csv.DictReader(io.StringIO(catalogue_csv(brand, site_url="https://shop.example/")))
    rows = list(reader)
    assert tuple(reader.fieldnames or ()) == CSV_HEADER
    for row, product in zip(rows, brand.products, strict=True):
        assert row["id"] == product.external_id
        assert row["url"] == f"https://shop.example{product.path}"
        assert Decimal(row["price"]) * 100 == product.price_minor
        assert row["description_fr"] == product.description.fr
        assert row["category_path_fr"] == brand.category_path(product.category, "fr")
        assert [fact["key"] for fact in json.loads(row["attributes"])] == [fact.key for fact in product.attributes]


def test_a_category_path_goes_from_the_root_to_the_leaf() -> None:
    assert demo_brand("nordet-trail").category_path("packs", "en") == "Gear > Carrying > Packs and vests"


def test_french_type_has_no_breaking_space_before_high_signs() -> None:
    assert french("Qu'est-ce que « ça » : 5 % ?") == "Qu’est-ce que «\u00a0ça\u00a0»\u00a0: 5\u00a0%\u00a0?"
