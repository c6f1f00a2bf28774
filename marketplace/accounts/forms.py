"""Forms of accounts; what is allowed is decided by the services, not here."""

from functools import cache
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

REQUIRED = InputRequired(_l("Fill this in."))
_NEW_PASSWORD = {"autocomplete": "new-password", "minlength": "10"}


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(_l("E-mail address"), [REQUIRED, Length(max=300)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [REQUIRED, Length(max=300)], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class SignUpForm(FlaskForm):
    """Who somebody is and what brings them."""

    wish = RadioField(
        _l("What brings you here?"),
        choices=[("expert", _l("I answer shoppers’ questions")), ("brand", _l("I ask for answers on my shop"))],
        default="expert",
    )
    name = StringField(_l("Your name"), [REQUIRED, Length(max=80)], render_kw={"autocomplete": "name"})
    email = EmailField(_l("E-mail address"), [REQUIRED, Length(max=300)], render_kw={"autocomplete": "email"})
    password = PasswordField(
        _l("Password"), [REQUIRED, Length(max=300)], description=_l("At least 10 characters."), render_kw=_NEW_PASSWORD
    )
    time_zone = HiddenField(default="Europe/Paris")
    next = HiddenField()


class ConfirmForm(FlaskForm):
    """One button."""


class ResetForm(FlaskForm):
    """Which account forgot its password."""

    email = EmailField(_l("E-mail address"), [REQUIRED, Length(max=300)], render_kw={"autocomplete": "username"})


class NewPasswordForm(FlaskForm):
    """A new password, by a mailed link."""

    password = PasswordField(
        _l("New password"), [REQUIRED, Length(max=300)], description=_l("At least 10 characters."),
        render_kw=_NEW_PASSWORD,
    )  # fmt: skip


class ChangePasswordForm(NewPasswordForm):
    """A new password, by the present one."""

    current = PasswordField(
        _l("Present password"), [REQUIRED, Length(max=300)], render_kw={"autocomplete": "current-password"}
    )


class ProfileForm(FlaskForm):
    """Name, language, time zone and looks."""

    name = StringField(_l("Your name"), [REQUIRED, Length(max=80)], render_kw={"autocomplete": "name"})
    locale = SelectField(_l("Language"), choices=[("fr", "Français"), ("en", "English")])
    time_zone = SelectField(_l("Time zone"))
    theme = SelectField(
        _l("Colours"), choices=[("", _l("As the system")), ("light", _l("Light")), ("dark", _l("Dark"))]
    )
    picture = FileField(_l("Picture"), description=_l("PNG, JPEG or WebP, at most 2 MB."))

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)
        self.time_zone.choices = list(zones())


@cache
def zones() -> tuple[str, ...]:
    """Time zones by region and city."""
    left_out = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(left_out)))
