"""Pages of a conversation: the shopper's private link, and pictures of people who answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import refresh
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from marketplace.brands.models import Brand, Product
from marketplace.chat import conversations
from marketplace.chat.access import access_picture
from marketplace.chat.links import access_by_link
from marketplace.chat.models import Conversation
from marketplace.chat.picture_routes import picture_response, read_file
from marketplace.chat.picture_verbs import PictureVerbs
from marketplace.chat.socket import ConversationVerbs, MessageIn
from marketplace.chat.states import ConversationState
from marketplace.chat.wire import history
from marketplace.core.actors import Actor, Audience
from marketplace.core.clock import new_id, utcnow
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.web import Door, refusals, status_of, transaction
from marketplace.questions.asking import LONGEST
from marketplace.questions.conduct import cool_down
from marketplace.questions.models import Visitor

private = Door("private", __name__, audience=Audience.PUBLIC, url_prefix="/c")


class ReplyForm(FlaskForm):
    """The shopper's reply from the private page. The client id makes a double click one message."""

    client_id = HiddenField(validators=[DataRequired()])
    text = TextAreaField(validators=[Length(max=LONGEST)])
    picture = FileField()


class RatingForm(FlaskForm):
    """The rating from the private page."""

    stars = RadioField(choices=[(str(n), str(n)) for n in range(1, 6)], validators=[DataRequired()])
    comment = StringField(validators=[Optional(), Length(max=2_000)])


@private.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The thread, with a way to reply or to rate."""
    return _page(token, ReplyForm(formdata=None, client_id=str(new_id())), RatingForm(formdata=None))


@private.post("/<token>/reply")
def reply(token: str) -> ResponseReturnValue:
    """Continue the thread from the mail."""
    form = ReplyForm()
    if form.validate_on_submit():
        with refusals(form):
            _post(token, form)
            return redirect(url_for("private.show", token=token, _anchor="end"))
    return _page(token, form, RatingForm(formdata=None)), status_of(form)


def _post(token: str, form: ReplyForm) -> None:
    """Send the reply with the manners of the socket: rate, repetitions, insults and their pause, length."""
    try:
        client_id = UUID(form.client_id.data)
    except ValueError:
        raise Invalid("Reload the page, then try again.") from None
    with transaction() as session:
        conversation, actor = access_by_link(session, token, now=utcnow())
        conversation_id = conversation.id
        pause = cool_down(session.get_one(Visitor, conversation.visitor_id), now=utcnow())
    if pause is not None:
        raise pause
    verbs: ConversationVerbs = current_app.extensions["conversation_verbs"]
    text = form.text.data or ""
    sent = MessageIn(conversation_id=conversation_id, client_id=client_id, text=text)
    verbs.message(actor, sent, bring=_picture_of(form, actor, sent) if form.picture.data else None)


def _picture_of(form: ReplyForm, actor: Actor, sent: MessageIn) -> Callable[[], UUID]:
    def bring() -> UUID:
        verbs: PictureVerbs = current_app.extensions["picture_verbs"]
        kept = verbs.keep(
            actor, sent.conversation_id, client_id=sent.client_id, file_name=form.picture.data.filename or "",
            content=read_file(form.picture.data),
        )  # fmt: skip
        return UUID(kept["id"])

    return bring


@private.get("/<token>/pictures/<uuid:attachment_id>")
def picture(token: str, attachment_id: UUID) -> ResponseReturnValue:
    """A picture of the thread, for whoever holds its link."""
    with transaction() as session:
        conversation, actor = access_by_link(session, token, now=utcnow())
        found = access_picture(session, actor, attachment_id)
        if found.conversation_id != conversation.id:  # the link opens one conversation, not all of its shopper
            raise NotFound
        return picture_response(found, thumb="thumb" in request.args)


def _page(token: str, reply_form: ReplyForm, rating_form: RatingForm) -> str:
    with transaction() as session:
        conversation, _actor = access_by_link(session, token, now=utcnow(), lock=True)
        conversations.mark_read(conversation, by_shopper=True, seq=conversation.last_seq)
        g.locale = conversation.language
        refresh()  # the language may have been chosen before the conversation was known
        return render_template("chat/private.html", **_shown(session, conversation, token), form=reply_form,
                               rating_form=rating_form)  # fmt: skip


def _shown(session: Any, conversation: Conversation, token: str) -> dict[str, Any]:
    product = session.get(Product, conversation.product_id) if conversation.product_id else None
    return {
        "token": token, "brand": session.get_one(Brand, conversation.brand_id), "conversation": conversation,
        "product": product, "events": history(session, conversation.id, after=0, locale=conversation.language),
        "is_open": conversation.state is not ConversationState.CLOSED,
    }  # fmt: skip
