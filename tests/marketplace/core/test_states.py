"""Every (state, action) pair of every machine either leads where its table says, or is refused."""

import itertools
from enum import StrEnum
from typing import Any

import pytest

from experts.states import ENROLMENT, OFFER, EnrolmentAction, EnrolmentState, OfferAction, OfferState
from marketplace.brands.states import MISSION, MissionAction, MissionState
from marketplace.chat.states import CONVERSATION, ConversationAction, ConversationState
from marketplace.core.states import ForbiddenMove, Machine
from marketplace.questions.states import QUESTION, QuestionAction, QuestionState

MACHINES: list[tuple[Machine[Any, Any], type[StrEnum], type[StrEnum]]] = [
    (QUESTION, QuestionState, QuestionAction),
    (CONVERSATION, ConversationState, ConversationAction),
    (MISSION, MissionState, MissionAction),
    (ENROLMENT, EnrolmentState, EnrolmentAction),
    (OFFER, OfferState, OfferAction),
]
PAIRS = [
    (machine, state, action)
    for machine, states, actions in MACHINES
    for state, action in itertools.product(states, actions)
]


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_a_move_is_in_the_table_or_refused(machine: Machine[Any, Any], state: StrEnum, action: StrEnum) -> None:
    if machine.allows(state, action):
        assert machine.after(state, action) is machine.moves[state, action]
    else:
        with pytest.raises(ForbiddenMove):
            machine.after(state, action)


@pytest.mark.parametrize(("machine", "states"), [(machine, states) for machine, states, _ in MACHINES])
def test_from_every_state_an_end_can_be_reached(machine: Machine[Any, Any], states: type[StrEnum]) -> None:
    for start in states:
        seen, front = {start}, [start]
        while front:
            here = front.pop()
            for (state, _), following in machine.moves.items():
                if state is here and following not in seen:
                    seen.add(following)
                    front.append(following)
        assert any(machine.is_final(state) for state in seen), (machine.name, start)


FINAL = {"answered", "redirected", "settled", "expired", "withdrawn"}


def test_a_question_ends_in_one_of_five_ways() -> None:
    assert {state.value for state in QuestionState if QUESTION.is_final(state)} == FINAL
