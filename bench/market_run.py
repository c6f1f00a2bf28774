"""One policy through one simulated world, on the product's own rules, score and clock."""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from bench.market_orders import Policy
from bench.market_world import DAY, Asked, Enthusiast, Luck, World
from experts.cascade import (
    OpenOffer,
    Progress,
    QuestionClock,
    StepKind,
    next_step,
    pace_of,
)
from experts.rules import CandidateFacts, ExpertId, QuestionFacts, exclusion
from experts.scoring import Candidate, Tally, away_after_silence, next_mean_delay

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
FEE = 400
"""What one conversation pays, in minor units; the same for all, so it cancels out of ratios."""
TAP_SECONDS = 60.0
"""How long a paused expert who is at his desk takes to tap "I am back"."""


@dataclass(slots=True)
class Desk:
    """What the product knows of one expert while the simulation runs."""

    person: Enthusiast
    accepted: float
    offered: float
    good: dict[str, float]
    rated: dict[str, float]
    good_all: float
    rated_all: float
    mean_delay: float | None = None
    on_shift: bool = False
    shift_ends: float = 0.0
    shift_began: float = 0.0
    online: float = 0.0
    online_measured: float = 0.0
    busy: int = 0
    open_offers: int = 0
    missed: int = 0
    away: float = 0.0
    seen_at: float = 0.0
    paused: bool = False
    idle_since: float = 0.0
    earned: float = 0.0
    answers_measured: int = 0

    def facts(self) -> CandidateFacts:
        person = self.person
        return CandidateFacts(
            expert=person.key,
            languages=person.languages,
            categories=person.categories,
            certified=person.categories,
            capacity=person.capacity,
            busy=self.busy,
            in_hours=self.on_shift,
            open_offers=self.open_offers,
            paused=self.paused,
        )

    def sign_of_life(self, now: float) -> None:
        self.missed, self.away, self.seen_at = 0, 0.0, now

    def silent(self, seconds: float, now: float) -> None:
        self.away, self.seen_at = away_after_silence(seconds, self.mean_delay), now

    def candidate(self, category: str, now: float) -> Candidate:
        good, rated = self.good.get(category, 0.0), self.rated.get(category, 0.0)
        return Candidate(
            expert=self.person.key,
            accepted=self.accepted,
            offered=self.offered,
            missed=self.missed,
            away=self.away,
            unseen=now - self.seen_at,
            mean_delay=self.mean_delay,
            here=Tally(good, rated),
            elsewhere=Tally(self.good_all - good, self.rated_all - rated),
            earned=self.earned,
            online_hours=(self.online + now - self.shift_began) / 3_600,
            idle=now - self.idle_since,
        )


def _desk(person: Enthusiast) -> Desk:
    share = 1 / len(person.categories)
    return Desk(
        person=person,
        accepted=person.past_accepted,
        offered=person.past_offers,
        good=dict.fromkeys(person.categories, person.past_good * share),
        rated=dict.fromkeys(person.categories, person.past_rated * share),
        good_all=person.past_good,
        rated_all=person.past_rated,
        mean_delay=None if person.new else person.delay_median * 1.13,
    )


@dataclass(slots=True)
class Case:
    """One question under way."""

    asked: Asked
    clock: QuestionClock
    done: bool = False
    asked_already: frozenset[ExpertId] = frozenset()
    offers: dict[int, OpenOffer] = field(default_factory=dict)
    made: int = 0


class Kind(IntEnum):
    """Events, in the order in which those of one instant happen."""

    SHIFT_ENDS = 0
    SHIFT_BEGINS = 1
    CHAT_ENDS = 2
    ANSWER = 3
    TAP = 4
    LEAVES = 5
    ASKS = 6
    WAKE = 7


@dataclass(slots=True)
class Outcome:
    """What was measured: waits of answered questions, and what each expert got."""

    questions: int = 0
    offers: int = 0
    waits: list[float] = field(default_factory=list)
    qualities: list[float] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)


