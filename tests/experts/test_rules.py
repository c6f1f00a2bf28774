"""The hard rules, one by one and in their order."""

from dataclasses import replace

import pytest

from experts.rules import (
    PRESENCE_LEASE_SECONDS,
    CandidateFacts,
    Exclusion,
    QuestionFacts,
    exclusion,
    sift,
)

FIT = CandidateFacts(
    expert="ana",
    languages=frozenset({"fr"}),
    categories=frozenset({"shoes", "tents"}),
    certified=frozenset({"shoes"}),
    capacity=2,
    heartbeat_age=PRESENCE_LEASE_SECONDS,
    fee=400,
    budget_left=400,
)
ASKED = QuestionFacts(language="fr", categories=frozenset({"shoes"}))

BREACHES: list[tuple[Exclusion, CandidateFacts, QuestionFacts]] = [
    (Exclusion.INACTIVE, replace(FIT, active=False), ASKED),
    (Exclusion.NOT_ENROLLED, replace(FIT, enrolled=False), ASKED),
    (Exclusion.BLOCKED, replace(FIT, blocked=True), ASKED),
    (Exclusion.LANGUAGE, replace(FIT, languages=frozenset({"en"})), ASKED),
    (Exclusion.CATEGORY, replace(FIT, categories=frozenset({"tents"})), ASKED),
    (Exclusion.NOT_CERTIFIED, FIT, replace(ASKED, categories=frozenset({"tents"}))),
    (Exclusion.OFF_SCHEDULE, replace(FIT, in_hours=False), ASKED),
    (Exclusion.SWITCHED_OFF, replace(FIT, switch=False), ASKED),
    (Exclusion.NOT_PRESENT, replace(FIT, heartbeat_age=PRESENCE_LEASE_SECONDS + 0.1), ASKED),
    (Exclusion.NOT_PRESENT, replace(FIT, heartbeat_age=None), ASKED),
    (Exclusion.AT_CAPACITY, replace(FIT, busy=2), ASKED),
    (Exclusion.OTHER_OPEN_OFFER, replace(FIT, open_offers=1), ASKED),
    (Exclusion.ALREADY_ASKED, FIT, replace(ASKED, asked_already=frozenset({"ana"}))),
    (Exclusion.PAUSED, replace(FIT, paused=True), ASKED),
    (Exclusion.BUDGET, replace(FIT, budget_left=399), ASKED),
]


def test_a_fitting_expert_is_eligible_at_every_edge() -> None:
    assert exclusion(FIT, ASKED) is None
    assert exclusion(replace(FIT, budget_left=None), ASKED) is None


@pytest.mark.parametrize(("reason", "candidate", "question"), BREACHES)
def test_each_rule_names_its_own_exclusion(
    reason: Exclusion, candidate: CandidateFacts, question: QuestionFacts
) -> None:
    assert exclusion(candidate, question) is reason


def test_every_exclusion_is_tried() -> None:
    assert {reason for reason, _, _ in BREACHES} == set(Exclusion)


def test_the_first_rule_in_the_order_gives_the_reason() -> None:
    hopeless = replace(FIT, paused=True, languages=frozenset({"en"}), active=False)
    assert exclusion(hopeless, ASKED) is Exclusion.INACTIVE
    assert exclusion(replace(hopeless, active=True), ASKED) is Exclusion.LANGUAGE


def test_the_switch_serves_outside_the_hours_and_refuses_inside_them() -> None:
    assert exclusion(replace(FIT, in_hours=False, switch=True), ASKED) is None
    assert exclusion(replace(FIT, in_hours=True, switch=False), ASKED) is Exclusion.SWITCHED_OFF


def test_a_question_for_later_needs_no_presence_and_no_slot_but_keeps_hours() -> None:
    later = replace(ASKED, live=False)
    assert exclusion(replace(FIT, heartbeat_age=None, busy=9, open_offers=1), later) is None
    assert exclusion(replace(FIT, in_hours=False), later) is Exclusion.OFF_SCHEDULE


def test_a_widened_question_takes_the_whole_family_and_an_unknown_category_takes_any() -> None:
    family = replace(ASKED, categories=frozenset({"boots", "shoes"}))
    assert exclusion(FIT, family) is None
    assert exclusion(FIT, replace(ASKED, categories=frozenset())) is None
    nowhere = replace(FIT, certified=frozenset())
    assert exclusion(nowhere, replace(ASKED, categories=frozenset())) is Exclusion.NOT_CERTIFIED


def test_sifting_counts_everyone_once() -> None:
    crowd = [candidate for _, candidate, question in BREACHES if question is ASKED] + [FIT]
    eligible, counts = sift(crowd, ASKED)
    assert eligible == [FIT]
    assert sum(counts.values()) == len(crowd) - 1
    assert counts[Exclusion.NOT_PRESENT] == 2
    assert list(counts) == [name for name in Exclusion if name in counts]
