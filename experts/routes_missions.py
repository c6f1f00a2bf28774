"""The expert's own missions: applications, enrolments, decisions, and what is left to do before the first question."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from experts import enrolments, queries
from experts.access import access_own_enrolment, own_expert
from experts.states import ENROLMENT, EnrolmentAction, EnrolmentState
from marketplace.accounts.access import access_person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction

door = Door("expert_missions", __name__, audience=Audience.EXPERT, url_prefix="/expert/missions")


@door.get("")
def index() -> ResponseReturnValue:
    """Everything applied for, newest first."""
    with transaction() as session:
        expert = own_expert(session, actor())
        rows = queries.enrolments_of(session, expert.person_id)
        person = access_person(session, actor(), expert.person_id)
        gates = queries.gates_of(session, expert, person)
        decisions = {
            row.enrolment.id: queries.last_move(session, row.enrolment.id)
            for row in rows
            if row.enrolment.state in {EnrolmentState.SUSPENDED, EnrolmentState.PAUSED}
        }
        own_pauses = {
            row.enrolment.id
            for row in rows
            if row.enrolment.state is EnrolmentState.PAUSED
            and enrolments.paused_by(session, row.enrolment) == expert.person_id
        }
    return render_template(
        "experts/missions.html", rows=rows, gates=gates, decisions=decisions, own_pauses=own_pauses,
        may=lambda row, action: ENROLMENT.allows(row.enrolment.state, EnrolmentAction(action)),
    )  # fmt: skip


@door.post("/<uuid:enrolment_id>/<any(pause, resume, leave):action>")
def move(enrolment_id: UUID, action: str) -> ResponseReturnValue:
    """Pause, resume or leave."""
    now = utcnow()
    with transaction() as session:
        enrolment = access_own_enrolment(session, actor(), enrolment_id, lock=True)
        by = enrolment.person_id
        if action == "pause":
            enrolments.pause(session, enrolment, by=by, reason="", now=now)
        elif action == "resume":
            enrolments.resume(session, enrolment, by=by, now=now)
        else:
            enrolments.leave(session, enrolment, by=by, now=now)
    said = {
        "pause": _("You are offered no questions of this mission until you resume."),
        "resume": _("You are offered questions of this mission again."),
        "leave": _("You have left the mission. What you earned stays yours."),
    }
    flash(said[action], "success")
    return redirect(url_for(".index"))
