"""The operator's view of experts."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from experts import availability, considered, profiles, queries, reputation
from experts.access import access_expert
from marketplace.accounts.access import access_person
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction
from marketplace.ratings.queries import around

door = Door("operator_experts", __name__, audience=Audience.OPERATOR, url_prefix="/operator/experts")
PAGE = 50


@door.get("")
def index() -> ResponseReturnValue:
    """Everybody who answers, newest first."""
    now, search = utcnow(), request.args.get("q", "").strip()
    before = request.args.get("before", type=UUID)
    with transaction() as session:
        rows = queries.find_experts(session, search=search, before=before, limit=PAGE + 1)
        people = [expert.person_id for expert, _person, _missions in rows]
        standings = reputation.of_many(session, people, now=now)
        counts = queries.offer_counts(session, people, now=now)
    following = url_for(".index", q=search or None, before=people[PAGE - 1]) if len(rows) > PAGE else None
    return render_template(
        "experts/operator_index.html", rows=rows[:PAGE], standings=standings, counts=counts, search=search,
        next_url=following, now_is={expert.person_id: availability.of(expert, now).value for expert, _p, _m in rows},
    )  # fmt: skip


@door.get("/<uuid:person_id>")
def show(person_id: UUID) -> ResponseReturnValue:
    """One expert: availability, enrolments, shares, ratings."""
    now = utcnow()
    with transaction() as session:
        expert = access_expert(session, actor(), person_id)
        person = access_person(session, actor(), person_id)
        rows = queries.enrolments_of(session, person_id)
        standing = reputation.of(session, person_id, now=now)
        shares = considered.shares(session, person_id, now=now)
        seen = considered.considered(session, person_id, now=now, limit=20)
        ratings = queries.ratings_of(session, person_id, limit=10)
        beside = around(session, [rating.id for rating, _category, _brand in ratings])
    return render_template(
        "experts/operator_show.html", expert=expert, person=person, rows=rows, standing=standing, shares=shares,
        seen=seen, ratings=ratings, beside=beside, now_is=availability.of(expert, now).value,
        headline=profiles.headline,
    )  # fmt: skip
