"""The demonstration's conversations are whole, bilingual and repeatable."""

from random import Random

import pytest

from marketplace.demo.catalogue import demo_brands
from marketplace.demo.dialogues import (
    dialogue,
    price_text,
    rating_comments,
    support_question,
    support_questions,
    talk_of,
    topics,
)
from marketplace.demo.model import DemoBrand, Lang

BRANDS = pytest.mark.parametrize("brand", demo_brands(), ids=lambda brand: brand.slug)
LANGS = pytest.mark.parametrize("lang", ["en", "fr"])


@BRANDS
@LANGS
def test_a_brand_has_at_least_forty_questions_in_each_language(brand: DemoBrand, lang: Lang) -> None:
    talk = talk_of(brand.slug)
    assert len({row.question[lang] for row in talk.questions}) >= 40
    assert all(row.advice[lang] and row.topic in topics() for row in talk.questions)


@BRANDS
@LANGS
def test_every_product_can_be_talked_about_without_an_empty_slot(brand: DemoBrand, lang: Lang) -> None:
    for product in brand.products:
        for seed in range(12):
            said = dialogue(Random(seed), brand, product, lang)
            texts = [said.question, *(turn.text for turn in said.turns)]
            assert all(text.strip() and "{" not in text for text in texts)
            assert 3 <= len(said.turns) <= 8
            assert all(turn.delay_seconds > 0 for turn in said.turns)
            assert said.turns[0].author == "expert"


@BRANDS
def test_the_same_seed_tells_the_same_story(brand: DemoBrand) -> None:
    first, second = (dialogue(Random(11), brand, brand.products[5], "fr") for _ in range(2))
    assert first == second
    assert first != dialogue(Random(12), brand, brand.products[5], "fr")


def test_a_bad_rating_goes_with_an_unsettled_question() -> None:
    brand = demo_brands()[0]
    for stars in (1, 2):
        said = dialogue(Random(3), brand, brand.products[0], "en", stars=stars)
        assert said.stars == stars
        assert not said.solved


def test_a_top_rating_goes_with_a_settled_question() -> None:
    brand = demo_brands()[0]
    assert dialogue(Random(3), brand, brand.products[0], "en", stars=5).solved


@LANGS
def test_after_sales_questions_are_many_and_filled(lang: Lang) -> None:
    assert len(set(support_questions(lang))) >= 12
    assert all("{" not in support_question(Random(seed), lang) for seed in range(40))


@pytest.mark.parametrize("stars", range(1, 6))
def test_each_rating_has_comments_in_both_languages(stars: int) -> None:
    assert len(rating_comments(stars)) >= 3
    assert all(comment.en and comment.fr for comment in rating_comments(stars))


def test_prices_are_written_as_people_write_them() -> None:
    shoe = demo_brands()[0].products[0]
    assert price_text(shoe, "en") == "€139"
    assert price_text(shoe, "fr") == "139\u00a0€"
