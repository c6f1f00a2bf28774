"""The question's clock: what to do next for a question that nobody has accepted yet.

One pure function, :func:`next_step`, drives the live dispatcher, the rehearsal of a changed policy
and the simulator alike. The caller does the step, writes down what happened in a new clock and asks
again, at once or when the step's time has come or anything else happened (an answer, somebody came
free). Times are aware UTC datetimes, durations are seconds.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

_BOUNDS: dict[str, tuple[float, float]] = {
    "offer_seconds": (10.0, 120.0),
    "first_hedge": (3.0, 120.0),
    "second_hedge": (3.0, 120.0),
    "max_open": (1, 5),
    "pause_after_missed": (1, 10),
    "widen_after": (0.0, 600.0),
    "live_window": (30.0, 900.0),
    "leave_grace": (0.0, 120.0),
    "exclusive_seconds": (60.0, 7_200.0),
    "shortlist_seconds": (60.0, 86_400.0),
    "shortlist_size": (1, 20),
    "expires_after": (3_600.0, 14 * 86_400.0),
    "agents_seconds": (5.0, 600.0),
}


class AgentsMode(StrEnum):
    """Whether and when the brand's own agents are asked, beside the experts."""

    NONE = "none"
    BEFORE = "before"
    BESIDE = "beside"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class CascadePolicy:
    """How long each stage of a question lasts; a brand may move each inside ``bounds()``."""

    offer_seconds: float = 45.0
    """Life of a live offer."""
    first_hedge: float = 16.0
    """Age of the oldest open offer at which a second expert is asked as well."""
    second_hedge: float = 28.0
    """The same for a third expert; further ones follow at the same distance."""
    max_open: int = 3
    """Live offers open at a time; 1 asks one expert after another (no hedging)."""
    pause_after_missed: int = 2
    """Offers left unanswered in a row after which an expert is paused until he taps."""
    widen_after: float = 30.0
    """Age of the question at which experts of the parent category may be asked."""
    live_window: float = 180.0
    """Age at which no live offer is made any more and the question is kept for later."""
    leave_grace: float = 30.0
    """The same, counted from the shopper's leaving the page."""
    exclusive_seconds: float = 600.0
    """How long the best expert alone holds a question for later."""
    shortlist_seconds: float = 1_800.0
    """How long the best few hold it after that, before it is open to all the eligible."""
    shortlist_size: int = 5
    expires_after: float = 3 * 86_400.0
    """Age at which a question that nobody took expires."""
    agents: AgentsMode = AgentsMode.NONE
    """Before: agents alone at first, experts follow. After: the other way round. Beside: both from the start."""
    agents_seconds: float = 60.0
    """How long the first of them have the question to themselves; less when none of them is there."""

    @staticmethod
    def bounds() -> dict[str, tuple[float, float]]:
        """Return the least and greatest allowed value of every setting."""
        return dict(_BOUNDS)

    @classmethod
    def bounded(cls, **overrides: float) -> Self:
        """Return the defaults with some settings changed, each inside its safe bounds.

        Agents are none; :func:`dataclasses.replace` changes that. Raises ValueError naming the
        setting and its bound.
        """
        kinds = {field.name: field.type for field in fields(cls)}
        values: dict[str, float] = {}
        for name, value in overrides.items():
            if name not in _BOUNDS:
                raise ValueError(f"unknown setting {name}")
            least, greatest = _BOUNDS[name]
            if not least <= value <= greatest:
                raise ValueError(f"{name} must be between {least:g} and {greatest:g}, not {value}")
            if kinds[name] is int and value != int(value):
                raise ValueError(f"{name} must be a whole number, not {value}")
            values[name] = int(value) if kinds[name] is int else float(value)
        policy = cls(**values)  # type: ignore[arg-type]
        if policy.second_hedge < policy.first_hedge:
            raise ValueError("second_hedge must be at least first_hedge")
        return policy

    @property
    def hedging(self) -> bool:
        """Whether a second expert may be asked while a first one is still thinking."""
        return self.max_open > 1

    def hedge_age(self, open_offers: int) -> float:
        """Return the age of the oldest of so many open offers at which one more is made."""
        if open_offers <= 1:
            return self.first_hedge
        gap = self.second_hedge - self.first_hedge
        return self.second_hedge + gap * (open_offers - 2)


