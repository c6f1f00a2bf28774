"""Ratings that look wrong: the queue of a brand's managers and of operators, and the decision."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.brands.access import access_brand, current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, refusals, status_of, transaction
from marketplace.ratings import queries, reviews
from marketplace.ratings.access import access_review
from marketplace.ratings.forms import DecideForm
from marketplace.ratings.models import RatingReview

brand = Door("brand_reviews", __name__, audience=Audience.BRAND, url_prefix="/brand/reviews")
operator = Door("operator_reviews", __name__, audience=Audience.OPERATOR, url_prefix="/operator/reviews")


@brand.get("")
def index() -> ResponseReturnValue:
    """The brand's own."""
    with transaction() as session:
        return _list(session, "brand", current_brand(session, actor()).id)


@operator.get("", endpoint="index")
def index_of_all() -> ResponseReturnValue:
    """Those of all brands."""
    with transaction() as session:
        return _list(session, "operator", None)


@brand.route("/<uuid:review_id>", methods=["GET", "POST"])
def show(review_id: UUID) -> ResponseReturnValue:
    """One, with the form to decide it."""
    return _one("brand", review_id)


@operator.route("/<uuid:review_id>", methods=["GET", "POST"], endpoint="show")
def show_any(review_id: UUID) -> ResponseReturnValue:
    """The same for operators."""
    return _one("operator", review_id)


def _list(session: Session, space: str, brand_id: UUID | None) -> ResponseReturnValue:
    is_open = request.args.get("show") != "ended"
    text = request.args.get("page", "")
    number = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    rows, total = queries.find_reviews(session, brand_id=brand_id, is_open=is_open, number=number)
    shown = "ended" if not is_open else None
    return render_template(
        "ratings/reviews.html", rows=rows, total=total, is_open=is_open, space=space,
        waiting=queries.count_open(session, None if brand_id is None else [brand_id]),
        previous=url_for(".index", show=shown, page=number - 1) if number > 1 else None,
        next=url_for(".index", show=shown, page=number + 1) if total > number * queries.PAGE else None,
    )  # fmt: skip


def _one(space: str, review_id: UUID) -> ResponseReturnValue:
    form = DecideForm()
    decided = False
    with transaction() as session:
        review = _let_through(session, space, review_id, lock=request.method == "POST")
        if request.method == "POST" and form.validate():
            review = access_review(session, actor(), review_id, at_least=Role.MANAGER)
            with refusals(form):
                reviews.decide(
                    session, review, set_aside=form.outcome.data == "set_aside", reason=form.reason.data or "",
                    by=actor().person_id, now=utcnow(),
                )  # fmt: skip
                decided = True
        if not decided:
            replies = queries.around(session, [review.rating_id])
            page = render_template(
                "ratings/review.html", row=queries.review_row(session, review), form=form, space=space,
                reply=replies[review.rating_id][0], moves=queries.moves_of(session, review.id),
                can_decide=may(actor(), review.brand_id, Role.MANAGER),
            )  # fmt: skip
            return page, status_of(form)
    flash(_("Decided. The expert was told by e-mail."), "success")
    return redirect(url_for(".index"))


def _let_through(session: Session, space: str, review_id: UUID, *, lock: bool) -> RatingReview:
    review = access_review(session, actor(), review_id, lock=lock)
    if space == "brand":
        access_brand(session, actor(), review.brand_id)
    return review
