"""What a question wants: advice, something about an order, or to insult.

Order and after-sales questions go to the brand's own people and never reach an expert; so a missed one costs an expert
unpaid work, and a false alarm costs a shopper her answer. Rules, not statistics: each decision can be read.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.questions.lexicon_intent import ABUSE, ADVICE_GUARDS, ORDER
from marketplace.questions.states import Intent

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'"})


def _compile(lexicon: dict[str, tuple[str, ...]]) -> dict[str, tuple[re.Pattern[str], ...]]:
    return {lang: tuple(re.compile(rx) for rx in expressions) for lang, expressions in lexicon.items()}


_GUARDS, _ORDER, _ABUSE = _compile(ADVICE_GUARDS), _compile(ORDER), _compile(ABUSE)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The intent and the words, as plain lower-case text, that decided (none for advice)."""

    intent: Intent
    because: tuple[str, ...] = ()


def recognise(text: str, lang: str) -> Recognised:
    """The intent of `text`. `lang` (`fr` or `en`) is tried first; the other language too, since shoppers mix them."""
    plain = plain_text(text)
    langs = sorted(_ORDER, key=lambda candidate: candidate != lang)
    insults = _found(plain, (_ABUSE[each] for each in langs))
    if insults:
        return Recognised(Intent.ABUSE, insults)
    for each in langs:
        for guard in _GUARDS[each]:
            plain = guard.sub(" … ", plain)
    words = _found(plain, (_ORDER[each] for each in langs))
    return Recognised(Intent.ORDER, words) if words else Recognised(Intent.ADVICE)


def insults_in(text: str) -> tuple[str, ...]:
    """The insults of either language in `text`, as plain lower-case text."""
    return _found(plain_text(text), _ABUSE.values())


def plain_text(text: str) -> str:
    """Lower case, without accents, straight apostrophes, single spaces."""
    bare = unicodedata.normalize("NFKD", text.lower().translate(_APOSTROPHES).replace("œ", "oe"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def _found(plain: str, groups: Iterable[tuple[re.Pattern[str], ...]]) -> tuple[str, ...]:
    hits = (pattern.search(plain) for group in groups for pattern in group)
    return tuple(dict.fromkeys(hit.group().strip() for hit in hits if hit))
