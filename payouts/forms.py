"""Forms about money; what is allowed is decided by the services."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

REQUIRED = InputRequired(_l("Fill this in."))


class TopUpForm(FlaskForm):
    """Adding money."""

    amount = DecimalField(_l("Amount"), [REQUIRED, NumberRange(min=10, max=50_000)], places=2)


class LimitsForm(FlaskForm):
    """The brand's limits."""

    month_cap = DecimalField(
        _l("Limit per month"), [Optional(), NumberRange(min=1, max=10_000_000)], places=2,
        description=_l("Beyond it no new conversation starts until the next month. Empty: no limit."),
    )  # fmt: skip
    warn_below = DecimalField(
        _l("Warn me below"), [Optional(), NumberRange(min=0, max=1_000_000)], places=2,
        description=_l("A mail goes to the owners when the free money falls below it."),
    )  # fmt: skip


class NoteForm(FlaskForm):
    """What an operator found out."""

    note = StringField(_l("What was done"), [REQUIRED, Length(max=500)])
