"""Applications and enrolments: who may apply, who gets a seat, and what a decision leaves behind."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from experts import applications, enrolments
from experts.enrolments import ConductRule
from experts.errors import (
    AlreadyApplied,
    ApplicationIncomplete,
    MissionFull,
    MissionNotOpen,
    PausedByBrand,
    ReasonMissing,
)
from experts.models import Enrolment, EnrolmentCategory, EnrolmentMove, Expert
from experts.states import ENROLMENT, EnrolmentAction, EnrolmentState
from marketplace.brands import missions
from marketplace.brands.models import Mission
from marketplace.brands.states import MissionAction
from marketplace.core.db import Database
from marketplace.core.states import ForbiddenMove
from marketplace.core.web import Platform
from marketplace.mail.models import Mail
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert
from tests.support import JobRunner

WORDS = "I run two hundred kilometres a month."


def test_an_accepted_applicant_is_certified_active_and_told(session: Session, jobs: JobRunner, now: datetime) -> None:
    mission = make_mission(session, make_brand(session))
    enrolment = make_enrolment(session, mission, accepted=False)
    boss = make_expert(session).person_id
    applications.accept(session, enrolment, by=boss, message="Welcome aboard", now=now)
    assert enrolment.state is EnrolmentState.ACTIVE
    assert (enrolment.decided_by, enrolment.answer) == (boss, "Welcome aboard")
    assert session.scalar(select(EnrolmentCategory.certified_at)) == now
    moves = [(m.from_state, m.action, m.to_state) for m in session.scalars(select(EnrolmentMove))]
    assert moves == [("applied", "accept", "accepted"), ("accepted", "activate", "active")]
    session.commit()
    assert "mail.deliver" in jobs.run()
    mail = session.scalars(select(Mail)).one()
    session.refresh(mail)
    assert "Welcome aboard" in mail.body
    assert "Trail runners wanted" in mail.subject


def test_the_brand_may_certify_other_categories_of_the_mission(session: Session, now: datetime) -> None:
    brand = make_brand(session)
    shoes, trail = make_category(session, brand, "Shoes"), make_category(session, brand, "Shoes", "Trail shoes")
    enrolment = make_enrolment(session, make_mission(session, brand, categories=[shoes]), accepted=False)
    applications.accept(session, enrolment, by=enrolment.person_id, message="", category_ids=[trail.id], now=now)
    certified = select(EnrolmentCategory.category_id).where(EnrolmentCategory.certified_at.is_not(None))
    assert list(session.scalars(certified)) == [trail.id]


def test_a_second_application_is_refused(session: Session, now: datetime) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)), accepted=False)
    mission = session.get_one(Mission, enrolment.mission_id)
    with pytest.raises(AlreadyApplied):
        make_enrolment(session, mission, expert=session.get_one(Expert, enrolment.person_id))


def test_a_draft_a_paused_and_an_ended_mission_take_no_application(session: Session, now: datetime) -> None:
    brand = make_brand(session)
    paused = make_mission(session, brand, title_en="Paused")
    missions.move(session, paused, MissionAction.PAUSE, now=now)
    ended = make_mission(session, brand, title_en="Ended")
    ended.ends_on = ended.starts_on
    for mission in (make_mission(session, brand, published=False), paused, ended):
        with pytest.raises(MissionNotOpen):
            make_enrolment(session, mission)


def test_an_application_needs_words_a_shared_language_and_categories_of_the_mission(
    session: Session, now: datetime
) -> None:
    brand = make_brand(session)
    mission = make_mission(session, brand, languages=["fr"])
    category = missions.categories_of(session, mission.id)[0]
    other = make_category(session, brand, "Bags")
    french, english = make_expert(session), make_expert(session, languages=["en"])
    for expert, chosen, words in (
        (french, [category.id], "short"),
        (french, [], WORDS),
        (french, [category.id, other.id], WORDS),
        (english, [category.id], WORDS),
    ):
        with pytest.raises(ApplicationIncomplete):
            applications.apply(session, expert, mission, category_ids=chosen, motivation=words, now=now)


def test_a_full_mission_accepts_nobody_until_a_seat_is_free(session: Session, now: datetime) -> None:
    mission = make_mission(session, make_brand(session), seats=1)
    waiting = make_enrolment(session, mission, accepted=False)
    held = make_enrolment(session, mission)
    with pytest.raises(MissionFull):
        applications.accept(session, waiting, by=held.person_id, message="", now=now)
    enrolments.leave(session, held, by=held.person_id, now=now)
    applications.accept(session, waiting, by=held.person_id, message="", now=now)


def test_a_declined_applicant_reads_why(session: Session, jobs: JobRunner, now: datetime) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)), accepted=False)
    with pytest.raises(ApplicationIncomplete):
        applications.decline(session, enrolment, by=enrolment.person_id, message=" ", now=now)
    applications.decline(session, enrolment, by=enrolment.person_id, message="We have enough runners.", now=now)
    assert enrolment.state is EnrolmentState.DECLINED
    session.commit()
    jobs.run()
    mail = session.scalars(select(Mail)).one()
    session.refresh(mail)
    assert "We have enough runners." in mail.body


def test_a_suspension_names_its_rule_and_evidence_and_is_mailed(
    session: Session, jobs: JobRunner, now: datetime
) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)))
    by = make_expert(session).person_id
    with pytest.raises(ReasonMissing):
        enrolments.suspend(session, enrolment, rule=ConductRule.TRUTH, evidence="no", by=by, now=now)
    evidence = "Said that the shoe is waterproof; the sheet says it is not."
    enrolments.suspend(session, enrolment, rule=ConductRule.TRUTH, evidence=evidence, by=by, now=now)
    last = session.scalars(select(EnrolmentMove).order_by(EnrolmentMove.id.desc()).limit(1)).one()
    assert (last.to_state, last.by, last.reason) == ("suspended", str(by), f"truth: {evidence}")
    enrolments.reinstate(session, enrolment, by=by, reason="Cleared up", now=now)
    assert enrolment.state is EnrolmentState.ACTIVE
    session.commit()
    jobs.run()
    bodies = " ".join(mail.body for mail in session.scalars(select(Mail).execution_options(populate_existing=True)))
    assert evidence in bodies
    assert "Say only what you know" in bodies
    assert "Cleared up" in bodies


def test_an_expert_cannot_end_a_pause_of_the_brand(session: Session, now: datetime) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)))
    boss, own = make_expert(session).person_id, enrolment.person_id
    enrolments.pause(session, enrolment, by=boss, reason="Stock-taking", now=now)
    with pytest.raises(PausedByBrand):
        enrolments.resume(session, enrolment, by=own, now=now)
    enrolments.resume(session, enrolment, by=boss, now=now)
    enrolments.pause(session, enrolment, by=own, reason="", now=now)
    enrolments.resume(session, enrolment, by=own, now=now)
    assert enrolment.state is EnrolmentState.ACTIVE


@pytest.mark.parametrize("state", list(EnrolmentState))
@pytest.mark.parametrize("action", list(EnrolmentAction))
def test_every_move_goes_where_the_table_says_or_nowhere(
    session: Session, now: datetime, state: EnrolmentState, action: EnrolmentAction
) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)), accepted=False)
    enrolment.state, enrolment.decided_at = state, None if state is EnrolmentState.APPLIED else now
    session.flush()
    if ENROLMENT.allows(state, action):
        enrolments.move(session, enrolment, action, by=None, reason="", now=now)
        assert enrolment.state is ENROLMENT.after(state, action)
    else:
        with pytest.raises(ForbiddenMove):
            enrolments.move(session, enrolment, action, by=None, reason="", now=now)
        assert session.scalar(select(func.count()).select_from(EnrolmentMove)) == 0


def test_the_last_seat_is_given_once_however_many_accept_at_the_same_time(
    make_database: Callable[[], str], parts: Platform, now: datetime
) -> None:
    database = Database(make_database(), info=parts.database.info)
    with database.unit_of_work() as session:
        mission = make_mission(session, make_brand(session), seats=3)
        waiting = [make_enrolment(session, mission, accepted=False).id for _ in range(8)]
        by, mission_id = make_expert(session).person_id, mission.id
    start, refused = Barrier(8), []

    def accept(enrolment_id: UUID) -> None:
        start.wait()
        try:
            with database.unit_of_work() as session:
                enrolment = session.get_one(Enrolment, enrolment_id)
                applications.accept(session, enrolment, by=by, message="", now=now)
        except MissionFull:
            refused.append(enrolment_id)

    threads = [Thread(target=accept, args=(enrolment_id,)) for enrolment_id in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.unit_of_work() as session:
        assert enrolments.seats_taken(session, mission_id) == 3
    assert len(refused) == 5
    database.engine.dispose()
