"""The simulated town: who is on shift when, who asks what, and every chance that will decide.

Every random number belongs to a question, an expert or a pair of them, never to the order of
events, so that all policies meet exactly the same luck (common random numbers).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

CATEGORIES = 20
DAY = 86_400.0
SHIFT_SECONDS = 4.5 * 3_600
ABSENT_SECONDS = 420.0
ABSENT_EVERY = 2_400.0
PATIENCE_MEAN = 240.0
CHAT_MEAN = 480.0
CHAT_SPREAD = 0.5
DELAY_MEDIAN = 12.0
DELAY_SPREAD_BETWEEN = 0.4
DELAY_SPREAD_WITHIN = 0.45
RATED_SHARE = 0.5
NEW_SHARE = 0.15
QUIET_DEMAND = 0.25
QUIET_SUPPLY = 0.03
"""Experts keep to the shops' peaks more than shoppers do, so that 15 of 100 questions meet nobody."""
EXPERT_ZIPF = 0.25
"""Experts' interests are spread more evenly than shoppers' questions, which follow Zipf's law."""
QUESTION_ZIPF = 1.0
RUSHED = 5
"""The category that a rush hits, of middling demand."""
SCENARIOS = {
    "usual": "nothing out of the ordinary",
    "leaving": "every second expert leaves at 20:00",
    "reluctant": "half of the offers are declined",
    "rush": "ten times the questions in one category",
    "bilingual": "everybody speaks both languages",
    "newcomers": "40 experts in 100 are new",
}


@dataclass(frozen=True, slots=True)
class Town:
    """How big the market is."""

    experts: int
    questions_per_day: int
    days: int
    """Measured days; one more day runs before them as a warm-up."""
    seed: int
    scenario: str = "usual"
    """One of SCENARIOS: what is out of the ordinary."""


@dataclass(frozen=True, slots=True)
class Enthusiast:
    """One simulated expert: what the product knows and, below, what only the simulator knows."""

    key: int
    languages: frozenset[str]
    categories: frozenset[str]
    capacity: int
    new: bool
    shifts: tuple[tuple[float, float], ...]
    quality: float
    accepts: float
    delay_median: float
    absence_offset: float
    past_offers: int
    past_accepted: int
    past_rated: int
    past_good: int

    def absent(self, at: float) -> bool:
        """Whether he is away from his desk although his heartbeat says otherwise."""
        return (at + self.absence_offset) % ABSENT_EVERY < ABSENT_SECONDS

    def returns(self, at: float) -> float:
        """When the absence that covers ``at`` ends; ``at`` itself where he is there."""
        into = (at + self.absence_offset) % ABSENT_EVERY
        return at + ABSENT_SECONDS - into if into < ABSENT_SECONDS else at


@dataclass(frozen=True, slots=True)
class Asked:
    """One simulated question."""

    key: int
    at: float
    language: str
    category: str
    patience: float
    chat_seconds: float


@dataclass(frozen=True, slots=True)
class Luck:
    """What would happen if this question were offered to this expert."""

    accepts: bool
    delay: float
    rated: bool
    good: bool


@dataclass(slots=True)
class World:
    """A town's people, its questions and the luck of every pair, drawn when first needed."""

    town: Town
    people: list[Enthusiast]
    questions: list[Asked]
    _luck: dict[tuple[int, int], Luck] = field(default_factory=dict)

    def luck(self, question: Asked, person: Enthusiast) -> Luck:
        """Return the luck of a pair; the same for every policy."""
        key = (question.key, person.key)
        found = self._luck.get(key)
        if found is None:
            dice = Random(question.key * 1_000_003 + person.key + self.town.seed * 7_919)
            spread = math.exp(dice.gauss(0.0, DELAY_SPREAD_WITHIN))
            found = Luck(
                accepts=dice.random() < person.accepts,
                delay=person.delay_median * spread,
                rated=dice.random() < RATED_SHARE,
                good=dice.random() < person.quality,
            )
            self._luck[key] = found
        return found


def busyness(hour: float, quiet: float) -> float:
    """Return how busy an hour of the day is: two peaks, noon and evening, over a quiet level."""
    noon = math.exp(-(((hour - 12.5) / 2.0) ** 2))
    evening = math.exp(-(((hour - 20.5) / 2.2) ** 2))
    return quiet + 0.7 * noon + evening