DEFAULT_POLICY = CascadePolicy()

USUAL_DELAY_SECONDS = 14.0
"""Mean answer delay of an ordinary expert, for whom the hedges are timed as the policy says."""
LEAST_PACE, GREATEST_PACE = 0.6, 1.5


def pace_of(mean_delay: float | None) -> float:
    """Return how an expert's mean answer delay, in seconds, stretches the hedges after his offer.

    Silence means more from somebody quick: a second expert is asked sooner after him, and later
    after somebody who always needs a little longer. An unknown delay changes nothing.
    """
    if mean_delay is None:
        return 1.0
    return min(max(mean_delay / USUAL_DELAY_SECONDS, LEAST_PACE), GREATEST_PACE)


class Progress(StrEnum):
    """How far the question has come, as far as the clock is concerned."""

    LIVE = "live"
    LATER = "later"
    OPEN_TO_ALL = "open_to_all"
    SETTLED = "settled"
    EXPIRED = "expired"


class StepKind(StrEnum):
    """What to do now."""

    LAPSE = "lapse"
    OFFER = "offer"
    WIDEN = "widen"
    GO_LATER = "go_later"
    OPEN_TO_ALL = "open_to_all"
    WAIT = "wait"
    EXPIRE = "expire"
    DONE = "done"


class Audience(StrEnum):
    """For whom an offer is meant."""

    LIVE = "live"
    EXCLUSIVE = "exclusive"
    SHORTLIST = "shortlist"


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer that is neither answered nor past its end.

    ``pace`` stretches the wait before somebody else is asked as well: see :func:`pace_of`;
    ``agent`` says that it was made to an agent of the brand.
    """

    made_at: datetime
    expires_at: datetime
    pace: float = 1.0
    agent: bool = False


@dataclass(frozen=True, slots=True)
class QuestionClock:
    """What the clock knows of a question.

    ``candidates`` says whether an eligible expert not yet asked is there now; the caller sets it
    from :func:`experts.rules.sift`. ``agents`` says the same of the brand's own agents.
    ``later_since`` and ``later_offers`` (offers made to experts since then) tell how far a question
    for later has come. ``can_widen`` is false where the category has no
    parent or the brand forbids it.
    """

    asked_at: datetime
    progress: Progress = Progress.LIVE
    candidates: bool = True
    open_offers: tuple[OpenOffer, ...] = ()
    can_widen: bool = False
    widened: bool = False
    shopper_left_at: datetime | None = None
    later_since: datetime | None = None
    later_offers: int = 0
    agents: bool = False

    def offers_to(self, *, agent: bool) -> tuple[OpenOffer, ...]:
        """Return the open offers made to agents, or to experts."""
        return tuple(offer for offer in self.open_offers if offer.agent is agent)

    def has(self, *, agent: bool) -> bool:
        """Return whether an agent (or an expert) is being asked or could be."""
        return (self.agents if agent else self.candidates) or bool(self.offers_to(agent=agent))


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, and until when it holds.

    ``until`` is the time to ask again for WAIT, and the end of the offer for OFFER; ``agent`` says
    that the offer is for an agent of the brand.
    """

    kind: StepKind
    until: datetime | None = None
    audience: Audience | None = None
    agent: bool = False


def _after(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)


def live_until(policy: CascadePolicy, clock: QuestionClock) -> datetime:
    """Return when live offers stop: the window's end, or a little after the shopper left."""
    end = _after(clock.asked_at, policy.live_window)
    if clock.shopper_left_at is None:
        return end
    return min(end, _after(clock.shopper_left_at, policy.leave_grace))


def next_step(policy: CascadePolicy, clock: QuestionClock, now: datetime) -> Step:
    """Return what to do for the question now.

    Offers past their end come first (LAPSE: close them all, then ask again). A question always
    reaches DONE or EXPIRE, whatever the experts do: every WAIT names a later time, and each stage
    ends by the clock alone. Offers still open when a stage ends keep their own time.
    """
    if clock.progress in (Progress.SETTLED, Progress.EXPIRED):
        return Step(StepKind.DONE)
    if any(offer.expires_at <= now for offer in clock.open_offers):
        return Step(StepKind.LAPSE)
    if clock.progress is Progress.LIVE:
        return _live_step(policy, clock, now)
    expiry = _after(clock.asked_at, policy.expires_after)
    if now >= expiry:
        return Step(StepKind.EXPIRE)
    if clock.progress is Progress.OPEN_TO_ALL:
        return Step(StepKind.WAIT, _earliest(expiry, clock))
    return _later_step(policy, clock, now, expiry)


