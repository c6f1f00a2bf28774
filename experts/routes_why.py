"""Why (not) me: the decisions that looked at the expert, in plain words."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from experts import considered
from experts.access import access_considered, own_expert
from experts.own_path import own_path
from experts.scoring import DEFAULT_WEIGHTS
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction

door = Door("expert_why", __name__, audience=Audience.EXPERT, url_prefix="/expert/why")
PAGE = 30


@door.get("")
def index() -> ResponseReturnValue:
    """Shares first, then each decision."""
    now = utcnow()
    try:
        before = datetime.fromisoformat(request.args["before"]) if "before" in request.args else None
    except ValueError:
        before = None
    if before is not None and before.tzinfo is None:
        before = None
    with transaction() as session:
        person_id = own_expert(session, actor()).person_id
        rows = considered.considered(session, person_id, now=now, before=before, limit=PAGE + 1)
        shares = considered.shares(session, person_id, now=now)
    following = url_for(".index", before=rows[PAGE - 1].at.isoformat()) if len(rows) > PAGE else None
    return render_template(
        "experts/why.html", rows=rows[:PAGE], shares=shares, next_url=following, weights=DEFAULT_WEIGHTS,
        days=considered.PERIOD.days,
    )  # fmt: skip


@door.get("/<uuid:question_id>")
def show(question_id: UUID) -> ResponseReturnValue:
    """One question: what each decision saw in the expert, beside the first of them."""
    with transaction() as session:
        person_id = own_expert(session, actor()).person_id
        path = own_path(session, access_considered(session, actor(), question_id), person_id)
    return render_template("experts/why_question.html", path=path)
