"""The category model: cold start, learning, confidence, size, storage."""

import time

import numpy as np
import pytest

from marketplace.questions.classifier import CategoryModel, Name, UnknownCategory, UnreadableModel
from marketplace.questions.linear import LinearModel

OUTDOOR = [
    Name("tents", "Tents", ("dome tent for two", "family tunnel tent")),
    Name("bags", "Sleeping bags", ("down sleeping bag", "mummy bag winter")),
    Name("stoves", "Stoves", ("gas stove", "alcohol burner")),
]
SHOP = [
    Name("pets", "Pet Supplies"), Name("tools", "Tools & Home Improvement"), Name("baby", "Baby"),
    Name("music", "Musical Instruments"), Name("grocery", "Grocery & Gourmet Food"), Name("software", "Software"),
]  # fmt: skip


def first(model: CategoryModel, question: str, title: str = "") -> str:
    return model.predict("en", question, title).ranked[0][0]


def test_a_cold_model_knows_the_names_and_titles() -> None:
    model = CategoryModel.from_names("en", OUTDOOR)
    assert first(model, "how many people sleep in this dome tent?") == "tents"
    assert first(model, "does the burner simmer?") == "stoves"


def test_a_general_shop_knows_common_nouns_before_any_label() -> None:
    model = CategoryModel.from_names("en", SHOP)
    assert first(model, "is it ok for a puppy?", "Leather leash") == "pets"
    assert first(model, "how many bits are in the set?", "Cordless drill") == "tools"
    assert first(model, "does it come with a pick?", "Acoustic guitar") == "music"


def test_the_french_model_knows_french_nouns() -> None:
    french = [Name("pets", "Animalerie"), Name("tools", "Bricolage et outillage"), Name("baby", "Puériculture"),
              Name("music", "Instruments de musique")]  # fmt: skip
    model = CategoryModel.from_names("fr", french)
    assert model.predict("fr", "convient à un chaton ?", "Litière végétale").ranked[0][0] == "pets"
    assert model.predict("fr", "elle a combien de vitesses ?", "Perceuse visseuse").ranked[0][0] == "tools"


def test_one_confirmed_question_is_learnt_at_once() -> None:
    model = CategoryModel.from_names("en", OUTDOOR)
    assert first(model, "zorblax or flimtop?") == "tents"
    model.learn("en", "zorblax or flimtop?", "stoves")
    assert first(model, "which zorblax is best?") == "stoves"
    assert model.labels == 1


def test_a_text_of_another_language_is_passed_over() -> None:
    model = CategoryModel.from_names("en", OUTDOOR)
    model.learn("fr", "réchaud", "stoves")
    assert model.labels == 0


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(UnknownCategory):
        CategoryModel.from_names("en", OUTDOOR).learn("en", "x", "boats")
    with pytest.raises(UnknownCategory):
        CategoryModel.from_names("en", OUTDOOR).learn_rows([("kayak", "", "", "boats")])


def test_all_categories_are_ranked_with_shares_that_add_up() -> None:
    found = CategoryModel.from_names("en", OUTDOOR).predict("en", "warm down bag")
    assert {key for key, _ in found.ranked} == {"tents", "bags", "stoves"}
    assert sum(share for _, share in found.ranked) == pytest.approx(1)
    assert 0 <= found.p <= 1


@pytest.mark.parametrize("question", ["", "???", "how much does it weigh"])
def test_a_question_without_a_clue_is_not_trusted(question: str) -> None:
    assert CategoryModel.from_names("en", OUTDOOR).predict("en", question).p < 0.85


def test_no_category_gives_no_answer() -> None:
    found = CategoryModel.from_names("en", []).predict("en", "tent")
    assert found.ranked == []
    assert found.p == 0


def test_a_wrong_language_halves_confidence() -> None:
    model = CategoryModel.from_names("en", OUTDOOR)
    assert model.predict("fr", "dome tent").p == pytest.approx(model.predict("en", "dome tent").p / 2)


def test_confidence_is_the_measured_precision() -> None:
    rng = np.random.default_rng(3)
    rows = [("dome tent", "", "", "tents" if rng.random() < 0.7 else "bags") for _ in range(400)]
    model = CategoryModel.from_names("en", OUTDOOR)
    curve = CategoryModel.curve_of([(model, rows)])
    assert curve is not None
    model.curve = curve
    assert model.predict("en", "dome tent").p == pytest.approx(0.7, abs=0.07)
    assert CategoryModel.curve_of([(model, rows[:29])]) is None


def test_a_stored_model_predicts_the_same() -> None:
    model = CategoryModel.from_names("en", OUTDOOR)
    model.learn("en", "does it smell of gas", "stoves")
    model.train_linear([("dome tent", "", "", "tents"), ("gas stove", "", "", "stoves")] * 20)
    again = CategoryModel.from_bytes(model.to_bytes())
    assert again.predict("en", "gas smell") == model.predict("en", "gas smell")
    again.learn("en", "new words entirely", "bags")
    assert again.labels == model.labels + 1


@pytest.mark.parametrize("stored", [b"", b"not a model", b"PK\x03\x04 broken"])
def test_bytes_that_are_no_model_are_refused(stored: bytes) -> None:
    with pytest.raises(UnreadableModel):
        CategoryModel.from_bytes(stored)


def test_three_brands_of_a_hundred_products_stay_under_ten_megabytes() -> None:
    rng = np.random.default_rng(5)
    syllables = ["ka", "lo", "mi", "ter", "ban", "ou", "vel", "dra", "sin", "po"]
    total = 0
    for _ in range(3):
        titles = [" ".join("".join(rng.choice(syllables, 3)) for _ in range(7)) for _ in range(100)]
        names = [Name(f"c{at}", f"Category {at}", tuple(titles[at::10])) for at in range(10)]
        total += sum(CategoryModel.from_names(lang, names).memory() for lang in ("fr", "en"))
    assert total < 10_000_000


def test_learning_and_predicting_are_quick() -> None:
    model = CategoryModel.from_names("en", SHOP)
    started = time.process_time()
    for _ in range(100):
        model.learn("en", "will the leash hold a big dog?", "pets")
        model.predict("en", "will the leash hold a big dog?", "Nylon dog leash, 2 m")
    assert (time.process_time() - started) / 100 < 0.02


def test_the_linear_model_separates_what_it_was_shown() -> None:
    ids = [np.array([at], dtype=np.int32) for at in range(3)]
    one = np.ones(1, dtype=np.float32)
    model = LinearModel.train([((ids[at % 3], one), at % 3) for at in range(30)], categories=3)
    assert [int(model.scores((each, one)).argmax()) for each in ids] == [0, 1, 2]
