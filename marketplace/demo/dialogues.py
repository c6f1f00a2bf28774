"""Plausible questions and conversations about the demonstration products, by seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Literal

from marketplace.demo.catalogue import BRAND_FILES, demo_brands, read_content, split_value, text
from marketplace.demo.model import DemoBrand, DemoProduct, Lang, Text

Author = Literal["expert", "shopper"]

# Shares of ratings 1 to 5 among good conversations, from worst to best, in per cent.
STAR_WEIGHTS = (2, 3, 8, 27, 60)
# Share of rated conversations that carry a written comment.
COMMENT_SHARE = 0.55


@dataclass(frozen=True, slots=True)
class Turn:
    """One message after the question; `delay_seconds` is the pause before it."""

    author: Author
    text: str
    delay_seconds: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A question and all that follows, up to the rating (`stars` 1-5, `comment` may be empty)."""

    question: str
    turns: tuple[Turn, ...]
    topic: str
    stars: int
    comment: str
    solved: bool


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """A question with slots, the categories that it suits, and the advice it deserves."""

    categories: frozenset[str]
    topic: str
    question: Text
    advice: Text


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two linked lines: one asks, the other answers; empty `categories` suit every product."""

    categories: frozenset[str]
    ask: Text
    reply: Text


@dataclass(frozen=True, slots=True)
class Talk:
    """Everything that can be said about one brand's products."""

    questions: tuple[QuestionTemplate, ...]
    clarifications: tuple[Exchange, ...]
    follow_ups: tuple[Exchange, ...]
    slots: dict[str, tuple[Text, ...]]


def _exchange(row: list[str], categories: str = "") -> Exchange:
    keys = frozenset(categories.split(",")) if categories else frozenset()
    return Exchange(keys, text([row[0], row[2]]), text([row[1], row[3]]))


@cache
def talk_of(slug: str) -> Talk:
    """Return the corpus of the brand `slug`; KeyError when there is no such brand."""
    sources = dict(zip((brand.slug for brand in demo_brands()), BRAND_FILES, strict=True))
    raw = read_content(f"{sources[slug]}_talk")
    return Talk(
        questions=tuple(
            QuestionTemplate(frozenset(row[0].split(",")), row[1], text([row[2], row[4]]), text([row[3], row[5]]))
            for row in raw["questions"]
        ),
        clarifications=tuple(_exchange(row) for row in raw["clarify"]),
        follow_ups=tuple(_exchange(row[1:], row[0]) for row in raw["follow"]),
        slots={name: tuple(split_value(value) for value in values) for name, values in raw["slots"].items()},
    )


@cache
def _common() -> dict[str, Any]:
    raw: dict[str, Any] = read_content("common")
    return raw


def _lines(key: str) -> tuple[Text, ...]:
    return tuple(text(pair) for pair in _common()[key])


def topics() -> dict[str, Text]:
    """Return the topics under which conversations are closed, by key."""
    return {key: text(pair) for key, pair in _common()["topics"].items()}


def rating_comments(stars: int) -> tuple[Text, ...]:
    """Return the comments that go with a rating of `stars` (1-5)."""
    return tuple(text(pair) for pair in _common()["comments"][str(stars)])


def support_questions(lang: Lang) -> tuple[str, ...]:
    """Return order and after-sales questions, which no expert should receive.

    Some hold the slot {order}; `support_question` fills it.
    """
    return tuple(line[lang] for line in _lines("support"))


def support_question(rng: Random, lang: Lang) -> str:
    """Return one order or after-sales question with an invented order number."""
    return rng.choice(support_questions(lang)).replace("{order}", f"W{rng.randint(10000, 99999)}")


def price_text(product: DemoProduct, lang: Lang) -> str:
    """Return the product's price in euros as a person writes it."""
    euros, cents = divmod(product.price_minor, 100)
    if lang == "fr":
        return f"{euros},{cents:02d}\u00a0€" if cents else f"{euros}\u00a0€"
    return f"€{euros}.{cents:02d}" if cents else f"€{euros}"


def _filled(template: str, values: dict[str, str]) -> str:
    filled = template.format_map(values)
    return filled[0].upper() + filled[1:]


def _slot_values(rng: Random, talk: Talk, product: DemoProduct, lang: Lang) -> dict[str, str]:
    """Return what the slots of the templates stand for; `made` is the product's intended use."""
    values = {fact.key: fact.value[lang] for fact in product.attributes}
    if "use" in values:
        values["made"] = values["use"]
    for name, options in talk.slots.items():
        values[name] = rng.choice(options)[lang]
    # A shopper names the model, not the variant that she is looking at.
    values["product"] = product.title[lang].rsplit(", ", 1)[0]
    values["price"] = price_text(product, lang)
    return values


def _suiting(exchanges: Sequence[Exchange], category: str) -> list[Exchange]:
    return [row for row in exchanges if not row.categories or category in row.categories]


def _end(rng: Random, lang: Lang, *, satisfied: bool) -> list[tuple[Author, str]]:
    last, answer = ("thanks", "closings") if satisfied else ("doubts", "regrets")
    return [
        ("shopper", rng.choice(_lines(last))[lang]),
        ("expert", rng.choice(_lines(answer))[lang]),
    ]


def _delay(rng: Random, author: Author, words: str) -> int:
    """Return a pause in seconds: time to read, then to type about four characters a second."""
    reading = rng.randint(3, 12) if author == "expert" else rng.randint(5, 40)
    return reading + len(words) // 4


def dialogue(rng: Random, brand: DemoBrand, product: DemoProduct, lang: Lang, *, stars: int | None = None) -> Dialogue:
    """Return a question about `product` and the whole conversation, of 3 to 8 further messages.

    The same `rng` state gives the same dialogue. `stars` fixes the rating, otherwise drawn from
    STAR_WEIGHTS. Ratings of 1 and 2 go with a conversation that did not settle the question.
    """
    talk = talk_of(brand.slug)
    template = rng.choice([row for row in talk.questions if product.category in row.categories])
    values = _slot_values(rng, talk, product, lang)
    given = stars or rng.choices((1, 2, 3, 4, 5), STAR_WEIGHTS)[0]
    satisfied = given >= 3
    lines: list[tuple[Author, str]] = []
    greeting = rng.choice(_lines("greetings"))[lang]
    advice = _filled(template.advice[lang], values)
    if rng.random() < 0.5:
        asked = rng.choice(talk.clarifications)
        lines += [("expert", f"{greeting} {asked.ask[lang]}"), ("shopper", asked.reply[lang])]
        lines.append(("expert", advice))
    elif rng.random() < 0.5:
        lines += [("expert", greeting), ("expert", advice)]
    else:
        lines.append(("expert", f"{greeting} {advice}"))
    if satisfied and rng.random() < 0.5:
        more = rng.choice(_suiting(talk.follow_ups, product.category))
        lines += [("shopper", more.ask[lang]), ("expert", more.reply[lang])]
    lines += _end(rng, lang, satisfied=satisfied)
    commented = rng.random() < COMMENT_SHARE
    comment = rng.choice(rating_comments(given))[lang]
    return Dialogue(
        question=_filled(template.question[lang], values),
        turns=tuple(Turn(author, words, _delay(rng, author, words)) for author, words in lines),
        topic=template.topic,
        stars=given,
        comment=comment if commented else "",
        solved=satisfied and (given > 3 or rng.random() < 0.6),
    )
