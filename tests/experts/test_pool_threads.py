"""Many at once: the pool and the capacity hold whatever the order in which things commit."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import availability, pool, presence
from experts.models import Expert, OnlineSpan, PoolRow
from marketplace.core.db import Database
from marketplace.core.web import Platform
from tests.factories.brands import make_brand, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free

_TAKE = text("UPDATE expert SET live = live + 1 WHERE person_id = :id AND live < capacity RETURNING live")
_GIVE = text("UPDATE expert SET live = live - 1 WHERE person_id = :id AND live > 0")


def _act(session: Session, person_id: UUID, chance: random.Random, now: datetime) -> None:
    expert = session.get_one(Expert, person_id)
    deed = chance.randrange(6)
    if deed == 0:
        availability.switch(session, expert, on=chance.random() < 0.7, now=now)
    elif deed == 1:
        presence.renew(session, person_id, now=now + timedelta(seconds=chance.randint(0, 40)))
    elif deed == 2:
        availability.resume(session, expert, now)
    elif deed == 3:
        availability.note_ignored(session, expert, now)
    else:
        session.execute(_TAKE if deed == 4 else _GIVE, {"id": person_id})
        pool.refresh(session, person_id, now=now)


def test_pool_capacity_and_spans_hold_under_threads(
    make_database: Callable[[], str], parts: Platform, now: datetime
) -> None:
    database = Database(make_database(), info=parts.database.info)
    with database.unit_of_work() as session:
        mission = make_mission(session, make_brand(session))
        experts = [make_expert(session, capacity=2) for _ in range(3)]
        for expert in experts:
            make_enrolment(session, mission, expert=expert)
            make_free(session, expert)
        people = [expert.person_id for expert in experts]
    failures: list[Exception] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            try:
                database.run(lambda session: _act(session, chance.choice(people), chance, now))
            except Exception as error:
                failures.append(error)

    threads = [Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.unit_of_work() as session:
        for expert in session.scalars(select(Expert).where(Expert.person_id.in_(people))):
            assert 0 <= expert.live <= expert.capacity
            free = availability.of(expert, now) is availability.Availability.FREE
            rows = session.scalars(select(PoolRow).where(PoolRow.person_id == expert.person_id)).all()
            assert bool(rows) == free
            spans = session.scalars(
                select(OnlineSpan).where(OnlineSpan.person_id == expert.person_id, OnlineSpan.ended_at.is_(None))
            ).all()
            assert len(spans) == (availability.of(expert, now) in {"free", "busy"})
    database.engine.dispose()
