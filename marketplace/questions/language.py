"""French or English? The page's language is the prior, the words of the text decide.

A sum of log-odds: little words, then letter groups, plus the prior. Short or wordless text stays with the prior: a
wrong guess costs the shopper one click, a language nobody asked for costs the conversation.
"""

import math
import re
from dataclasses import dataclass

from marketplace.questions.lexicon_language import AMBIGUOUS, FUNCTION_WORDS, PATTERNS

LANGUAGES: tuple[str, ...] = ("fr", "en")
DEFAULT = "fr"

WORD_WEIGHT = 1.5
AMBIGUOUS_WEIGHT = 0.3
PRIOR_WEIGHT = 1.0
UNSURE_BELOW = 0.7
"""Log-odds of the text under which the prior is kept."""

_WORDS = re.compile(r"[a-zà-ÿœ]+(?:['’-][a-zà-ÿœ]+)*")
_PIECES = re.compile(r"['’-]")
_PATTERNS = {lang: tuple((re.compile(rx), weight) for rx, weight in rules) for lang, rules in PATTERNS.items()}


@dataclass(frozen=True, slots=True)
class Detection:
    """The language (`fr` or `en`) and the probability given to it, between 0 and 1."""

    lang: str
    p: float


def detect(text: str, *, prior: str | None) -> Detection:
    """The language of `text`; `prior` is the page's (`fr`, `en`, `fr-CA`..., anything else counts as unknown)."""
    expected = (prior or "")[:2].lower()
    evidence = _evidence(text)
    lean = {"fr": PRIOR_WEIGHT, "en": -PRIOR_WEIGHT}.get(expected, 0.0)
    if expected in LANGUAGES and abs(evidence) < UNSURE_BELOW:
        chosen = expected
    elif evidence + lean == 0:
        chosen = DEFAULT
    else:
        chosen = "fr" if evidence + lean > 0 else "en"
    p = 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence + lean))))
    return Detection(chosen, p if chosen == "fr" else 1 - p)


def _evidence(text: str) -> float:
    """Log-odds of French against English from the text alone; damped so that long texts do not become certainties."""
    lowered = text.lower()
    total = 0.0
    for word in _WORDS.findall(lowered):
        total += _word(word) or sum(_word(piece) for piece in _PIECES.split(word) if piece != word)
    for sign, lang in ((1, "fr"), (-1, "en")):
        for pattern, weight in _PATTERNS[lang]:
            total += sign * weight * len(pattern.findall(lowered))
    return total


def _word(word: str) -> float:
    weight = AMBIGUOUS_WEIGHT if word in AMBIGUOUS else WORD_WEIGHT
    return weight * ((word in FUNCTION_WORDS["fr"]) - (word in FUNCTION_WORDS["en"]))
