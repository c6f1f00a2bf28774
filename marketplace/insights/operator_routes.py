"""The operator's view of conversations, jobs and the health of the machine."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.chat.access import access_conversation
from marketplace.core import schema
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, platform, transaction
from marketplace.insights import attention, machine, talks

conversations = Door(
    "operator_conversations", __name__, audience=Audience.OPERATOR, url_prefix="/operator/conversations"
)
jobs = Door("operator_jobs", __name__, audience=Audience.OPERATOR, url_prefix="/operator/jobs")
health = Door("operator_health", __name__, audience=Audience.OPERATOR, url_prefix="/operator/health")


@conversations.get("/<uuid:conversation_id>")
def show(conversation_id: UUID) -> ResponseReturnValue:
    """Any conversation, to read."""
    with transaction() as session:
        conversation = access_conversation(session, actor(), conversation_id)
        talk = talks.read(session, conversation, locale=locale_code())
    return render_template("insights/conversation.html", talk=talk, persona_pages="operator")


@jobs.get("")
def index() -> ResponseReturnValue:
    """Counts by status, the jobs themselves, and those that come periodically."""
    status, task = request.args.get("status", ""), request.args.get("task", "")
    before = request.args.get("before", type=int)
    crons = {name: each.cron for name, each in platform().jobs.tasks.items() if each.cron}
    with transaction() as session:
        counts = machine.counts(session)
        found = machine.find_jobs(session, status=status, task=task, before=before)
        tasks = machine.task_names(session)
        periodic = machine.periodic(session, crons)
    following = None
    if len(found) > machine.PAGE:
        following = url_for(".index", status=status or None, task=task or None, before=found[machine.PAGE - 1].id)
    return render_template(
        "insights/jobs.html", counts=counts, jobs=found[: machine.PAGE], status=status, task=task, tasks=tasks,
        periodic=periodic, next_url=following, statuses=machine.STATUSES,
    )  # fmt: skip


@jobs.post("/<int:job_id>/retry")
def retry(job_id: int) -> ResponseReturnValue:
    """Try a failed job again."""
    with transaction() as session:
        machine.retry(session, job_id, now=utcnow())
    flash(_("The job is in the queue again."), "success")
    return redirect(url_for(".index", status="failed"))


@health.get("")
def health_page() -> ResponseReturnValue:
    """The parts that must answer, and what waits."""
    now = utcnow()
    with transaction() as session:
        beats = machine.heartbeats(session)
        facts = machine.database_facts(session)
        counts = machine.counts(session)
        waiting = machine.oldest_waiting(session, now=now)
        items = attention.items(session, now=now)
    alive = [beat for beat in beats if now - beat < machine.ALIVE]
    return render_template(
        "insights/health.html", beats=beats, alive=alive, facts_of_database=facts, counts=counts, waiting=waiting,
        items=items,
        schema_current=schema.is_current(platform().database.engine), settings=platform().settings,
    )  # fmt: skip
