"""Filters in the address of a list, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from marketplace.insights.rows import PAGE, Wanted


def read(args: Mapping[str, str], *, brand_id: UUID | None, zone: str) -> Wanted:
    """What an address asks for; what makes no sense is left out."""
    return Wanted(
        brand_id=brand_id, zone=zone, since=_day(args.get("from", "")), until=_day(args.get("to", "")),
        search=args.get("q", "").replace("\x00", "").strip()[:200], outcome=args.get("outcome", ""),
        state=args.get("state", ""), running=args.get("running", ""), rating=args.get("rating", ""),
        person_id=key(args.get("expert", "")), category_id=key(args.get("category", "")),
    )  # fmt: skip


def write(wanted: Wanted) -> dict[str, Any]:
    """The query of an address that asks for the same."""
    values = {
        "q": wanted.search, "outcome": wanted.outcome, "state": wanted.state, "running": wanted.running,
        "rating": wanted.rating, "expert": wanted.person_id, "category": wanted.category_id, "from": wanted.since,
        "to": wanted.until,
    }  # fmt: skip
    return {name: str(value) for name, value in values.items() if value}


def page_number(args: Mapping[str, str]) -> int:
    """The page asked for, from 1."""
    text = args.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses of the neighbouring pages, and the numbers of the first and last row on this one."""

    previous: str | None
    next: str | None
    first: int
    last: int


def pages(address: Callable[[int], str], *, number: int, total: int) -> Pages:
    """Where page `number` stands among `total` rows; `address` builds the address of a page."""
    before = PAGE * (number - 1)
    return Pages(
        previous=address(number - 1) if number > 1 else None,
        next=address(number + 1) if total > before + PAGE else None,
        first=min(before + 1, total), last=min(before + PAGE, total),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def key(text: str) -> UUID | None:
    """A key in an address, or none."""
    try:
        return UUID(text)
    except ValueError:
        return None
