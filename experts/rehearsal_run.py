"""One policy through one past period, on the rules, the score and the clock that the live service uses."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum

from experts.admission import CLOSED, FULL
from experts.cascade import AgentsMode, OpenOffer, Progress, QuestionClock, StepKind, next_step, pace_of
from experts.policy import RoutingPolicy
from experts.rehearsal_world import Asked, Past, Player, Reaction, reaction
from experts.rules import CandidateFacts, ExpertId, QuestionFacts, exclusion
from experts.scoring import Candidate, Tally, is_held_out, next_mean_delay, rank, rank_evenly

MEMORY = 7 * 86_400.0
TAP_SECONDS = 300.0
"""How long a paused person takes until he is back: nobody knows, so the same for both policies."""
LATER = "later"


@dataclass(slots=True)
class Seat:
    """What the service would know of one person while the period is played."""

    player: Player
    accepted: float
    offered: float
    mean_delay: float | None
    online: bool = False
    busy: int = 0
    open_offers: int = 0
    missed: int = 0
    paused: bool = False
    idle_since: float = 0.0
    offers: int = 0
    answers: int = 0
    paid: list[tuple[float, float]] = field(default_factory=list)

    def facts(self) -> CandidateFacts:
        """For the rules."""
        player = self.player
        covered = frozenset({"*"}) if player.agent else player.categories  # agents answer for the whole shop
        return CandidateFacts(
            expert=player.key, languages=player.languages, categories=covered, certified=covered,
            capacity=player.capacity, busy=self.busy, open_offers=self.open_offers, paused=self.paused,
            heartbeat_age=0.0 if self.online else None,
        )  # fmt: skip

    def candidate(self, category: str | None, now: float) -> Candidate:
        """For the score."""
        here = self.player.ratings.get(category or "", Tally())
        everything = self.player.all_ratings
        return Candidate(
            expert=self.player.key, accepted=self.accepted, offered=self.offered, missed=self.missed,
            mean_delay=self.mean_delay, here=here,
            elsewhere=Tally(max(everything.good - here.good, 0.0), max(everything.rated - here.rated, 0.0)),
            earned=sum(minor for at, minor in self.paid if now - MEMORY < at <= now),
            online_hours=online_seconds(self.player, now - MEMORY, now) / 3_600, idle=now - self.idle_since,
        )  # fmt: skip


def online_seconds(player: Player, since: float, until: float) -> float:
    """How long somebody was online between two instants."""
    return sum(max(0.0, min(ends, until) - max(begins, since)) for begins, ends in player.online)


@dataclass(slots=True)
class Case:
    """One question under way. `end` says what became of it: answered, later, or why it was turned away."""

    asked: Asked
    clock: QuestionClock
    end: str = ""
    already: frozenset[ExpertId] = frozenset()
    offers: dict[ExpertId, OpenOffer] = field(default_factory=dict)
    wakes: set[float] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one question: seconds waited when it was answered live, or why it was not."""

    end: str
    wait: float | None
    by_agent: bool = False


@dataclass(slots=True)
class Outcome:
    """What one run measured."""

    played: list[Played] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    offers: int = 0


class Kind(IntEnum):
    """Events, in the order in which those of one instant happen."""

    GOES = 0
    COMES = 1
    FREED = 2
    TAKEN = 3
    ANSWERS = 4
    TAPS = 5
    ASKS = 6
    WAKE = 7


