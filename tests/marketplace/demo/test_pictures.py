"""The demonstration's product pictures are varied, repeatable and safe under a strict policy."""

from xml.etree import ElementTree

import pytest

from marketplace.demo.catalogue import demo_brands
from marketplace.demo.model import DemoBrand
from marketplace.demo.pictures import product_svg

BRANDS = pytest.mark.parametrize("brand", demo_brands(), ids=lambda brand: brand.slug)


@BRANDS
def test_pictures_are_well_formed_without_text_or_inline_style(brand: DemoBrand) -> None:
    for product in brand.products:
        tree = ElementTree.fromstring(product_svg(brand, product))  # noqa: S314 - our own drawing
        for node in tree.iter():
            assert node.tag.rpartition("}")[2] not in {"text", "style", "script", "image"}
            assert "style" not in node.attrib


@BRANDS
def test_a_brand_has_at_least_eight_drawings_and_several_colours(brand: DemoBrand) -> None:
    assert len({product.drawing for product in brand.products}) >= 8
    assert len({product_svg(brand, product) for product in brand.products}) >= 40


@BRANDS
def test_a_picture_is_always_the_same(brand: DemoBrand) -> None:
    assert product_svg(brand, brand.products[0]) == product_svg(brand, brand.products[0])
