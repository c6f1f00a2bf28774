"""French or English, from the words and the page."""

import pytest

from marketplace.questions.language import detect

FRENCH = (
    "Est-ce que cette tente tient debout sans les sardines ?",
    "quelle taille prendre pour 1m80",
    "Bonjour, peut-on la laver en machine",
    "ca marche avec un iphone",
    "C’est pour un débutant, vous conseillez quoi ?",
    "le sac est lourd ?",
    "compatible avec mon vélo",
    "Y a-t-il une housse avec ?",
    "Il faut quoi comme pile",
    "combien ça pèse",
)
ENGLISH = (
    "Does this tent stand without pegs?",
    "what size should i take for 5'10",
    "Hi, is it machine washable",
    "works with iphone?",
    "It's for a beginner, which one is better?",
    "is the bag heavy?",
    "will this fit my bike",
    "Which batteries do I need",
    "how much does it weigh",
    "Can you use it in the rain?",
)


@pytest.mark.parametrize("prior", [None, "fr", "en"])
@pytest.mark.parametrize("text", FRENCH)
def test_a_french_question_is_french_whatever_the_page_says(text: str, prior: str | None) -> None:
    found = detect(text, prior=prior)
    assert found.lang == "fr"
    assert found.p > 0.5


@pytest.mark.parametrize("prior", [None, "fr", "en"])
@pytest.mark.parametrize("text", ENGLISH)
def test_an_english_question_is_english_whatever_the_page_says(text: str, prior: str | None) -> None:
    found = detect(text, prior=prior)
    assert found.lang == "en"
    assert found.p > 0.5


@pytest.mark.parametrize("prior", ["fr", "en"])
@pytest.mark.parametrize("text", ["", "   ", "?", "Quechua 2000", "12 V 5 A", "🙂"])
def test_a_text_without_evidence_stays_with_the_page(text: str, prior: str) -> None:
    assert detect(text, prior=prior).lang == prior


def test_regions_of_a_language_count_as_the_language() -> None:
    assert detect("XL 42", prior="en-GB").lang == "en"
    assert detect("XL 42", prior="fr-CA").lang == "fr"


def test_an_unknown_page_language_is_no_prior() -> None:
    assert detect("", prior="de") == detect("", prior=None)


def test_agreement_of_page_and_text_is_surer_than_disagreement() -> None:
    assert detect("is it warm enough?", prior="en").p > detect("is it warm enough?", prior="fr").p