def _earliest(moment: datetime, clock: QuestionClock) -> datetime:
    return min((moment, *(offer.expires_at for offer in clock.open_offers)))


def _live_step(policy: CascadePolicy, clock: QuestionClock, now: datetime) -> Step:
    end = live_until(policy, clock)
    if now >= end:
        if clock.open_offers:
            return Step(StepKind.WAIT, _earliest(clock.open_offers[0].expires_at, clock))
        return Step(StepKind.GO_LATER)
    wake = _earliest(end, clock)
    if clock.can_widen and not clock.widened:
        widen = _after(clock.asked_at, policy.widen_after)
        if now >= widen:
            return Step(StepKind.WIDEN)
        wake = min(wake, widen)
    if len(clock.open_offers) < policy.max_open:
        for agent in (False, True):
            due = _offer_due(policy, clock, agent=agent)
            if due is not None and due <= now:
                ends = _after(now, policy.offer_seconds)
                return Step(StepKind.OFFER, ends, Audience.LIVE, agent)
            wake = min(wake, due) if due is not None else wake
    return Step(StepKind.WAIT, wake)


def _turn(policy: CascadePolicy, clock: QuestionClock, *, agent: bool) -> datetime | None:
    """When agents (or experts) may first be asked; None for never. Nobody waits for who is not there."""
    if agent and policy.agents is AgentsMode.NONE:
        return None
    second = AgentsMode.AFTER if agent else AgentsMode.BEFORE
    if policy.agents is second and clock.has(agent=not agent):
        return _after(clock.asked_at, policy.agents_seconds)
    return clock.asked_at


def _offer_due(policy: CascadePolicy, clock: QuestionClock, *, agent: bool) -> datetime | None:
    turn = _turn(policy, clock, agent=agent)
    if turn is None or not (clock.agents if agent else clock.candidates):
        return None
    own = clock.offers_to(agent=agent)
    if not own:
        return turn
    oldest = min(own, key=lambda offer: offer.made_at)
    return max(turn, _after(oldest.made_at, oldest.pace * policy.hedge_age(len(own))))


def _later_step(policy: CascadePolicy, clock: QuestionClock, now: datetime, expiry: datetime) -> Step:
    """A question for later: first the best alone, then the best few, then all.

    A refusal by the best ends his exclusive time, so nobody waits for a "no" already given. One
    agent at a time is asked as well, in "after" mode once the best expert has had his time.
    """
    since = clock.later_since or clock.asked_at
    own = clock.offers_to(agent=False)
    exclusive_end = _after(since, policy.exclusive_seconds)
    shortlist_end = _after(exclusive_end, policy.shortlist_seconds)
    if now >= shortlist_end:
        return Step(StepKind.OPEN_TO_ALL)
    if _agent_for_later(policy, clock, now, exclusive_end):
        return Step(StepKind.OFFER, min(shortlist_end, expiry), Audience.SHORTLIST, agent=True)
    if now < exclusive_end:
        if clock.later_offers == 0 and clock.candidates:
            return Step(StepKind.OFFER, min(exclusive_end, expiry), Audience.EXCLUSIVE)
        if clock.later_offers <= 1 and (own or clock.later_offers == 0):
            return Step(StepKind.WAIT, min(_earliest(exclusive_end, clock), expiry))
    if clock.candidates and len(own) < policy.shortlist_size:
        return Step(StepKind.OFFER, min(shortlist_end, expiry), Audience.SHORTLIST)
    return Step(StepKind.WAIT, min(_earliest(shortlist_end, clock), expiry))


def _agent_for_later(policy: CascadePolicy, clock: QuestionClock, now: datetime, exclusive_end: datetime) -> bool:
    if policy.agents is AgentsMode.NONE or not clock.agents or clock.offers_to(agent=True):
        return False
    return policy.agents is not AgentsMode.AFTER or now >= exclusive_end or not clock.has(agent=False)
