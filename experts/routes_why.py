"""Why (not) me: the decisions that looked at the expert, in plain words."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import considered, shares
from experts.access import access_considered, own_expert
from experts.models import Enrolment, EnrolmentCategory
from experts.own_path import own_path
from experts.routes_shares import chosen_days
from experts.scoring import DEFAULT_WEIGHTS
from marketplace.brands.models import Brand, Category
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction
from marketplace.insights import filters

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
        own = shares.brands_of(session, person_id)
        days, category = chosen_days(), filters.key(request.args.get("category", ""))
        group = shares.spread(session, brand_ids=own, category_id=category, days=days, now=now)
        categories = _certified(session, person_id)
    following = url_for(".index", before=rows[PAGE - 1].at.isoformat()) if len(rows) > PAGE else None
    return render_template(
        "experts/why.html", rows=rows[:PAGE], group=group, me=person_id, next_url=following, weights=DEFAULT_WEIGHTS,
        days=considered.PERIOD.days, period=days, periods=shares.PERIODS, category=category, categories=categories,
    )  # fmt: skip


def _certified(session: Session, person_id: UUID) -> list[tuple[str, Category]]:
    """(brand's name, category) in which the expert is certified: the choices of the comparison."""
    rows = session.execute(
        select(Category, Brand.name)
        .join(EnrolmentCategory, EnrolmentCategory.category_id == Category.id)
        .join(Enrolment, Enrolment.id == EnrolmentCategory.enrolment_id)
        .join(Brand, Brand.id == Category.brand_id)
        .where(Enrolment.person_id == person_id, EnrolmentCategory.certified_at.is_not(None))
        .order_by(Brand.name, Category.path_key)
        .distinct()
    )
    return [(brand, category) for category, brand in rows]


@door.get("/<uuid:question_id>")
def show(question_id: UUID) -> ResponseReturnValue:
    """One question: what each decision saw in the expert, beside the first of them."""
    with transaction() as session:
        person_id = own_expert(session, actor()).person_id
        path = own_path(session, access_considered(session, actor(), question_id), person_id)
    return render_template("experts/why_question.html", path=path)
