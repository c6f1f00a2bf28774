"""The demonstration brands, read from `content/*.json`, and their catalogues as import files."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from marketplace.demo.model import (
    Attribute,
    DemoBrand,
    DemoCategory,
    DemoMission,
    DemoProduct,
    Lang,
    Text,
    english,
    french,
)

CSV_HEADER = (
    "id",
    "gtin",
    "url",
    "title_en",
    "title_fr",
    "description_en",
    "description_fr",
    "price",
    "currency",
    "category_path_en",
    "category_path_fr",
    "image",
    "attributes",
)

BRAND_FILES = ("nordet", "lumengrain", "braisette")


def read_content(name: str) -> Any:
    """Return the parsed content file `name` (without its extension)."""
    source = files("marketplace.demo") / "content" / f"{name}.json"
    return json.loads(source.read_text(encoding="utf-8"))


def text(pair: list[str]) -> Text:
    """Return a bilingual text from its `[english, french]` form, typeset."""
    return Text(english(pair[0]), french(pair[1]))


def split_value(value: str) -> Text:
    """Return a bilingual value from "english|french", or from one value good for both."""
    english_part, _, french_part = value.partition("|")
    return Text(english(english_part), french(french_part or english_part))


def _field(row: dict[str, Any], name: str) -> Text:
    return text([row[f"{name}_en"], row[f"{name}_fr"]])


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _gtin(brand_number: int, number: int) -> str:
    """Return a GTIN-13 of the 20-29 range, which is kept for use inside a shop.

    The last digit is the check digit: weights 1 and 3 from the left, complement to ten.
    """
    body = f"20{brand_number}{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _attributes(raw: dict[str, Any], facts: list[str], values: list[str]) -> Iterator[Attribute]:
    for key, value in zip(facts, values, strict=True):
        yield Attribute(key, text(raw["labels"][key]), split_value(value))


def _variants(raw: dict[str, Any], model: list[Any]) -> tuple[str, list[tuple[Text | None, int]]]:
    """Return the variant attribute's key and, for each variant, its name and price difference."""
    if len(model) < 7:
        return "", [(None, 0)]
    key = str(model[6])
    return key, [(text(variant[:2]), int(variant[2])) for variant in raw["variants"][key]]


def _products(raw: dict[str, Any], brand_number: int) -> Iterator[DemoProduct]:
    number = 0
    for line in raw["ranges"]:
        for rank, model in enumerate(line["models"]):
            axis, variants = _variants(raw, model)
            base = tuple(_attributes(raw, line["facts"], model[5]))
            lead, more = text(model[3:5]), text(line["more"][rank % len(line["more"])])
            for variant, difference in variants:
                number += 1
                title, own = text(model[:2]), base
                if variant is not None:
                    title = Text(f"{title.en}, {variant.en}", f"{title.fr}, {variant.fr}")
                    own = (*base, Attribute(axis, text(raw["labels"][axis]), variant))
                yield DemoProduct(
                    external_id=f"{raw['prefix']}-{1000 + number}",
                    gtin=_gtin(brand_number, number),
                    path=f"/p/{_slug(title.en)}",
                    title=title,
                    description=Text(f"{lead.en} {more.en}", f"{lead.fr} {more.fr}"),
                    price_minor=model[2] + difference,
                    # Mostly in stock; every seventeenth is sold out, as in a real shop.
                    stock=0 if number % 17 == 0 else 3 + number * 7 % 41,
                    category=line["category"],
                    attributes=own,
                    drawing=line["drawing"],
                    shade=number,
                )


def _categories(raw: dict[str, Any]) -> Iterator[DemoCategory]:
    for key, parent, name_en, name_fr, synonyms_en, synonyms_fr in raw["categories"]:
        yield DemoCategory(
            key,
            parent,
            text([name_en, name_fr]),
            tuple(map(english, synonyms_en)),
            tuple(map(french, synonyms_fr)),
        )


def _missions(raw: dict[str, Any]) -> Iterator[DemoMission]:
    for row in raw["missions"]:
        yield DemoMission(
            key=row["key"],
            title=_field(row, "title"),
            description=_field(row, "description"),
            rules=_field(row, "rules"),
            pay_minor=row["pay_minor"],
            seats=row["seats"],
            categories=tuple(row["categories"]),
        )


def _answers(raw: dict[str, Any], kind: str) -> tuple[Text, ...]:
    answers = raw["answers"]
    pairs = zip(answers[f"{kind}_en"], answers[f"{kind}_fr"], strict=True)
    return tuple(text(list(pair)) for pair in pairs)


@cache
def demo_brands() -> tuple[DemoBrand, ...]:
    """Return the three demonstration brands, always the same and in the same order."""
    return tuple(_brand(name, number) for number, name in enumerate(BRAND_FILES, start=1))


def demo_brand(slug: str) -> DemoBrand:
    """Return the demonstration brand called `slug`; KeyError when there is none."""
    return {brand.slug: brand for brand in demo_brands()}[slug]


def _brand(name: str, number: int) -> DemoBrand:
    raw = read_content(name)
    locale: Lang = "fr" if raw["locale"] == "fr" else "en"
    return DemoBrand(
        slug=raw["slug"],
        name=raw["name"],
        tagline=_field(raw, "tagline"),
        accent=raw["accent"],
        site_url=raw["site_url"],
        help_url=raw["help_url"],
        help_email=raw["help_email"],
        locale=locale,
        currency=raw["currency"],
        categories=tuple(_categories(raw)),
        products=tuple(_products(raw, number)),
        missions=tuple(_missions(raw)),
        acceptances=_answers(raw, "accepted"),
        refusals=_answers(raw, "declined"),
    )


def _attributes_json(product: DemoProduct) -> str:
    rows = [
        {
            "key": fact.key,
            "label_en": fact.label.en,
            "label_fr": fact.label.fr,
            "value_en": fact.value.en,
            "value_fr": fact.value.fr,
        }
        for fact in product.attributes
    ]
    return json.dumps(rows, ensure_ascii=False)


def catalogue_csv(brand: DemoBrand, *, site_url: str | None = None) -> str:
    """Return the brand's catalogue as a CSV import file (UTF-8 text, CRLF line ends).

    `site_url` is the address that product pages and pictures hang on, the brand's own when absent.
    Prices are decimal major units ("129.00"); category paths use " > "; attributes are JSON.
    """
    site = (site_url or brand.site_url).rstrip("/")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_HEADER)
    for product in brand.products:
        writer.writerow(
            (
                product.external_id,
                product.gtin,
                f"{site}{product.path}",
                product.title.en,
                product.title.fr,
                product.description.en,
                product.description.fr,
                f"{Decimal(product.price_minor) / 100:.2f}",
                brand.currency,
                brand.category_path(product.category, "en"),
                brand.category_path(product.category, "fr"),
                f"{site}/img/{product.external_id}.svg",
                _attributes_json(product),
            )
        )
    return out.getvalue()
