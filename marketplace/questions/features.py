"""Text as hashed features: words, pairs of neighbouring words and groups of 3 to 5 letters inside words.

A text becomes two parallel arrays, sorted by bucket: `ids` (int32, below `BUCKETS`) and `values` (float32, counts
with the field's weight). Little words and numbers say nothing of the category and are left out.
"""

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from marketplace.questions.intent import plain_text
from marketplace.questions.lexicon_language import AMBIGUOUS, FUNCTION_WORDS

BUCKETS = 1 << 18
LETTER_GROUPS = (3, 4, 5)
LETTERS_DAMP = 0.6
PAIR_DAMP = 0.8

Ids: TypeAlias = NDArray[np.int32]
Values: TypeAlias = NDArray[np.float32]

_WORDS = re.compile(r"[a-z0-9]+")
_STOP = frozenset(plain_text(word) for words in (*FUNCTION_WORDS.values(), AMBIGUOUS) for word in words)


def words_of(text: str) -> list[str]:
    """The telling words of a text: plain lower case, singular by a light rule, no little words, no bare numbers."""
    found = []
    for word in _WORDS.findall(plain_text(text)):
        if len(word) < 2 or word in _STOP or word.isdigit():
            continue
        found.append(_singular(word))
    return found


def extract(fields: Iterable[tuple[str, float]]) -> tuple[Ids, Values]:
    """The features of a few (text, weight) fields added up. Empty arrays when no word is left."""
    ids: list[Ids] = []
    values: list[Values] = []
    for text, weight in fields:
        words = words_of(text)
        for word in words:
            hashed, damp = _word_features(word)
            ids.append(hashed)
            values.append(damp * np.float32(weight))
        pairs = [_bucket(f"{left} {right}") for left, right in pairwise(words)]
        ids.append(np.array(pairs, dtype=np.int32))
        values.append(np.full(len(pairs), PAIR_DAMP * weight, dtype=np.float32))
    if not ids:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    unique, where = np.unique(np.concatenate(ids), return_inverse=True)
    summed = np.bincount(where, weights=np.concatenate(values), minlength=len(unique))
    return unique, summed.astype(np.float32)


def word_ids(text: str) -> Ids:
    """The buckets of the text's telling words alone, without pairs and letter groups."""
    return np.array([_bucket(f"={word}") for word in words_of(text)], dtype=np.int32)


@lru_cache(maxsize=8192)
def _word_features(word: str) -> tuple[Ids, Values]:
    """The word itself and its letter groups, edges marked, and the weight of each."""
    marked = f"<{word}>"
    groups = [marked[at : at + size] for size in LETTER_GROUPS for at in range(len(marked) - size + 1)]
    hashed = np.array([_bucket(f"={word}"), *(_bucket(f"~{group}") for group in groups)], dtype=np.int32)
    damp = np.full(len(hashed), LETTERS_DAMP / max(1.0, len(groups) ** 0.5), dtype=np.float32)
    damp[0] = 1.0
    return hashed, damp


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode()) & (BUCKETS - 1)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word[-1] in "sx" and word[-2] not in "siou":
        return word[:-1]
    return word
