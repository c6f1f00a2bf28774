"""States as data: an enum and one table of moves per thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from marketplace.core.errors import Conflict

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class ForbiddenMove(Conflict):
    """The thing is not in a state from which this action leads anywhere."""

    code = "forbidden_move"
    message = "This is no longer possible: it is already “%(state)s”."


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, A]):
    """The moves of one kind of thing: (state, action) -> next state. What is not listed is forbidden."""

    name: str
    moves: Mapping[tuple[S, A], S]

    def after(self, state: S, action: A) -> S:
        """The state that `action` leads to. Raises `ForbiddenMove`."""
        try:
            return self.moves[state, action]
        except KeyError:
            raise ForbiddenMove(state=state.value) from None

    def allows(self, state: S, action: A) -> bool:
        """Whether `action` leads anywhere from `state`."""
        return (state, action) in self.moves

    def is_final(self, state: S) -> bool:
        """Whether nothing leads out of `state`."""
        return all(start is not state for start, _ in self.moves)
