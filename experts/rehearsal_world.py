"""A past period as a rehearsal plays it: real questions, real presence, what each person really did when asked.

Times are seconds since the period began. What nobody knows (how somebody would have answered who was not asked) is
drawn from his own measured habits, with the same luck for every policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from experts.scoring import Tally, lot


class Reaction(StrEnum):
    """What came of an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody did, or would do, with an offer, `delay` seconds after it was made."""

    reaction: Reaction
    delay: float


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who answered in the period. `online` and `busy` (conversations of other brands) are stretches of time.

    `accepts` and `declines` are shares of his offers, `delays` his own answer delays; `earned` holds (when, minor
    units); `fee` is what a conversation pays him.
    """

    key: UUID
    name: str
    agent: bool
    capacity: int
    languages: frozenset[str]
    categories: frozenset[str]
    online: Sequence[tuple[float, float]] = ()
    busy: Sequence[tuple[float, float]] = ()
    accepted: float = 0.0
    offered: float = 0.0
    ratings: Mapping[str, Tally] = field(default_factory=dict)
    all_ratings: Tally = Tally()
    mean_delay: float | None = None
    accepts: float = 0.7
    declines: float = 0.1
    delays: Sequence[float] = (15.0,)
    earned: Sequence[tuple[float, float]] = ()
    fee: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the period. `family` are the categories accepted once it is widened, empty where it cannot be;
    `answers` what really came of its offers; `talk` how long the conversation takes, in seconds."""

    key: UUID
    at: float
    language: str
    category: str | None
    family: frozenset[str]
    answers: Mapping[UUID, Answer]
    talk: float


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that a rehearsal needs of the period that began at `since` and lasted `seconds`."""

    since: datetime
    seconds: float
    zone: str
    players: Sequence[Player]
    questions: Sequence[Asked]


def reaction(question: Asked, player: Player) -> Answer:
    """What the person does with an offer of this question: what he really did, else by his habits."""
    known = question.answers.get(player.key)
    if known is not None:
        return known
    seed = str(question.key)
    chance = _share(f"{seed}|answer", player.key)
    if chance >= player.accepts + player.declines:
        return Answer(Reaction.NOTHING, 0.0)
    delays = player.delays or (15.0,)
    delay = delays[int(_share(f"{seed}|delay", player.key) * len(delays))]
    return Answer(Reaction.ACCEPT if chance < player.accepts else Reaction.DECLINE, delay)


def _share(seed: str, key: UUID) -> float:
    """From 0 up to 1, always the same for the same question and person."""
    return lot(seed, key) / 2.0**64
