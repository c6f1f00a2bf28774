"""Forms of the brand's widget; what is allowed is decided by the service, not here."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional


class AppearanceForm(FlaskForm):
    """What shoppers see first."""

    accent = StringField(_l("Colour"), [InputRequired(), Length(max=7)], render_kw={"type": "color"})
    position = RadioField(_l("Corner"), choices=[("right", _l("right")), ("left", _l("left"))], default="right")
    launcher_en = StringField(
        _l("Button, in English"), [Optional()], render_kw={"maxlength": 40, "placeholder": "A question?", "lang": "en"}
    )
    launcher_fr = StringField(
        _l("Button, in French"), [Optional()],
        render_kw={"maxlength": 40, "placeholder": "Une question\u00a0?", "lang": "fr"},
    )  # fmt: skip
    welcome_en = StringField(
        _l("Welcome, in English"), [Optional()],
        render_kw={"maxlength": 80, "placeholder": "Ask somebody who uses it.", "lang": "en"},
    )  # fmt: skip
    welcome_fr = StringField(
        _l("Welcome, in French"), [Optional()],
        render_kw={"maxlength": 80, "placeholder": "Demandez à quelqu’un qui s’en sert.", "lang": "fr"},
    )  # fmt: skip


class IdentityForm(FlaskForm):
    """Who may ask."""

    only = BooleanField(_l("Only customers whom the shop vouches for may ask"))
