"""Three months in the order in which they happened: asked, offered, answered, rated, earned, paid."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from payouts.demo import beside, routing_story, second_looks
from payouts.demo.desk import Desk
from payouts.demo.diary import Ask, Rota, asks, mondays
from payouts.demo.money import Till
from payouts.demo.papers import BACK_AFTER, Bookkeeper, firsts
from payouts.demo.past import Past
from payouts.demo.play import Play
from payouts.demo.shopping import Quarrels
from payouts.demo.world import World

PER_TRANSACTION = 12
"""Events told in one transaction: fewer commits, the same calls."""
_MARGIN = timedelta(hours=3)
"""The longest conversation by mail: nothing that begins later is told, so that nothing ends in the future."""

Event = Callable[[Session, datetime], datetime]
"""Tells one thing that happened; when it was over."""
Errand = Callable[[datetime], None]
"""The same with transactions of its own: whoever speaks to the payment provider holds none open."""


class History:
    """Events by time. One is told after the other: nobody is in two conversations at once."""

    def __init__(self, past: Past, world: World, *, seed: int, now: datetime):
        self._past = past
        self._now = now
        self._world = world
        self._seed = seed
        self._rng = Random(seed)
        self._rota = Rota(world.members, seed)
        self._events: list[tuple[datetime, int, Event | None, Errand | None]] = []
        self._numbers = count()
        self._till = Till(past, world)
        self._books = Bookkeeper(past, world, seed=seed)
        self._quarrels = Quarrels(past, world)
        self._play = Play(past, world, Desk(self._rota), self._add)

    def tell(self, *, questions: int, progress: Callable[[str], None]) -> None:
        """Let everything happen, and report each week."""
        self._plan(questions)
        clock = datetime.min.replace(tzinfo=self._now.tzinfo)
        while self._events:
            at, _number, _event, errand = self._events[0]
            if errand is None:
                clock = self._tell_some(clock)
                continue
            heapq.heappop(self._events)
            self._past.keys.at = at
            errand(at)
            progress(f"until {at.date()}")
        with self._past.database.unit_of_work() as session:
            self._play.desk.go_home(session, self._world.members, now=self._now)
            second_looks.tell(session, seed=self._seed, now=self._now)
            beside.tell(session, self._past, self._world, seed=self._seed, now=self._now)
            routing_story.tell(session, self._world, now=self._now)
            self._past.settle(session, now=self._now)
        self._till.close(self._now)
        with self._past.database.unit_of_work() as session:
            self._past.settle(session, now=self._now)
            self._past.hand_over(session)
        routing_story.rehearse(self._past, self._world, now=self._now)

    def _tell_some(self, clock: datetime) -> datetime:
        """Tell the next events in one transaction; the time afterwards."""
        with self._past.database.unit_of_work() as session:
            for _ in range(PER_TRANSACTION):
                if not self._events or self._events[0][2] is None:
                    break
                at, _number, event, _errand = heapq.heappop(self._events)
                clock = max(clock, at)
                self._past.keys.at = clock
                if event is not None and clock < self._now - _MARGIN:
                    clock = event(session, clock) + timedelta(seconds=20)
                    self._past.settle(session, now=clock)
        return clock

    def _add(self, at: datetime, event: Event) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), event, None))

    def _send(self, at: datetime, errand: Errand) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), None, errand))

    def _plan(self, questions: int) -> None:
        planned = asks(self._rng, self._world.shops, now=self._now - _MARGIN, count=questions)
        first = planned[0].at
        self._send(first - timedelta(days=2), self._till.open)
        self._send(first - timedelta(days=2), self._books.open)
        for at in firsts(first, self._now):
            self._send(at, self._books.issue)
            if at + BACK_AFTER < self._now:
                self._send(at + BACK_AFTER, self._books.take_one_back)
        for monday in mondays(first, self._now):
            self._send(monday, self._till.payday)
        self._send(self._now - _MARGIN, self._quarrels.tell)
        for ask in planned:
            self._add(ask.at, self._asked(ask))

    def _asked(self, ask: Ask) -> Event:
        return lambda session, at: self._play.asked(session, ask, at=at)
