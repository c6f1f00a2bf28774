"""Forms of conversations; what is allowed is decided by the services, not here."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.chat import canned
from marketplace.core.locales import LOCALES

REQUIRED = InputRequired(_l("Fill this in."))
LANGUAGES = {"fr": _l("French"), "en": _l("English")}


class ReplyForm(FlaskForm):
    """One ready reply."""

    shortcut = StringField(
        _l("Shortcut"), [REQUIRED, Length(max=41)],
        description=_l("Type / in an empty message and then this, like “welcome”."),
    )  # fmt: skip
    language = SelectField(_l("Language"), choices=[(code, LANGUAGES.get(code, code)) for code in LOCALES])
    text = TextAreaField(
        _l("Text"), [REQUIRED, Length(max=canned.LONGEST)], render_kw={"rows": 5},
        description=_l("{name}, {product} and {brand} are filled in."),
    )  # fmt: skip
