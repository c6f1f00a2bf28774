"""Orders and insults are recognised; advice that uses the same words is not."""

import time

import pytest

from marketplace.questions.intent import recognise
from marketplace.questions.states import Intent
from tests.marketplace.questions import intent_sentences as written

LABELLED = [
    *((text, "fr", Intent.ORDER) for text in written.sentences(written.ORDER_FR)),
    *((text, "en", Intent.ORDER) for text in written.sentences(written.ORDER_EN)),
    *((text, "fr", Intent.ADVICE) for text in written.sentences(written.ADVICE_FR)),
    *((text, "en", Intent.ADVICE) for text in written.sentences(written.ADVICE_EN)),
    *((text, "fr", Intent.ABUSE) for text in written.sentences(written.ABUSE)),
    *((text, "en", Intent.ADVICE) for text in written.sentences(written.NOT_ABUSE)),
]


def test_there_are_enough_sentences_and_half_are_traps() -> None:
    assert len(LABELLED) >= 150
    assert sum(intent is Intent.ADVICE for _, _, intent in LABELLED) >= len(LABELLED) // 2 - 2


@pytest.mark.parametrize("intent", list(Intent))
def test_precision_and_recall_stay_high(intent: Intent, record_property: object) -> None:
    found = [(text, recognise(text, lang).intent, truth) for text, lang, truth in LABELLED]
    hits = [text for text, guess, truth in found if guess is truth is intent]
    false_alarms = [text for text, guess, truth in found if guess is intent is not truth]
    missed = [text for text, guess, truth in found if truth is intent is not guess]
    precision, recall = len(hits) / (len(hits) + len(false_alarms)), len(hits) / (len(hits) + len(missed))
    assert precision >= 0.95, (precision, false_alarms)
    assert recall >= 0.95, (recall, missed)


def test_the_words_that_decided_are_told() -> None:
    assert "ma commande" in recognise("Où est MA COMMANDE ?", "fr").because
    assert recognise("Which size for 6 feet?", "en").because == ()


def test_an_order_in_the_other_language_is_still_an_order() -> None:
    assert recognise("Where is my order?", "fr").intent is Intent.ORDER
    assert recognise("Où est ma commande ?", "en").intent is Intent.ORDER


def test_a_guarded_word_does_not_hide_a_real_order_question() -> None:
    assert recognise("Does it return to shape? Also where is my order?", "en").intent is Intent.ORDER


def test_insults_go_before_orders() -> None:
    assert recognise("Fuck you, where is my order", "en").intent is Intent.ABUSE


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_any_apostrophe_will_do(apostrophe: str) -> None:
    assert recognise(f"je n{apostrophe}ai jamais reçu mon colis", "fr").intent is Intent.ORDER


def test_a_very_long_text_does_not_stall() -> None:
    started = time.process_time()
    recognise("return to to to quand je vous ai " * 150, "en")
    assert time.process_time() - started < 1.0
