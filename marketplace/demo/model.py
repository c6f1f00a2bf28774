"""What the demonstration content is made of: brands, categories, products, missions.

Money is in minor units of the brand's currency. Bilingual values are `Text(en, fr)`.
"""

import re
from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "fr"]

_SPACED_IN_FRENCH = re.compile(r" ([:;!?»%€])")


@dataclass(frozen=True, slots=True)
class Text:
    """The same thing said in English and in French."""

    en: str
    fr: str

    def __getitem__(self, lang: Lang) -> str:
        return self.fr if lang == "fr" else self.en


def french(text: str) -> str:
    """Set French type: U+00A0 before : ; ! ? » % € and after «, and the curly apostrophe."""
    return _SPACED_IN_FRENCH.sub("\u00a0\\1", text.replace("« ", "«\u00a0")).replace("'", "’")


def english(text: str) -> str:
    """Set English type: the curly apostrophe, and no space before a per cent sign."""
    return text.replace("'", "’").replace(" %", "%")


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """One node of a brand's category tree; `parent` is the key of the node above, if any."""

    key: str
    parent: str | None
    name: Text
    synonyms_en: tuple[str, ...]
    synonyms_fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One fact of a product, such as its weight."""

    key: str
    label: Text
    value: Text


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product of a brand's catalogue; `drawing` and `shade` choose its illustration."""

    external_id: str
    gtin: str
    path: str
    title: Text
    description: Text
    price_minor: int
    stock: int
    category: str
    attributes: tuple[Attribute, ...]
    drawing: str
    shade: int

    def fact(self, key: str, lang: Lang) -> str:
        """Return the value of the attribute `key`; KeyError when the product has none."""
        for attribute in self.attributes:
            if attribute.key == key:
                return attribute.value[lang]
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class DemoMission:
    """A brand's call for experts: `pay_minor` is the fee per conversation, before commission."""

    key: str
    title: Text
    description: Text
    rules: Text
    pay_minor: int
    seats: int
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """A fictional brand with its whole catalogue, its missions and its answers to applications."""

    slug: str
    name: str
    tagline: Text
    accent: str
    site_url: str
    help_url: str
    help_email: str
    locale: Lang
    currency: str
    categories: tuple[DemoCategory, ...]
    products: tuple[DemoProduct, ...]
    missions: tuple[DemoMission, ...]
    acceptances: tuple[Text, ...]
    refusals: tuple[Text, ...]

    def category_path(self, key: str, lang: Lang) -> str:
        """Return the names from the root down to `key`, joined by " > "."""
        by_key = {category.key: category for category in self.categories}
        names: list[str] = []
        current: str | None = key
        while current is not None:
            names.append(by_key[current].name[lang])
            current = by_key[current].parent
        return " > ".join(reversed(names))

    def leaves_under(self, key: str) -> frozenset[str]:
        """Return the keys of the categories without children at or below `key`."""
        children = [category.key for category in self.categories if category.parent == key]
        if not children:
            return frozenset({key})
        return frozenset().union(*(self.leaves_under(child) for child in children))
