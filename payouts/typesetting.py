"""PDF: data into the one Typst paper. What people wrote travels as data and is never read as markup."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from marketplace.core.schema import ROOT

if TYPE_CHECKING:
    import typst

PAPER = Path(ROOT) / "templates" / "payouts" / "paper.typ"
AUTHOR = "Comptoir"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: numbers stand right, the wide ones share what is left."""

    label: str
    number: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title; `empty` is said when it has no row."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Who: a label and the lines of an address."""

    label: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """All texts of a PDF, in the reader's language. The last of `totals` is the one that counts."""

    lang: str
    title: str
    number: str
    dated: date
    footer: str
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()
    parties: Sequence[Block] = ()
    sections: Sequence[Section] = ()
    totals: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def typeset(paper: Paper) -> bytes:
    """The PDF/A-3b. The same paper gives the same bytes."""
    import typst  # not before it is needed: it is large

    data = {**asdict(paper), "dated": paper.dated.isoformat(), "author": AUTHOR}
    return typst.compile(
        PAPER, root=PAPER.parent, font_paths=_fonts(), pdf_standards=["a-3b"],
        timestamp=datetime.combine(paper.dated, time(12), UTC),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip


@cache
def _fonts() -> "typst.Fonts":
    """Ours only, so that a PDF looks the same wherever it is made."""
    import typst

    folders = [str(files(package) / "files") for package in ("fontpkg_figtree", "fontpkg_bricolage_grotesque")]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)
