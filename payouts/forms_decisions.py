"""Forms about decisions on pay: disputes, taking back, bonuses."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, EmailField, HiddenField, SelectField, TextAreaField, validators
from wtforms.validators import InputRequired, Length, NumberRange

from marketplace.chat.conduct_words import TEXTS

REQUIRED = InputRequired(_l("Fill this in."))


class DisputeForm(FlaskForm):
    """The expert's words."""

    statement = TextAreaField(
        _l("Why the decision is wrong"), [REQUIRED, Length(max=4000)],
        description=_l("The brand and, if it holds to its decision, an operator read it beside the conversation."),
    )  # fmt: skip


class AnswerForm(FlaskForm):
    """The brand's words."""

    answer = TextAreaField(
        _l("Why you hold to it"), [REQUIRED, Length(max=4000)],
        description=_l("Point to the messages. The expert reads it, and an operator decides."),
    )  # fmt: skip


class DecideForm(FlaskForm):
    """The operator's words."""

    decision = TextAreaField(_l("Reason of the decision"), [REQUIRED, Length(max=4000)])


class TakeBackForm(FlaskForm):
    """A named rule, and what happened."""

    rule = SelectField(_l("Rule that was broken"), choices=[(rule.value, text.name) for rule, text in TEXTS.items()])
    because = TextAreaField(
        _l("What happened"), [REQUIRED, Length(min=10, max=300)],
        description=_l("The expert reads it and can dispute it."),
    )  # fmt: skip


class BonusForm(FlaskForm):
    """A bonus of a brand."""

    id = HiddenField(validators=[validators.UUID()])
    person_id = SelectField(_l("Expert"), coerce=lambda value: UUID(str(value)))
    amount = DecimalField(_l("Amount"), [REQUIRED, NumberRange(min=0.5, max=1000)], places=2)
    reason = TextAreaField(
        _l("What it is for"), [REQUIRED, Length(min=3, max=300)], description=_l("The expert reads it.")
    )


class PlatformBonusForm(FlaskForm):
    """A bonus of the platform."""

    id = HiddenField(validators=[validators.UUID()])
    email = EmailField(_l("E-mail address of the expert"), [REQUIRED, Length(max=300)])
    amount = DecimalField(_l("Amount"), [REQUIRED, NumberRange(min=0.5, max=1000)], places=2)
    reason = TextAreaField(
        _l("What it is for"), [REQUIRED, Length(min=3, max=300)], description=_l("The expert reads it.")
    )
