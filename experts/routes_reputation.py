"""Reputation: what ratings add up to, with the thresholds and the rows; the right of reply and of a second look."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import queries, reputation
from experts.access import own_expert
from experts.models import Reputation
from experts.pool import OVERALL
from experts.scoring import DEFAULT_WEIGHTS, REPUTATION_HALF_LIFE_SECONDS
from marketplace.brands.models import Brand, Category
from marketplace.chat.access import access_conversation
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from marketplace.insights import talks
from marketplace.ratings import replies, reviews
from marketplace.ratings.access import access_own_rating
from marketplace.ratings.forms import AskReviewForm, ReplyForm
from marketplace.ratings.queries import around

door = Door("expert_reputation", __name__, audience=Audience.EXPERT, url_prefix="/expert/reputation")
PAGE = 20
COUNTING = {"yes": True, "no": False}


@door.get("")
def index() -> ResponseReturnValue:
    """Over all, per category, how the stars are spread, and each rating with whether it counts."""
    now, before = utcnow(), request.args.get("before", type=UUID)
    counting = request.args.get("counts", "")
    with transaction() as session:
        person_id = own_expert(session, actor()).person_id
        whole = session.get(Reputation, (person_id, OVERALL))
        overall = reputation.standing_of(whole, whole, now=now)
        rows = _by_category(session, person_id)
        groups = reputation.group_means(session, [OVERALL, *(category.id for _row, category, _brand in rows)])
        standings = [(category, brand, reputation.standing_of(row, whole, now=now)) for row, category, brand in rows]
        stars = queries.star_counts(session, person_id)
        ratings = queries.ratings_of(
            session, person_id, before=before, counts=COUNTING.get(counting), limit=PAGE + 1
        )  # fmt: skip
        beside = around(session, [rating.id for rating, _category, _brand in ratings])
    following = None
    if len(ratings) > PAGE:
        following = url_for(".index", before=ratings[PAGE - 1][0].id, counts=counting or None)
    return render_template(
        "experts/reputation.html", overall=overall, standings=standings, stars=stars, ratings=ratings[:PAGE],
        beside=beside, next_url=following, least=reputation.LEAST_PUBLISHED,
        good=reputation.GOOD, half_life=round(REPUTATION_HALF_LIFE_SECONDS / 86_400), prior=DEFAULT_WEIGHTS,
        groups=groups, overall_key=OVERALL, levels=reputation.LEVELS, counting=counting,
    )  # fmt: skip


def _by_category(session: Session, person_id: UUID) -> list[tuple[Reputation, Category, Brand]]:
    rows = session.execute(
        select(Reputation, Category, Brand)
        .join(Category, Category.id == Reputation.category_id)
        .join(Brand, Brand.id == Category.brand_id)
        .where(Reputation.person_id == person_id)
        .order_by(Brand.name, Category.path_key)
    )
    return [(row, category, brand) for row, category, brand in rows]


@door.get("/<uuid:rating_id>")
def show(rating_id: UUID) -> ResponseReturnValue:
    """One rating: what was said, the reply, the review."""
    return _page(rating_id, ReplyForm(None), AskReviewForm(None))


@door.post("/<uuid:rating_id>/reply")
def answer(rating_id: UUID) -> ResponseReturnValue:
    """Write the reply, or change it within its day."""
    form = ReplyForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                rating = access_own_rating(session, actor(), rating_id, lock=True)
                replies.reply(session, rating, text=form.text.data or "", by=rating.person_id, now=utcnow())
            flash(_("Your reply stands beside the rating. You can change it for 24 hours."), "success")
            return redirect(url_for(".show", rating_id=rating_id))
    return _page(rating_id, form, AskReviewForm(None))


@door.post("/<uuid:rating_id>/review")
def ask_review(rating_id: UUID) -> ResponseReturnValue:
    """Ask that somebody looks at the rating again."""
    form = AskReviewForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                rating = access_own_rating(session, actor(), rating_id, lock=True)
                reviews.ask(session, rating, words=form.words.data or "", now=utcnow())
            flash(_("Somebody will look at it within seven days; you are told the outcome."), "success")
            return redirect(url_for(".show", rating_id=rating_id))
    return _page(rating_id, ReplyForm(None), form)


def _page(rating_id: UUID, replying: ReplyForm, asking: AskReviewForm) -> ResponseReturnValue:
    now = utcnow()
    with transaction() as session:
        rating = access_own_rating(session, actor(), rating_id)
        reply, review = around(session, [rating.id])[rating.id]
        if reply is not None and not replying.text.data:
            replying.text.data = reply.text
        talk = talks.read(
            session, access_conversation(session, actor(), rating.conversation_id), locale=locale_code()
        )  # fmt: skip
        page = render_template(
            "experts/rating.html", rating=rating, reply=reply, review=review, talk=talk, replying=replying,
            asking=asking, may_reply=reply is None or replies.is_editable(reply, now=now),
            may_ask=reviews.may_ask(rating, review, now=now), ask_until=rating.rated_at + reviews.ASK_WITHIN,
        )  # fmt: skip
    return page, max(status_of(replying), status_of(asking))
