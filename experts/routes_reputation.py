"""Reputation: what ratings add up to, with the thresholds and the rows."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from experts import queries, reputation
from experts.access import own_expert
from experts.models import Reputation
from experts.pool import OVERALL
from experts.scoring import DEFAULT_WEIGHTS, REPUTATION_HALF_LIFE_SECONDS
from marketplace.brands.models import Brand, Category
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction

door = Door("expert_reputation", __name__, audience=Audience.EXPERT, url_prefix="/expert/reputation")
PAGE = 20


@door.get("")
def index() -> ResponseReturnValue:
    """Over all, per category, how the stars are spread, and each rating."""
    now, before = utcnow(), request.args.get("before", type=UUID)
    with transaction() as session:
        person_id = own_expert(session, actor()).person_id
        rows = session.execute(
            select(Reputation, Category, Brand)
            .join(Category, Category.id == Reputation.category_id)
            .join(Brand, Brand.id == Category.brand_id)
            .where(Reputation.person_id == person_id)
            .order_by(Brand.name, Category.path_key)
        ).all()
        whole = session.get(Reputation, (person_id, OVERALL))
        standings = [(category, brand, reputation.standing_of(row, whole, now=now)) for row, category, brand in rows]
        overall = reputation.standing_of(whole, whole, now=now)
        stars = queries.star_counts(session, person_id)
        ratings = queries.ratings_of(session, person_id, before=before, limit=PAGE + 1)
    following = url_for(".index", before=ratings[PAGE - 1][0].id) if len(ratings) > PAGE else None
    return render_template(
        "experts/reputation.html", overall=overall, standings=standings, stars=stars, ratings=ratings[:PAGE],
        next_url=following, least=reputation.LEAST_PUBLISHED, good=reputation.GOOD,
        half_life=round(REPUTATION_HALF_LIFE_SECONDS / 86_400), prior=DEFAULT_WEIGHTS,
    )  # fmt: skip
