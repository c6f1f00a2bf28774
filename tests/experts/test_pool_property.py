"""After any sequence of events the pool equals a slow query that is obviously right."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import applications, availability, enrolments, hours, pool, presence, profiles
from experts.enrolments import ConductRule
from experts.hours import duty_of, plan_of
from experts.models import Enrolment, EnrolmentCategory, Expert, OnlineSpan, PoolRow
from experts.states import EnrolmentState
from marketplace.brands import missions
from marketplace.brands.catalogue import descendants_ids
from marketplace.brands.models import Brand, Mission
from marketplace.brands.states import MissionAction, MissionState
from marketplace.core.errors import DomainError
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert

Row = tuple[UUID, str, UUID, UUID]


def slowly(session: Session, now: datetime) -> set[Row]:
    """Who may be offered what, straight from the rules: (category, language, person, mission)."""
    rows: dict[tuple[UUID, str, UUID], tuple[int, UUID]] = {}
    for enrolment in session.scalars(select(Enrolment).order_by(Enrolment.id)):
        expert = session.get_one(Expert, enrolment.person_id)
        mission = session.get_one(Mission, enrolment.mission_id)
        if not _serves(session, expert, now) or enrolment.state is not EnrolmentState.ACTIVE:
            continue
        if mission.state is not MissionState.OPEN or session.get_one(Brand, mission.brand_id).disabled_at:
            continue
        certified = session.scalars(
            select(EnrolmentCategory.category_id).where(
                EnrolmentCategory.enrolment_id == enrolment.id, EnrolmentCategory.certified_at.is_not(None)
            )
        )
        covered = descendants_ids(session, [c.id for c in missions.categories_of(session, mission.id)])
        net = max(mission.pay_minor, mission.floor_minor) * (10_000 - mission.commission_bps)
        for category in descendants_ids(session, certified) & covered:
            for language in set(expert.languages) & set(mission.languages):
                key = (category, language, expert.person_id)
                if key not in rows or rows[key][0] < net:
                    rows[key] = (net, mission.id)
    return {(*key, mission) for key, (_, mission) in rows.items()}


def _serves(session: Session, expert: Expert, now: datetime) -> bool:
    present = expert.lease_until is not None and expert.lease_until > now
    on_duty = duty_of(plan_of(session, expert), now)[0] is not None
    return (
        expert.switched_on and expert.paused_because is None and present and on_duty and expert.live < expert.capacity
    )


class Market:
    """A small market in which anything may happen next."""

    def __init__(self, session: Session, chance: random.Random, now: datetime):
        self.session, self.chance, self.now = session, chance, now
        brand = make_brand(session)
        sport = make_category(session, brand, "Sport")
        shoes = make_category(session, brand, "Sport", "Shoes")
        trail = make_category(session, brand, "Sport", "Shoes", "Trail")
        bags = make_category(session, brand, "Bags")
        self.categories = [sport, shoes, trail, bags]
        self.missions = [
            make_mission(session, brand, categories=[shoes], title_en="One"),
            make_mission(session, brand, categories=[sport, bags], title_en="Two", pay_minor=500, languages=["fr"]),
        ]
        self.experts = [make_expert(session, capacity=n + 1) for n in range(3)]
        for expert in self.experts:
            for mission in self.missions:
                make_enrolment(session, mission, expert=expert)
        self.boss = make_expert(session).person_id
        for expert in self.experts:
            availability.switch(session, expert, on=True, now=now)

    def step(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([1, 1, 5, 20, 900]))
        session, now = self.session, self.now
        expert = self.chance.choice(self.experts)
        enrolment = self.chance.choice(list(session.scalars(select(Enrolment))))
        mission = self.chance.choice(self.missions)
        chosen = self.chance.sample([category.id for category in self.categories], 2)
        events: list[Callable[[], object]] = [
            lambda: availability.switch(session, expert, on=self.chance.random() < 0.8, now=now),
            lambda: availability.switch(session, expert, on=True, capacity=self.chance.randint(1, 3), now=now),
            lambda: presence.leave(session, expert.person_id, now=now),
            lambda: availability.note_ignored(session, expert, now),
            lambda: availability.resume(session, expert, now),
            lambda: self._hold(expert, +1),
            lambda: self._hold(expert, -1),
            lambda: self._week(expert),
            lambda: enrolments.pause(session, enrolment, by=self.boss, reason="", now=now),
            lambda: enrolments.resume(session, enrolment, by=self.boss, now=now),
            lambda: enrolments.suspend(
                session, enrolment, rule=ConductRule.TRUTH, evidence="seen by everybody", by=self.boss, now=now
            ),
            lambda: enrolments.reinstate(session, enrolment, by=self.boss, now=now),
            lambda: applications.certify(session, enrolment, category_ids=chosen, now=now),
            lambda: self._speak(expert),
            lambda: self._mission(
                mission, self.chance.choice([MissionAction.PUBLISH, MissionAction.PUBLISH, MissionAction.PAUSE])
            ),
        ]
        try:
            with session.begin_nested():
                self.chance.choice(events)()
        except DomainError:
            pass
        for one in self.experts:
            if self.chance.random() < 0.6:
                presence.renew(session, one.person_id, now=now)
        # what the worker does each second
        presence.lapse_due(session, now)
        availability.duty_due(session, now)
        session.expire_all()

    def _hold(self, expert: Expert, change: int) -> None:
        expert.live = max(0, min(expert.live + change, expert.capacity))
        pool.refresh(self.session, expert.person_id, now=self.now)

    def _week(self, expert: Expert) -> None:
        minute = (self.now.hour * 60 + self.now.minute + self.chance.randint(-120, 60)) % 1_300
        week = [(day, minute, minute + 130) for day in range(7)] if self.chance.random() < 0.6 else []
        hours.set_week(self.session, expert, week)
        availability.review(self.session, expert, now=self.now)

    def _speak(self, expert: Expert) -> None:
        profiles.change_profile(
            self.session, expert, public_name="Cam", languages=self.chance.choice([["fr"], ["en"], ["en", "fr"]]),
            country="FR", time_zone="Europe/Paris", headline_en="", headline_fr="", bio="", now=self.now,
        )  # fmt: skip

    def _mission(self, mission: Mission, action: MissionAction) -> None:
        missions.move(self.session, mission, action, now=self.now)
        pool.refresh_mission(self.session, mission.id, now=self.now)


@pytest.mark.parametrize("seed", range(4))
def test_the_pool_always_equals_the_rules(session: Session, now: datetime, seed: int) -> None:
    market = Market(session, random.Random(seed), now)
    seen = 0
    for _ in range(40):
        market.step()
        held = {
            (row.category_id, row.language, row.person_id, row.mission_id) for row in session.scalars(select(PoolRow))
        }
        assert held == slowly(session, market.now)
        seen += bool(held)
        open_spans = set(session.scalars(select(OnlineSpan.person_id).where(OnlineSpan.ended_at.is_(None))))
        assert {row[2] for row in held} <= open_spans
    assert seen > 5
    overlapping = session.scalar(
        text(
            "SELECT count(*) FROM online_span a JOIN online_span b ON a.person_id = b.person_id AND a.id < b.id "
            "AND tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)"
        )
    )
    assert overlapping == 0