def _hour(dice: Random, quiet: float) -> float:
    while True:
        hour = dice.random() * 24.0
        if dice.random() * 1.5 < busyness(hour, quiet):
            return hour


def _popularity(power: float) -> list[float]:
    return [1.0 / (place + 1) ** power for place in range(CATEGORIES)]


def _some_categories(dice: Random) -> frozenset[str]:
    names = [f"c{place}" for place in range(CATEGORIES)]
    wanted = dice.randint(1, 4)
    chosen: set[str] = set()
    while len(chosen) < wanted:
        chosen.add(dice.choices(names, _popularity(EXPERT_ZIPF))[0])
    return frozenset(chosen)


def _languages(dice: Random) -> frozenset[str]:
    if dice.random() < 0.30:
        return frozenset(("fr", "en"))
    return frozenset(("fr" if dice.random() < 0.60 else "en",))


def _shifts(dice: Random, days: int) -> Iterator[tuple[float, float]]:
    usual = _hour(dice, QUIET_SUPPLY)
    for day in range(days):
        if dice.random() < 0.80:
            hour = usual + dice.gauss(0.0, 1.0) - SHIFT_SECONDS / 7_200
            start = day * DAY + min(max(hour, 0.0), 19.5) * 3_600
            yield (start, start + SHIFT_SECONDS)


def _until_eight(shifts: tuple[tuple[float, float], ...]) -> Iterator[tuple[float, float]]:
    for starts, ends in shifts:
        eight = starts - starts % DAY + 20 * 3_600
        if starts < eight:
            yield (starts, min(ends, eight))


def _enthusiast(key: int, dice: Random, town: Town) -> Enthusiast:
    new = dice.random() < (0.40 if town.scenario == "newcomers" else NEW_SHARE)
    quality, accepts = dice.betavariate(6, 2), dice.betavariate(8, 2)
    if town.scenario == "reluctant":
        accepts *= 0.5 / 0.8
    offers = 0 if new else dice.randint(10, 60)
    accepted = sum(dice.random() < accepts for _ in range(offers))
    rated = accepted // 2
    shifts = tuple(shift for shift in _shifts(dice, town.days + 1) if not new or shift[0] >= DAY)
    if town.scenario == "leaving" and key % 2:
        shifts = tuple(_until_eight(shifts))
    languages = _languages(dice)
    return Enthusiast(
        key=key,
        languages=frozenset(("fr", "en")) if town.scenario == "bilingual" else languages,
        categories=_some_categories(dice),
        capacity=dice.choices((1, 2, 3), (0.4, 0.4, 0.2))[0],
        new=new,
        shifts=shifts,
        quality=quality,
        accepts=accepts,
        delay_median=DELAY_MEDIAN * math.exp(dice.gauss(0.0, DELAY_SPREAD_BETWEEN)),
        absence_offset=dice.random() * ABSENT_EVERY,
        past_offers=offers,
        past_accepted=accepted,
        past_rated=rated,
        past_good=sum(dice.random() < quality for _ in range(rated)),
    )


def _questions(town: Town, dice: Random) -> list[Asked]:
    days = town.days + 1
    moments: list[float] = []
    for day in range(days):
        spread = math.sqrt(town.questions_per_day)
        count = max(0, round(dice.gauss(town.questions_per_day, spread)))
        moments += [day * DAY + _hour(dice, QUIET_DEMAND) * 3_600 for _ in range(count)]
    names = [f"c{place}" for place in range(CATEGORIES)]
    demand = _popularity(QUESTION_ZIPF)
    if town.scenario == "rush":
        demand[RUSHED] *= 10
    mu = math.log(CHAT_MEAN) - CHAT_SPREAD**2 / 2
    return [
        Asked(
            key=key,
            at=at,
            language="fr" if dice.random() < 0.60 else "en",
            category=dice.choices(names, demand)[0],
            patience=dice.expovariate(1.0 / PATIENCE_MEAN),
            chat_seconds=dice.lognormvariate(mu, CHAT_SPREAD),
        )
        for key, at in enumerate(sorted(moments))
    ]


def build(town: Town) -> World:
    """Draw a world; the same seed gives the same people whatever the number of questions."""
    people_dice, question_dice = Random(town.seed * 2 + 1), Random(town.seed * 2 + 2)
    people = [_enthusiast(key, people_dice, town) for key in range(town.experts)]
    return World(town=town, people=people, questions=_questions(town, question_dice))
