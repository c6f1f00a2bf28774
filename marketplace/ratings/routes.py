"""Rating from the private page of a conversation."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.chat.links import access_by_link
from marketplace.chat.routes import RatingForm
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.web import Door, transaction
from marketplace.ratings.rating import rate

door = Door("ratings", __name__, audience=Audience.PUBLIC, url_prefix="/c")


@door.post("/<token>/rate")
def rate_by_link(token: str) -> ResponseReturnValue:
    """Save the stars and the comment."""
    form = RatingForm()
    if not form.validate_on_submit():
        raise Invalid("Choose one to five stars, then send again.")
    with transaction() as session:
        conversation, _actor = access_by_link(session, token, now=utcnow(), lock=True)
        rate(session, conversation, stars=int(form.stars.data), comment=form.comment.data or None, now=utcnow())
    return redirect(url_for("private.show", token=token, _anchor="end"))