class Run:
    """The event loop of one policy. `tick` hears of each question that was asked; it may raise to stop."""

    def __init__(self, past: Past, policy: RoutingPolicy, tick: Callable[[], None] = lambda: None) -> None:
        self._past, self._policy, self._tick = past, policy, tick
        self.seats = [
            Seat(one, one.accepted, one.offered, one.mean_delay, paid=list(one.earned)) for one in past.players
        ]
        self._by_key: dict[ExpertId, int] = {seat.player.key: number for number, seat in enumerate(self.seats)}
        self._cases = [
            Case(one, QuestionClock(self._moment(one.at), can_widen=bool(one.family))) for one in past.questions
        ]
        self._waiting: dict[int, Case] = {}
        self._outcome = Outcome(seats=self.seats)
        self._events: list[tuple[float, int, int, int]] = []
        for number, player in enumerate(past.players):
            for begins, ends in player.online:
                self._at(begins, Kind.COMES, number)
                self._at(ends, Kind.GOES, number)
            for begins, ends in player.busy:
                self._at(begins, Kind.TAKEN, number)
                self._at(ends, Kind.FREED, number)
        for number, case in enumerate(self._cases):
            self._at(case.asked.at, Kind.ASKS, number)

    def _at(self, at: float, kind: Kind, one: int, other: int = 0) -> None:
        heapq.heappush(self._events, (at, kind, one, other))

    def _moment(self, seconds: float) -> datetime:
        return self._past.since + timedelta(seconds=seconds)

    def go(self) -> Outcome:
        """Play every event and return what was measured."""
        while self._events:
            now, kind, one, other = heapq.heappop(self._events)
            if kind == Kind.WAKE:
                self._cases[one].wakes.discard(now)
                self._advance(one, now)
            elif kind == Kind.ASKS:
                self._ask(one, now)
            elif kind == Kind.ANSWERS:
                self._answer(one, self.seats[other], now)
            else:
                self._person(Kind(kind), self.seats[one], now)
        return self._outcome

    def _person(self, kind: Kind, seat: Seat, now: float) -> None:
        if kind is Kind.TAKEN:
            seat.busy += 1
            return
        if kind is Kind.GOES:
            seat.online = False
            return
        if kind is Kind.COMES:
            seat.online, seat.missed, seat.paused, seat.idle_since = True, 0, False, now
        elif kind is Kind.TAPS:
            seat.missed, seat.paused = 0, False
        else:
            seat.busy, seat.idle_since = seat.busy - 1, now
        self._wake(now)

    def _wake(self, now: float) -> None:
        """Somebody can be asked again: whoever waits is looked at, the oldest first."""
        for number in self._waiting:
            self._look_at(now, number)

    def _look_at(self, at: float, number: int) -> None:
        case = self._cases[number]
        if at not in case.wakes:
            case.wakes.add(at)
            self._at(at, Kind.WAKE, number)

    def _ask(self, number: int, now: float) -> None:
        self._tick()
        case = self._cases[number]
        if not self._policy.opening(self._past.zone, self._moment(now))[0]:
            self._end(number, CLOSED)
            return
        waiting = sum(not other.offers for other in self._waiting.values())
        self._waiting[number] = case
        self._advance(number, now)
        if not case.end and not case.offers and waiting >= self._policy.most_waiting:
            self._end(number, FULL)

    def _advance(self, number: int, now: float) -> None:
        """Do what the clock says until it says to wait."""
        case, moment = self._cases[number], self._moment(now)
        candidates, agents = True, self._policy.cascade.agents is not AgentsMode.NONE
        while not case.end:
            clock = replace(case.clock, open_offers=tuple(case.offers.values()), candidates=candidates, agents=agents)
            step = next_step(self._policy.cascade, clock, moment)
            if step.kind is StepKind.OFFER:
                made = self._offer(number, now, agent=step.agent)
                candidates, agents = candidates and (made or step.agent), agents and (made or not step.agent)
            elif step.kind is StepKind.WIDEN:
                case.clock, candidates = replace(case.clock, widened=True), True
            elif step.kind is StepKind.LAPSE:
                self._lapse(case, moment, now)
            elif step.kind is StepKind.WAIT:
                if step.until is not None:
                    self._look_at((step.until - self._past.since).total_seconds(), number)
                return
            else:
                self._end(number, LATER)

    def _eligible(self, case: Case, *, agent: bool) -> list[Seat]:
        asked = case.asked
        own = frozenset({asked.category}) if asked.category else frozenset()
        wanted = asked.family if case.clock.widened else own
        question = QuestionFacts(asked.language, frozenset() if agent else wanted, case.already)
        return [
            seat for seat in self.seats
            if seat.player.agent is agent and seat.online and exclusion(seat.facts(), question) is None
        ]  # fmt: skip

    def _offer(self, number: int, now: float, *, agent: bool) -> bool:
        case = self._cases[number]
        eligible = self._eligible(case, agent=agent)
        if not eligible:
            return False
        seat = self._first(case, eligible, now, agent=agent)
        ends = now + self._policy.cascade.offer_seconds
        case.offers[seat.player.key] = OpenOffer(
            self._moment(now), self._moment(ends), pace_of(seat.mean_delay), agent=agent
        )
        case.already |= {seat.player.key}
        seat.open_offers += 1
        seat.offers += 1
        self._outcome.offers += 1
        comes = reaction(case.asked, seat.player)
        if comes.reaction is not Reaction.NOTHING and comes.delay < self._policy.cascade.offer_seconds:
            self._at(now + comes.delay, Kind.ANSWERS, number, self._by_key[seat.player.key])
        return True

    def _first(self, case: Case, eligible: list[Seat], now: float, *, agent: bool) -> Seat:
        """Agents: the least busy, then who has waited longest. Experts: by score, or by lot."""
        if agent:
            return min(eligible, key=lambda seat: (seat.busy / seat.player.capacity, seat.idle_since))
        seed, weights = str(case.asked.key), self._policy.weights
        if is_held_out(case.asked.key, weights):
            first = rank_evenly([seat.player.key for seat in eligible], seed=seed)[0]
        else:
            first = rank([seat.candidate(case.asked.category, now) for seat in eligible], seed=seed, weights=weights)[0]
        return self.seats[self._by_key[first.expert]]

    def _lapse(self, case: Case, moment: datetime, now: float) -> None:
        for key in [key for key, offer in case.offers.items() if offer.expires_at <= moment]:
            del case.offers[key]
            seat = self.seats[self._by_key[key]]
            seat.open_offers -= 1
            seat.offered += 1
            seat.missed += 1
            if seat.missed >= self._policy.cascade.pause_after_missed:
                seat.paused = True
                self._at(now + TAP_SECONDS, Kind.TAPS, self._by_key[key])
        self._wake(now)

    def _answer(self, number: int, seat: Seat, now: float) -> None:
        case, key = self._cases[number], seat.player.key
        if case.end or key not in case.offers:
            return
        made = case.offers.pop(key)
        seat.open_offers -= 1
        seat.offered += 1
        seat.missed = 0
        if reaction(case.asked, seat.player).reaction is not Reaction.ACCEPT:
            self._advance(number, now)
            self._wake(now)
            return
        seat.accepted += 1
        seat.mean_delay = next_mean_delay(seat.mean_delay, (self._moment(now) - made.made_at).total_seconds())
        seat.busy += 1
        seat.answers += 1
        seat.paid.append((now, float(seat.player.fee)))
        self._at(now + case.asked.talk, Kind.FREED, self._by_key[key])
        self._end(number, "answered", Played("answered", now - case.asked.at, seat.player.agent))
        self._wake(now)

    def _end(self, number: int, end: str, played: Played | None = None) -> None:
        """The question leaves the live market."""
        case = self._cases[number]
        case.end = end
        case.clock = replace(case.clock, progress=Progress.SETTLED)
        self._waiting.pop(number, None)
        for key in case.offers:
            self.seats[self._by_key[key]].open_offers -= 1
        case.offers.clear()
        self._outcome.played.append(played or Played(end, None))
