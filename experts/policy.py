"""A brand's routing policy as a value: weights, clock, agents, how many may wait, opening hours (B5).

Pure: the live service, the rehearsal and the page read the same. Everything has a default, and every number a bound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from experts.cascade import AgentsMode, CascadePolicy
from experts.errors import PolicyRefused
from experts.hours import MINUTES, Plan, duty_of
from experts.scoring import Weights

QUEUE_BOUNDS: dict[str, tuple[float, float]] = {"most_waiting": (0, 500)}
LONGEST_NOTICE = 400
MOST_EXCEPTIONS = 100


class Overflow(StrEnum):
    """What becomes of a question that cannot be taken now: kept for later, or sent to the brand's help page."""

    LATER = "later"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """Everything that a brand decides about the way of its questions.

    `week` holds (weekday with 0 for Monday, start, end) in minutes of the brand's local day, none for always open;
    `exceptions` (day, start, end), without minutes for a day closed.
    """

    weights: Weights = field(default_factory=Weights)
    cascade: CascadePolicy = field(default_factory=CascadePolicy)
    most_waiting: int = 50
    """Questions that may wait at a time while their shoppers watch."""
    when_full: Overflow = Overflow.LATER
    when_closed: Overflow = Overflow.LATER
    week: tuple[tuple[int, int, int], ...] = ()
    exceptions: tuple[tuple[date, int | None, int | None], ...] = ()
    notice_en: str = ""
    notice_fr: str = ""
    """What the shopper reads when the question is not taken live."""

    def notice(self, language: str) -> str:
        """The text for the shopper in her language, else in the other."""
        first, second = (self.notice_fr, self.notice_en) if language == "fr" else (self.notice_en, self.notice_fr)
        return first or second

    def opening(self, zone: str, now: datetime) -> tuple[bool, datetime]:
        """(whether it is open in the brand's time zone, when that changes or is to be looked at again)."""
        week: dict[int, list[tuple[int, int]]] = {}
        for weekday, starts, ends in self.week:
            week.setdefault(weekday, []).append((starts, ends))
        days: dict[date, list[tuple[int, int]]] = {}
        for day, begins, closes in self.exceptions:
            spans = days.setdefault(day, [])
            if begins is not None and closes is not None:
                spans.append((begins, closes))
        until, again = duty_of(Plan(zone, week, days), now)
        return until is not None, again

    def as_json(self) -> dict[str, Any]:
        """As it is stored: one flat table of names."""
        flat: dict[str, Any] = {**asdict(self.weights), **asdict(self.cascade)}
        flat |= {
            "most_waiting": self.most_waiting, "when_full": self.when_full.value, "when_closed": self.when_closed.value,
            "week": [list(row) for row in self.week],
            "exceptions": [[day.isoformat(), starts, ends] for day, starts, ends in self.exceptions],
            "notice_en": self.notice_en, "notice_fr": self.notice_fr,
        }  # fmt: skip
        return flat


_WEIGHTS = {each.name for each in fields(Weights)}
_CASCADE = {each.name for each in fields(CascadePolicy)}
DEFAULT = RoutingPolicy()


def bounds() -> dict[str, tuple[float, float]]:
    """The least and greatest value of every number."""
    return {**Weights.bounds(), **CascadePolicy.bounds(), **QUEUE_BOUNDS}


def defaults() -> dict[str, Any]:
    """The default of every setting, by its flat name."""
    return DEFAULT.as_json()


def parse(values: Mapping[str, Any]) -> RoutingPolicy:
    """The policy that the flat `values` describe, the rest by default. Raises `PolicyRefused` naming the field."""
    known = defaults()
    for name in values:
        if name not in known:
            raise PolicyRefused("There is no setting “%(name)s”.", name=name)
    given = {**known, **values}
    for name, (least, greatest) in bounds().items():
        _check(name, given[name], least, greatest, whole=isinstance(known[name], int))
    if given["second_hedge"] < given["first_hedge"]:
        raise PolicyRefused("The third person cannot be asked before the second.", field="second_hedge")
    if given["prior_accepted"] > given["prior_offered"]:
        raise PolicyRefused("Nobody accepts more offers than he gets.", field="prior_accepted")
    for name in ("notice_en", "notice_fr"):
        if len(given[name]) > LONGEST_NOTICE:
            raise PolicyRefused("At most %(most)s characters.", field=name, most=LONGEST_NOTICE)
    policy = stored(given)
    _check_hours(policy)
    return policy


def stored(values: Mapping[str, Any]) -> RoutingPolicy:
    """A policy read back as it was stored. Settings that are no more are left out, newer ones have their default."""
    given = {**defaults(), **values}
    cascade = {name: given[name] for name in _CASCADE if name != "agents"}
    return RoutingPolicy(
        weights=Weights(**{name: given[name] for name in _WEIGHTS}),
        cascade=replace(CascadePolicy(**cascade), agents=_choice(AgentsMode, given, "agents")),
        most_waiting=int(given["most_waiting"]), when_full=_choice(Overflow, given, "when_full"),
        when_closed=_choice(Overflow, given, "when_closed"),
        week=tuple(sorted({(int(day), int(starts), int(ends)) for day, starts, ends in given["week"]})),
        exceptions=tuple(
            sorted(
                ((date.fromisoformat(day), starts, ends) for day, starts, ends in given["exceptions"]),
                key=lambda row: (row[0], row[1] or 0),
            )
        ),
        notice_en=str(given["notice_en"]).strip(), notice_fr=str(given["notice_fr"]).strip(),
    )  # fmt: skip


def differences(before: RoutingPolicy, after: RoutingPolicy) -> Iterator[tuple[str, Any, Any]]:
    """(setting, value before, value after) of everything that differs."""
    old, new = before.as_json(), after.as_json()
    return ((name, old[name], new[name]) for name in old if old[name] != new[name])


E = TypeVar("E", bound=StrEnum)


def _choice(kind: type[E], given: Mapping[str, Any], name: str) -> E:
    try:
        return kind(given[name])
    except ValueError:
        choices = ", ".join(member.value for member in kind)
        raise PolicyRefused("Choose one of: %(choices)s.", field=name, choices=choices) from None


def _check(name: str, value: Any, least: float, greatest: float, *, whole: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= greatest:
        raise PolicyRefused(
            "This must be between %(least)s and %(greatest)s.", field=name, least=f"{least:g}",
            greatest=f"{greatest:g}",
        )  # fmt: skip
    if whole and value != int(value):
        raise PolicyRefused("This must be a whole number.", field=name)


def _check_hours(policy: RoutingPolicy) -> None:
    for weekday, starts, ends in policy.week:
        if not 0 <= weekday <= 6 or not 0 <= starts < ends <= MINUTES:
            raise PolicyRefused("Opening hours end after they begin, on the same day.", field="week")
    for before, after in pairwise(policy.week):
        if before[0] == after[0] and after[1] < before[2]:
            raise PolicyRefused("Two openings of one day overlap.", field="week")
    if len(policy.exceptions) > MOST_EXCEPTIONS:
        raise PolicyRefused("At most %(most)s dated exceptions.", field="exceptions", most=MOST_EXCEPTIONS)
    for _day, begins, closes in policy.exceptions:
        if (begins is None) != (closes is None) or (begins is not None and closes is not None and begins >= closes):
            raise PolicyRefused("Opening hours end after they begin, on the same day.", field="exceptions")
