"""The hard rules: who may be offered a question at all, before anybody is ranked.

Pure functions over facts that the caller has already read. Rules are tried in the fixed order of
:class:`Exclusion`; the first one that fails names the exclusion, so that "why not me" has exactly
one answer and the counts of a decision add up to the number of experts considered.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

ExpertId: TypeAlias = UUID | str | int

PRESENCE_LEASE_SECONDS = 45.0
"""A heartbeat older than this no longer proves that somebody is there."""


class Exclusion(StrEnum):
    """Why an expert is not offered a question; the order of the members is the order of trial."""

    INACTIVE = "inactive"
    NOT_ENROLLED = "not_enrolled"
    BLOCKED = "blocked"
    LANGUAGE = "language"
    CATEGORY = "category"
    NOT_CERTIFIED = "not_certified"
    OFF_SCHEDULE = "off_schedule"
    SWITCHED_OFF = "switched_off"
    NOT_PRESENT = "not_present"
    AT_CAPACITY = "at_capacity"
    OTHER_OPEN_OFFER = "other_open_offer"
    ALREADY_ASKED = "already_asked"
    PAUSED = "paused"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What the rules know of one expert, as seen from one brand's question.

    ``switch`` is the expert's own switch: True serves outside the hours too, False serves nobody,
    None follows the weekly hours. ``heartbeat_age`` is in seconds, None when no presence lease
    exists. ``fee`` is what the mission pays for one conversation and ``budget_left`` what the
    mission may still spend (None: no cap), both in minor units of the brand's currency.
    """

    expert: ExpertId
    languages: frozenset[str]
    categories: frozenset[str]
    certified: frozenset[str]
    capacity: int
    busy: int = 0
    active: bool = True
    enrolled: bool = True
    blocked: bool = False
    in_hours: bool = True
    switch: bool | None = None
    heartbeat_age: float | None = 0.0
    open_offers: int = 0
    paused: bool = False
    fee: int = 0
    budget_left: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What the rules know of the question.

    ``categories`` holds every category accepted now: the leaf alone, or the whole family of its
    parent once the question was widened; empty means that the category is unknown and any will do.
    A question for later (``live`` false) waits in a list: presence, a free slot and another open
    offer do not matter for it, hours do (nobody is called off duty).
    """

    language: str
    categories: frozenset[str]
    asked_already: frozenset[ExpertId] = frozenset()
    live: bool = True


def _lacks_category(candidate: CandidateFacts, question: QuestionFacts) -> bool:
    return bool(question.categories) and question.categories.isdisjoint(candidate.categories)


def _lacks_certificate(candidate: CandidateFacts, question: QuestionFacts) -> bool:
    """A category that he covers and is asked for must also be one that he is certified in."""
    covered = candidate.categories & question.categories or candidate.categories
    return covered.isdisjoint(candidate.certified)


def _absent(candidate: CandidateFacts, question: QuestionFacts) -> bool:
    age = candidate.heartbeat_age
    return question.live and (age is None or age > PRESENCE_LEASE_SECONDS)


def _unaffordable(candidate: CandidateFacts, _question: QuestionFacts) -> bool:
    return candidate.budget_left is not None and candidate.budget_left < candidate.fee


_Rule: TypeAlias = Callable[[CandidateFacts, QuestionFacts], bool]

_RULES: tuple[tuple[Exclusion, _Rule], ...] = (
    (Exclusion.INACTIVE, lambda c, _q: not c.active),
    (Exclusion.NOT_ENROLLED, lambda c, _q: not c.enrolled),
    (Exclusion.BLOCKED, lambda c, _q: c.blocked),
    (Exclusion.LANGUAGE, lambda c, q: q.language not in c.languages),
    (Exclusion.CATEGORY, _lacks_category),
    (Exclusion.NOT_CERTIFIED, _lacks_certificate),
    (Exclusion.OFF_SCHEDULE, lambda c, _q: c.switch is None and not c.in_hours),
    (Exclusion.SWITCHED_OFF, lambda c, _q: c.switch is False),
    (Exclusion.NOT_PRESENT, _absent),
    (Exclusion.AT_CAPACITY, lambda c, q: q.live and c.busy >= c.capacity),
    (Exclusion.OTHER_OPEN_OFFER, lambda c, q: q.live and c.open_offers > 0),
    (Exclusion.ALREADY_ASKED, lambda c, q: c.expert in q.asked_already),
    (Exclusion.PAUSED, lambda c, _q: c.paused),
    (Exclusion.BUDGET, _unaffordable),
)


def exclusion(candidate: CandidateFacts, question: QuestionFacts) -> Exclusion | None:
    """Return the first rule that keeps this expert from being offered this question, or None."""
    for name, fails in _RULES:
        if fails(candidate, question):
            return name
    return None


def sift(
    candidates: Iterable[CandidateFacts], question: QuestionFacts
) -> tuple[list[CandidateFacts], dict[Exclusion, int]]:
    """Split candidates into the eligible, in the order given, and how many each rule excluded.

    The counts hold only rules that excluded somebody, in the order of trial.
    """
    eligible: list[CandidateFacts] = []
    found: dict[Exclusion, int] = {}
    for candidate in candidates:
        reason = exclusion(candidate, question)
        if reason is None:
            eligible.append(candidate)
        else:
            found[reason] = found.get(reason, 0) + 1
    return eligible, {name: found[name] for name in Exclusion if name in found}
