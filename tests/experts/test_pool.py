"""The pool holds exactly those who may be offered a question now."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import applications, availability, enrolments, pool, presence
from experts.models import Expert, OnlineSpan, PoolRow
from marketplace.brands import missions
from marketplace.brands.models import Brand, Category, Mission
from marketplace.brands.states import MissionAction
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free


def rows(session: Session, expert: Expert) -> set[tuple[UUID, str]]:
    found = session.execute(select(PoolRow.category_id, PoolRow.language).where(PoolRow.person_id == expert.person_id))
    return {(row.category_id, row.language) for row in found}


@pytest.fixture
def shoes(session: Session) -> Category:
    return make_category(session, make_brand(session), "Shoes")


@pytest.fixture
def mission(session: Session, shoes: Category) -> Mission:
    return make_mission(session, session.get_one(Brand, shoes.brand_id), categories=[shoes])


def test_a_free_expert_stands_in_the_pool_for_each_category_below_and_each_language(
    session: Session, shoes: Category, mission: Mission, now: datetime
) -> None:
    trail = make_category(session, session.get_one(Brand, shoes.brand_id), "Shoes", "Trail shoes")
    make_category(session, session.get_one(Brand, shoes.brand_id), "Bags")
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    assert rows(session, expert) == {(c.id, language) for c in (shoes, trail) for language in ("en", "fr")}


def test_a_certificate_above_the_mission_counts_only_inside_the_mission(session: Session, now: datetime) -> None:
    brand = make_brand(session)
    make_category(session, brand, "Sport")
    shoes = make_category(session, brand, "Sport", "Shoes")
    mission = make_mission(session, brand, categories=[shoes])
    enrolment = make_enrolment(session, mission)
    sport = make_category(session, brand, "Sport")
    session.execute(text("UPDATE enrolment_category SET category_id = :sport"), {"sport": sport.id})
    expert = make_free(session, session.get_one(Expert, enrolment.person_id))
    assert {category for category, _ in rows(session, expert)} == {shoes.id}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE expert SET switched_on = false",
        "UPDATE expert SET paused_because = 'ignored'",
        "UPDATE expert SET live = capacity",
        "UPDATE expert SET lease_until = now() - interval '100 years'",
        "UPDATE expert SET on_duty_until = NULL",
        "UPDATE expert SET languages = '{}'",
        "UPDATE enrolment SET state = 'suspended'",
        "UPDATE enrolment_category SET certified_at = NULL",
        "UPDATE mission SET state = 'paused'",
        "UPDATE mission SET ends_on = '2026-11-17'",
        "UPDATE mission SET starts_on = '2026-11-19'",
        "UPDATE brand SET disabled_at = now()",
        "UPDATE person SET disabled_at = now() WHERE id IN (SELECT person_id FROM expert)",
    ],
)
def test_any_missing_condition_takes_an_expert_out(
    session: Session, mission: Mission, now: datetime, change: str
) -> None:
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    assert rows(session, expert)
    session.execute(text(change))
    assert pool.refresh(session, expert.person_id, now=now) is False
    assert not rows(session, expert)


def test_the_better_paid_mission_serves_a_category_that_two_missions_cover(
    session: Session, shoes: Category, mission: Mission, now: datetime
) -> None:
    brand = session.get_one(Brand, shoes.brand_id)
    better = make_mission(session, brand, categories=[shoes], pay_minor=500, title_en="Better paid")
    expert = make_expert(session)
    for one in (mission, better):
        make_enrolment(session, one, expert=expert)
    make_free(session, expert)
    assert set(session.scalars(select(PoolRow.mission_id))) == {better.id}


def test_free_is_published_once_when_somebody_comes_in(session: Session, mission: Mission, now: datetime) -> None:
    expert = make_expert(session)
    make_enrolment(session, mission, expert=expert)
    availability.switch(session, expert, on=True, now=now)
    presence.renew(session, expert.person_id, now=now)
    assert pool.refresh(session, expert.person_id, now=now) is False
    session.execute(text("UPDATE expert SET live = 1"))
    assert pool.refresh(session, expert.person_id, now=now) is False
    session.execute(text("UPDATE expert SET live = 0"))
    assert pool.refresh(session, expert.person_id, now=now) is True


def test_time_online_runs_while_switched_on_present_and_on_duty_and_ends_when_the_lease_did(
    session: Session, mission: Mission, now: datetime
) -> None:
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    later = now + timedelta(minutes=10)
    assert presence.lapse_due(session, later) == [expert.person_id]
    assert presence.lapse_due(session, later) == []
    span = session.scalars(select(OnlineSpan)).one()
    session.refresh(span)
    assert (span.started_at, span.ended_at) == (now, now + presence.LEASE)
    assert not rows(session, expert)
    assert presence.renew(session, expert.person_id, now=later) is True
    assert session.scalar(select(OnlineSpan.started_at).where(OnlineSpan.ended_at.is_(None))) == later


def test_being_busy_is_time_online(session: Session, mission: Mission, now: datetime) -> None:
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    session.execute(text("UPDATE expert SET live = 1"))
    pool.refresh(session, expert.person_id, now=now + timedelta(seconds=5))
    assert session.scalar(select(OnlineSpan.ended_at)) is None


def test_a_paused_mission_empties_its_rows(session: Session, mission: Mission, now: datetime) -> None:
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    missions.move(session, mission, MissionAction.PAUSE, now=now)
    pool.refresh_mission(session, mission.id, now=now)
    assert not rows(session, expert)
    missions.move(session, mission, MissionAction.PUBLISH, now=now)
    assert pool.refresh_mission(session, mission.id, now=now) == {expert.person_id}


def test_a_better_reputation_gives_a_better_base(session: Session, mission: Mission, now: datetime) -> None:
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id))
    before = set(session.scalars(select(PoolRow.base)))
    session.execute(
        text(
            "INSERT INTO reputation (person_id, category_id, rated, good, stars, count, updated_at) "
            "SELECT person_id, category_id, 30, 30, 150, 30, :now FROM expert_pool WHERE language = 'en' "
        ),
        {"now": now},
    )
    pool.refresh(session, expert.person_id, now=now)
    assert min(session.scalars(select(PoolRow.base))) > max(before)


def test_pausing_the_enrolment_and_certifying_anew_act_at_once(
    session: Session, shoes: Category, mission: Mission, now: datetime
) -> None:
    trail = make_category(session, session.get_one(Brand, shoes.brand_id), "Shoes", "Trail shoes")
    enrolment = make_enrolment(session, mission)
    expert = make_free(session, session.get_one(Expert, enrolment.person_id))
    applications.certify(session, enrolment, category_ids=[trail.id], now=now)
    assert {category for category, _ in rows(session, expert)} == {trail.id}
    enrolments.pause(session, enrolment, by=expert.person_id, reason="", now=now)
    assert not rows(session, expert)
    enrolments.resume(session, enrolment, by=expert.person_id, now=now)
    assert {category for category, _ in rows(session, expert)} == {trail.id}


def test_a_mission_begins_and_ends_by_the_brands_own_calendar(session: Session, shoes: Category) -> None:
    brand = session.get_one(Brand, shoes.brand_id)
    more: dict[str, Any] = {"starts_on": date(2026, 11, 19), "ends_on": date(2026, 11, 19)}
    mission = make_mission(session, brand, categories=[shoes], **more)
    first = datetime.fromisoformat("2026-11-18T23:00:00+00:00")  # midnight in Paris
    expert = make_free(session, session.get_one(Expert, make_enrolment(session, mission).person_id), now=first)
    assert rows(session, expert)
    last = first + timedelta(days=1)
    session.execute(text("UPDATE expert SET lease_until = :until"), {"until": last + timedelta(days=1)})
    pool.refresh(session, expert.person_id, now=last - timedelta(seconds=1))
    assert rows(session, expert)
    pool.refresh(session, expert.person_id, now=last)
    assert not rows(session, expert)
