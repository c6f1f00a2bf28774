"""What the worker does by itself, and the command that makes the pool anew."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import wiring
from experts.models import Expert, PoolRow
from marketplace.brands import missions
from marketplace.brands.models import Brand, Mission
from marketplace.brands.states import MissionAction
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.web import Platform
from tests.factories.brands import make_brand, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free
from tests.support import JobRunner


def enrolled(session: Session) -> Expert:
    """A free expert on the real clock."""
    now = utcnow()
    mission = make_mission(session, make_brand(session), starts_on=now.date() - timedelta(days=2))
    expert = make_expert(session, now=now)
    make_enrolment(session, mission, expert=expert, now=now)
    return make_free(session, expert, now=now)


def test_silence_and_shift_ends_are_noticed_each_second(session: Session, database: Database) -> None:
    expert = enrolled(session)
    session.execute(text("UPDATE expert SET lease_until = now() - interval '1 second', duty_due_at = now()"))
    session.commit()
    wiring.lapse_presence(database)
    wiring.turn_duty(database)
    session.expire_all()
    assert session.scalar(select(PoolRow.person_id)) is None
    assert expert.lease_until is None
    assert expert.duty_due_at is not None
    assert expert.duty_due_at > utcnow()


def test_a_mission_that_ended_yesterday_leaves_the_pool(session: Session, parts: Platform) -> None:
    expert = enrolled(session)
    brand = session.scalars(select(Brand)).one()
    session.execute(
        text("UPDATE mission SET ends_on = (now() AT TIME ZONE :zone)::date - 1"), {"zone": brand.time_zone}
    )
    session.commit()
    assert session.scalar(select(PoolRow.person_id).limit(1)) == expert.person_id
    wiring.turn_missions(parts, timestamp=int(utcnow().timestamp()))
    assert session.scalar(select(PoolRow.person_id)) is None


def test_a_paused_mission_empties_its_part_of_the_pool_by_a_job(session: Session, jobs: JobRunner) -> None:
    enrolled(session)
    mission = session.scalars(select(Mission)).one()
    missions.move(session, mission, MissionAction.PAUSE, now=utcnow())
    session.commit()
    jobs.run(wiring.REFRESH_MISSION)
    assert session.scalar(select(PoolRow.person_id)) is None
    missions.move(session, mission, MissionAction.PUBLISH, now=utcnow())
    session.commit()
    jobs.run(wiring.REFRESH_MISSION)
    assert session.scalar(select(PoolRow.person_id).limit(1)) is not None


def test_the_pool_is_made_anew_by_a_command(app: Flask, session: Session) -> None:
    enrolled(session)
    session.execute(text("DELETE FROM expert_pool"))
    session.commit()
    result = app.test_cli_runner().invoke(args=["expert", "refresh-pool"])
    assert "1 experts looked at, 1 came" in result.output
