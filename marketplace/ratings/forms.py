"""Forms about ratings."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length


class DecideForm(FlaskForm):
    """Keep or set aside, with a reason."""

    outcome = RadioField(
        _l("Decision"), [InputRequired(_l("Choose one of the two."))],
        choices=[("keep", _l("The rating stays and counts")), ("set_aside", _l("Set aside: it no longer counts"))],
    )  # fmt: skip
    reason = TextAreaField(
        _l("Reason"), [InputRequired(_l("Give the reason in a sentence: the expert reads it.")), Length(max=2_000)],
        description=_l("The expert is told the decision and this reason by e-mail."),
    )  # fmt: skip


class ReplyForm(FlaskForm):
    """The expert's answer to a rating."""

    text = TextAreaField(
        _l("Your reply"), [InputRequired(_l("Write something first.")), Length(max=1_000)],
        description=_l("The brand reads it, and so does everybody wherever the rating's words are shown."),
    )  # fmt: skip


class AskReviewForm(FlaskForm):
    """The expert asks that somebody looks again."""

    words = TextAreaField(
        _l("What is wrong with this rating"),
        [InputRequired(_l("Say in a sentence what is wrong with this rating.")), Length(max=2_000)],
    )  # fmt: skip
