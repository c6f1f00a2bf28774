"""French is complete: nothing missing, nothing left over, the same holes in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from marketplace.core.schema import ROOT

FOLDER = ROOT / "marketplace" / "translations"
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None,
}  # fmt: skip
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def sources() -> set[str]:
    """Every text that a person may read, as written in the sources."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS, directory_filter=_is_ours)
    texts = {row[2][0] if isinstance(row[2], tuple) else row[2] for row in found}
    assert len(texts) > 1_000
    return {text for text in texts if text}


def _is_ours(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[0] in {"marketplace", "experts", "payouts", "templates"}


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (FOLDER / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def texts(message: Message) -> list[str]:
    strings = list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]
    return [string or "" for string in strings]


def test_no_text_is_without_its_french(sources: set[str], french: Catalog) -> None:
    known = {m.id[0] if isinstance(m.id, (list, tuple)) else m.id for m in french if m.id and all(texts(m))}
    assert sources - known == set()


def test_the_french_keeps_the_holes_of_the_english(french: Catalog) -> None:
    wrong = []
    for message in french:
        if not message.id:
            continue
        ids = list(message.id) if isinstance(message.id, (list, tuple)) else [message.id]
        allowed = {hole for text in ids for hole in HOLES.findall(text)}
        wrong += [message.id for text in texts(message) if not set(HOLES.findall(text)) <= allowed]
    assert wrong == []


def test_french_punctuation_has_its_own_space(french: Catalog) -> None:
    """A no-break space stands before : ; ! ? and » (U+00A0), so that no line begins with them."""
    loose = re.compile(r"[a-zà-ÿ»)] [:;!?»](?:\s|$)")
    wrong = [text for message in french if message.id for text in texts(message) if loose.search(text)]
    assert wrong == []
