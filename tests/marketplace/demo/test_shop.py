"""The demonstration shop is somebody else's site: strict policy, its own pages, and nothing of ours but the snippet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from marketplace.core.db import Database
from marketplace.core.schema import ROOT
from marketplace.core.settings import Settings
from marketplace.demo.catalogue import demo_brands
from marketplace.demo.shop import create_shop

PRODUCT = "/nordet-trail/p/cairn-3-trail-shoes-women"
PLATFORM = "http://chat.localhost:5000"


@pytest.fixture(scope="module")
def shop() -> Iterator[FlaskClient]:
    """The shop, before the platform has ever been there."""
    settings = Settings(_env_file=None, environment="test", secret_key="x" * 40, public_url=PLATFORM)
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    yield create_shop(settings, lambda: nowhere, root=Path(ROOT)).test_client()
    nowhere.engine.dispose()


def ask(shop: FlaskClient, address: str, lang: str = "en") -> str:
    response = shop.get(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def test_every_page_of_every_brand_opens_in_both_languages_without_the_platform(shop: FlaskClient) -> None:
    for brand in demo_brands():
        addresses = [f"/{brand.slug}/", *(f"/{brand.slug}/c/{category.key}" for category in brand.categories)]
        addresses += [f"/{brand.slug}{product.path}" for product in brand.products[::7]]
        for address in addresses:
            for lang in ("en", "fr"):
                page = ask(shop, address, lang)
                assert f'<html lang="{lang}"' in page
                assert "<script async" not in page


def test_the_policy_lets_in_scripts_and_frames_of_the_platform_alone(shop: FlaskClient) -> None:
    policy = shop.get(PRODUCT).headers["Content-Security-Policy"]
    assert policy.split("; ") == [
        f"script-src {PLATFORM}", f"frame-src {PLATFORM}", "object-src 'none'", "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ]  # fmt: skip


def test_a_product_page_carries_facts_that_programs_read(shop: FlaskClient) -> None:
    page = ask(shop, PRODUCT)
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    facts = json.loads(block[1])
    assert (facts["@type"], facts["sku"], facts["offers"]["priceCurrency"]) == ("Product", "NT-1001", "EUR")
    assert re.search(r'<link rel="canonical" href="http://shop\.localhost:5001/nordet-trail/p/[a-z0-9-]+">', page)


def test_no_page_has_inline_scripts_or_styles(shop: FlaskClient) -> None:
    for address in ("/", "/lumengrain/", PRODUCT, "/nordet-trail/basket?product=NT-1001"):
        page = ask(shop, address)
        assert not re.search(r"<script(?![^>]*(src=|ld\+json))", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_an_order_is_told_to_the_embed_by_the_shops_own_script(shop: FlaskClient) -> None:
    placed = shop.post("/nordet-trail/order", data={"product": "NT-1001"})
    assert placed.status_code == 303
    page = shop.get(placed.headers["Location"])
    assert "script-src 'self' " in page.headers["Content-Security-Policy"]
    told = re.search(r'data-order="([^"]*)"', page.get_data(as_text=True))
    assert told is not None
    order = json.loads(told[1].replace("&#34;", '"'))
    assert (order["total_minor"], order["currency"], order["lines"][0]["id"]) == (13_900, "EUR", "NT-1001")
    assert 'comptoir("order"' in shop.get("/order.js").get_data(as_text=True)


def test_pictures_are_files_and_unknown_pages_say_so(shop: FlaskClient) -> None:
    picture = shop.get("/nordet-trail/img/NT-1001.svg")
    assert (picture.mimetype, picture.status_code) == ("image/svg+xml", 200)
    for address in (
        "/nobody/",
        "/nordet-trail/p/nothing",
        "/nordet-trail/c/nothing",
        "/assets/../app.py",
        "/x/img/NT-1.svg",
    ):
        assert shop.get(address).status_code == 404
