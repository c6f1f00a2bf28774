"""Forms about money; what is allowed is decided by the services."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

REQUIRED = InputRequired(_l("Fill this in."))


class TopUpForm(FlaskForm):
    """Adding money."""

    amount = DecimalField(_l("Amount"), [REQUIRED, NumberRange(min=10, max=50_000)], places=2)
    way = RadioField(
        _l("How"), default="checkout",
        choices=[("checkout", _l("Card or SEPA direct debit")), ("transfer", _l("Bank transfer"))],
    )  # fmt: skip


class LimitsForm(FlaskForm):
    """The brand's limits."""

    month_cap = DecimalField(
        _l("Limit per month"), [Optional(), NumberRange(min=1, max=10_000_000)], places=2,
        description=_l("Beyond it no new conversation starts until the next month. Empty: no limit."),
    )  # fmt: skip
    day_cap = DecimalField(
        _l("Limit per day"), [Optional(), NumberRange(min=1, max=10_000_000)], places=2,
        description=_l("Beyond it no new conversation starts until the next day (UTC). Empty: no limit."),
    )  # fmt: skip
    warn_below = DecimalField(
        _l("Warn me below"), [Optional(), NumberRange(min=0, max=1_000_000)], places=2,
        description=_l("A mail goes to the owners when the free money falls below it, and another when it is empty."),
    )  # fmt: skip


class AutomaticForm(FlaskForm):
    """A wallet that fills itself."""

    on = BooleanField(_l("Top up automatically"))
    below = DecimalField(_l("When less is free than"), [REQUIRED, NumberRange(min=0, max=1_000_000)], places=2)
    amount = DecimalField(_l("Add each time"), [REQUIRED, NumberRange(min=10, max=50_000)], places=2)
    per_day = IntegerField(_l("At most so many times a day"), [REQUIRED, NumberRange(min=1, max=20)])


class WithdrawForm(FlaskForm):
    """Taking unused money out."""

    withdraw_amount = DecimalField(_l("Amount"), [REQUIRED, NumberRange(min=1, max=1_000_000)], places=2)


class NoteForm(FlaskForm):
    """What an operator found out."""

    note = StringField(_l("What was done"), [REQUIRED, Length(max=500)])