class Run:
    """The event loop of one policy in one world."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world = world
        self.policy = policy
        self.desks = [_desk(person) for person in world.people]
        self.cases = [Case(one, QuestionClock(asked_at=_moment(one.at))) for one in world.questions]
        self.cells: dict[tuple[str, str], list[Desk]] = defaultdict(list)
        self.waiting: dict[tuple[str, str], dict[int, Case]] = defaultdict(dict)
        self.outcome = Outcome(desks=self.desks)
        self.events: list[tuple[float, int, int, int, float]] = []
        for desk in self.desks:
            for begins, ends in desk.person.shifts:
                self._at(begins, Kind.SHIFT_BEGINS, desk.person.key, extra=ends)
        for case in self.cases:
            self._at(case.asked.at, Kind.ASKS, case.asked.key)

    def _at(self, at: float, kind: Kind, one: int, other: int = 0, extra: float = 0.0) -> None:
        heapq.heappush(self.events, (at, kind, one, other, extra))

    def go(self) -> Outcome:
        """Play every event and return what was measured."""
        while self.events:
            now, kind, one, other, extra = heapq.heappop(self.events)
            if kind == Kind.WAKE:
                self._look(self.cases[one], now)
            elif kind == Kind.ASKS:
                self._ask(self.cases[one], now)
            elif kind == Kind.ANSWER:
                self._answer(self.cases[one], self.desks[other], now, extra)
            elif kind == Kind.CHAT_ENDS:
                self._chat_ends(self.desks[one], self.cases[other], now)
            elif kind == Kind.LEAVES:
                self._leave(self.cases[one], now)
            elif kind == Kind.TAP:
                self.desks[one].paused = False
                self.desks[one].sign_of_life(now)
                self._freed(self.desks[one], now)
            elif kind == Kind.SHIFT_BEGINS:
                self._shift_begins(self.desks[one], now, extra)
            else:
                self._shift_ends(self.desks[one], now)
        return self.outcome

    def _shift_begins(self, desk: Desk, now: float, ends: float) -> None:
        desk.on_shift, desk.shift_began, desk.idle_since = True, now, now
        desk.paused = False
        desk.sign_of_life(now)
        for cell in _cells(desk.person):
            self.cells[cell].append(desk)
        self._at(ends, Kind.SHIFT_ENDS, desk.person.key)
        self._freed(desk, now)

    def _shift_ends(self, desk: Desk, now: float) -> None:
        desk.on_shift = False
        desk.online += now - desk.shift_began
        if desk.shift_began >= DAY:
            desk.online_measured += now - desk.shift_began
        desk.shift_began = now
        for cell in _cells(desk.person):
            self.cells[cell].remove(desk)

    def _ask(self, case: Case, now: float) -> None:
        self.waiting[case.asked.language, case.asked.category][case.asked.key] = case
        self._at(now + case.asked.patience, Kind.LEAVES, case.asked.key)
        self.outcome.questions += case.asked.at >= DAY
        self._look(case, now)

    def _look(self, case: Case, now: float) -> None:
        if case.done:
            return
        if self.policy.order is not None:
            self._advance(case, now)
        elif now >= case.asked.at + self._left_to(case):
            self._close(case, now)
        elif not case.offers:
            self._foresee(case, now)

    def _leave(self, case: Case, now: float) -> None:
        """The shopper leaves the page; as in the product, whoever is quick enough still reaches her."""
        case.clock = replace(case.clock, shopper_left_at=_moment(now))
        self._look(case, now)

    def _left_to(self, case: Case) -> float:
        """Seconds after which nobody may answer live any more: the end that the clock names, known beforehand."""
        cascade = self.policy.cascade
        return min(case.asked.patience + cascade.leave_grace, cascade.live_window)

    def _advance(self, case: Case, now: float) -> None:
        """Do what the product's clock says until it says to wait."""
        moment = _moment(now)
        while not case.done:
            offers = tuple(case.offers.values())
            clock = replace(case.clock, open_offers=offers, candidates=True)
            step = next_step(self.policy.cascade, clock, moment)
            if step.kind is StepKind.OFFER:
                eligible = self._eligible(case)
                if eligible:
                    self._offer(case, eligible, now)
                    continue
                step = next_step(self.policy.cascade, replace(clock, candidates=False), moment)
            if step.kind is StepKind.LAPSE:
                self._lapse(case, now)
            elif step.kind is StepKind.WAIT:
                if step.until is not None:
                    self._at((step.until - EPOCH).total_seconds(), Kind.WAKE, case.asked.key)
                return
            else:
                self._close(case, now)

    def _eligible(self, case: Case) -> list[Desk]:
        asked = case.asked
        question = QuestionFacts(asked.language, frozenset((asked.category,)), case.asked_already)
        cell = self.cells[asked.language, asked.category]
        return [desk for desk in cell if exclusion(desk.facts(), question) is None]

    def _offer(self, case: Case, eligible: list[Desk], now: float) -> None:
        assert self.policy.order is not None
        candidates = [desk.candidate(case.asked.category, now) for desk in eligible]
        first = self.policy.order(candidates, f"{self.world.town.seed}-{case.asked.key}")[0]
        desk = next(desk for desk in eligible if desk.person.key == first.expert)
        ends = now + self.policy.cascade.offer_seconds
        case.offers[desk.person.key] = OpenOffer(_moment(now), _moment(ends), pace_of(desk.mean_delay))
        case.asked_already |= {desk.person.key}
        case.made += 1
        desk.open_offers += 1
        luck = self.world.luck(case.asked, desk.person)
        answers = desk.person.returns(now) + luck.delay
        if answers < ends:
            self._at(answers, Kind.ANSWER, case.asked.key, desk.person.key, answers - now)

    def _lapse(self, case: Case, now: float) -> None:
        moment = _moment(now)
        for key in [key for key, offer in case.offers.items() if offer.expires_at <= moment]:
            del case.offers[key]
            desk = self.desks[key]
            desk.open_offers -= 1
            desk.offered += 1
            desk.missed += 1
            desk.silent(self.policy.cascade.offer_seconds, now)
            if desk.missed >= self.policy.cascade.pause_after_missed:
                desk.paused = True
                self._at(desk.person.returns(now) + TAP_SECONDS, Kind.TAP, key)
            self._freed(desk, now)

    def _answer(self, case: Case, desk: Desk, now: float, delay: float) -> None:
        if case.done or desk.person.key not in case.offers:
            return
        desk.mean_delay = next_mean_delay(desk.mean_delay, delay)
        del case.offers[desk.person.key]
        desk.open_offers -= 1
        desk.offered += 1
        desk.sign_of_life(now)
        if self.world.luck(case.asked, desk.person).accepts:
            desk.accepted += 1
            self._accept(case, desk, now)
        else:
            self._freed(desk, now)
            self._look(case, now)

    def _accept(self, case: Case, desk: Desk, now: float) -> None:
        length = case.asked.chat_seconds * (1 + 0.12 * desk.busy)
        desk.busy += 1
        desk.earned += FEE
        self._at(now + length, Kind.CHAT_ENDS, desk.person.key, case.asked.key)
        if case.asked.at >= DAY:
            desk.answers_measured += 1
            self.outcome.waits.append(now - case.asked.at)
            self.outcome.qualities.append(desk.person.quality)
        self._close(case, now)

    def _close(self, case: Case, now: float) -> None:
        """The question leaves the market: taken, or the shopper gone, or the window over."""
        if case.done:
            return
        case.done = True
        case.clock = replace(case.clock, progress=Progress.SETTLED)
        del self.waiting[case.asked.language, case.asked.category][case.asked.key]
        if case.asked.at >= DAY:
            self.outcome.offers += case.made
        for key, offer in case.offers.items():
            self.desks[key].open_offers -= 1
            self.desks[key].silent(now - (offer.made_at - EPOCH).total_seconds(), now)
        for key in case.offers:
            self._freed(self.desks[key], now)

    def _chat_ends(self, desk: Desk, case: Case, now: float) -> None:
        desk.busy -= 1
        desk.idle_since = now
        luck = self.world.luck(case.asked, desk.person)
        if luck.rated:
            category = case.asked.category
            desk.rated[category] = desk.rated.get(category, 0.0) + 1
            desk.good[category] = desk.good.get(category, 0.0) + luck.good
            desk.rated_all += 1
            desk.good_all += luck.good
        self._freed(desk, now)

    def _freed(self, desk: Desk, now: float) -> None:
        """Somebody can be asked again: wake the questions he could take, the oldest first."""
        if not desk.on_shift or desk.paused:
            return
        for cell in _cells(desk.person):
            for key in self.waiting[cell]:
                self._at(now, Kind.WAKE, key)

    def _foresee(self, case: Case, now: float) -> None:
        """The omniscient router: asks only who will accept, and knows how fast."""
        sure: list[tuple[float, float, Desk, Luck]] = []
        for desk in self._eligible(case):
            luck = self.world.luck(case.asked, desk.person)
            left = case.asked.at + self._left_to(case) - now
            if luck.accepts and luck.delay < min(45.0, left) and not desk.person.absent(now):
                first = -desk.person.quality if self.policy.prefers_quality else luck.delay
                sure.append((first, luck.delay, desk, luck))
        if not sure:
            self._at(now + 5.0, Kind.WAKE, case.asked.key)
            return
        _, delay, desk, _ = min(sure, key=lambda one: one[:2])
        case.made += 1
        case.asked_already |= {desk.person.key}
        case.offers[desk.person.key] = OpenOffer(_moment(now), _moment(now + 45.0))
        desk.open_offers += 1
        self._at(now + delay, Kind.ANSWER, case.asked.key, desk.person.key, delay)


def _cells(person: Enthusiast) -> list[tuple[str, str]]:
    return [(language, name) for language in sorted(person.languages) for name in sorted(person.categories)]


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
