"""Forms of experts; what is allowed is decided by the services, not here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any
from uuid import UUID

from babel import Locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from experts import profiles
from experts.enrolments import ConductRule
from experts.hours import MINUTES, Span
from marketplace.accounts.forms import zones
from marketplace.core.i18n import locale_code
from marketplace.push.models import PushQuiet

REQUIRED = InputRequired(_l("Fill this in."))
LANGUAGES = [("fr", "Français"), ("en", "English")]
RULES = [
    (ConductRule.RESPECT.value, _l("Speak with respect, whatever the shopper says.")),
    (ConductRule.TRUTH.value, _l("Say only what you know; say so when you do not know.")),
    (ConductRule.PRIVACY.value, _l("Ask for no personal data, and keep what you learn to yourself.")),
    (ConductRule.COMPETITION.value, _l("Lead nobody to another shop or to a channel of your own.")),
    (ConductRule.PRESENCE.value, _l("Accept a question only when you are there to answer it.")),
    (ConductRule.IDENTITY.value, _l("Answer yourself: an account belongs to one person.")),
]


def _category_key(value: object) -> UUID:
    return UUID(str(value))


class ProfileForm(FlaskForm):
    """What shoppers and brands read of an expert."""

    public_name = StringField(
        _l("Name shown to shoppers"), [REQUIRED, Length(max=profiles.LONGEST_NAME)],
        description=_l("A first name or a nickname."),
    )  # fmt: skip
    headline_fr = StringField(_l("In one line, in French"), [Length(max=profiles.LONGEST_HEADLINE)])
    headline_en = StringField(
        _l("In one line, in English"), [Length(max=profiles.LONGEST_HEADLINE)],
        description=_l("Such as: trail runner for ten years, 1,200 km a year."),
    )  # fmt: skip
    languages = SelectMultipleField(_l("Languages you answer in"), choices=LANGUAGES)
    country = SelectField(_l("Country"))
    time_zone = SelectField(_l("Time zone"))
    bio = TextAreaField(
        _l("About you"), [Length(max=profiles.LONGEST_BIO)],
        description=_l("Brands read it with your application; shoppers do not."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = Locale.parse(locale_code()).territories
        self.country.choices = sorted(((code, names[code]) for code in profiles.COUNTRIES), key=lambda pair: pair[1])
        self.time_zone.choices = list(zones())

    def profile(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "public_name": self.public_name.data or "", "languages": self.languages.data or [],
            "country": self.country.data, "time_zone": self.time_zone.data,
            "headline_en": self.headline_en.data or "", "headline_fr": self.headline_fr.data or "",
            "bio": self.bio.data or "",
        }  # fmt: skip


class ApplyForm(ProfileForm):
    """A profile, categories and words for one mission."""

    category_ids = SelectMultipleField(
        _l("Categories you know"), coerce=_category_key, description=_l("Each with everything below it.")
    )
    motivation = TextAreaField(
        _l("Why you"), [Length(max=2_000)],
        description=_l("What you own, use and know; the brand reads it before it decides. At least 20 characters."),
    )  # fmt: skip
    later = SubmitField(_l("Save for later"))

    def offer_categories(self, choices: Iterable[tuple[UUID, str]]) -> None:
        """The mission's categories, as (id, name)."""
        self.category_ids.choices = list(choices)

    def draft(self) -> dict[str, Any]:
        """What is kept in the browser's session until the application is sent."""
        kept = {name: self[name].data for name in ("public_name", "headline_fr", "headline_en", "languages", "country")}
        chosen = [str(key) for key in self.category_ids.data or []]
        return {**kept, "category_ids": chosen, "motivation": (self.motivation.data or "")[:1_500]}


class PictureForm(FlaskForm):
    """A portrait."""

    picture = FileField(
        _l("Picture"), [FileRequired(_l("Choose a file."))], description=_l("PNG, JPEG or WebP, at most 8 MB."),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )  # fmt: skip


class DayForm(Form):
    """Two shifts of one weekday."""

    starts_1 = TimeField(_l("from"), [Optional()])
    ends_1 = TimeField(_l("to"), [Optional()])
    starts_2 = TimeField(_l("and from"), [Optional()])
    ends_2 = TimeField(_l("to"), [Optional()])


class WeekForm(FlaskForm):
    """Seven days; 00:00 as an end is midnight."""

    days = FieldList(FormField(DayForm), min_entries=7, max_entries=7)

    @staticmethod
    def data_of(week: Mapping[int, Sequence[Span]]) -> dict[str, Any]:
        """Stored hours as the form shows them: the first two shifts of each day."""
        days: list[dict[str, time | None]] = []
        for weekday in range(7):
            day: dict[str, time | None] = {}
            for number, (starts, ends) in enumerate(sorted(week.get(weekday, ()))[:2], 1):
                day[f"starts_{number}"], day[f"ends_{number}"] = clock(starts), clock(ends)
            days.append(day)
        return {"days": days}

    def rows(self) -> list[tuple[int, int, int]]:
        """(weekday, start, end) in minutes for each shift whose start and end are given."""
        found = []
        for weekday, day in enumerate(self.days.data):
            for number in (1, 2):
                starts, ends = day[f"starts_{number}"], day[f"ends_{number}"]
                if starts is not None and ends is not None:
                    found.append((weekday, minutes(starts), minutes(ends) or MINUTES))
        return found

    def is_half_given(self) -> bool:
        """Whether some shift has a start without an end, or the other way round."""
        return any(
            (day[f"starts_{number}"] is None) != (day[f"ends_{number}"] is None)
            for day in self.days.data
            for number in (1, 2)
        )


class ExceptionForm(FlaskForm):
    """A day off, or other hours on one day."""

    on_date = DateField(_l("Day"), [REQUIRED])
    starts = TimeField(_l("from"), [Optional()], description=_l("Empty for a day off."))
    ends = TimeField(_l("to"), [Optional()])

    def span(self) -> Span | None:
        """The hours, or none for a day off."""
        if self.starts.data is None or self.ends.data is None:
            return None
        return minutes(self.starts.data), minutes(self.ends.data) or MINUTES


class QuietForm(FlaskForm):
    """Between which times no device rings."""

    starts = TimeField(_l("from"), [Optional()])
    ends = TimeField(_l("to"), [Optional()])

    def minute(self, name: str) -> int | None:
        """One of the two in minutes since midnight."""
        given: time | None = self[name].data
        return None if given is None else given.hour * 60 + given.minute

    def show(self, quiet: PushQuiet | None) -> None:
        """Fill in what is stored."""
        if quiet is not None:
            self.starts.data = time(quiet.starts // 60, quiet.starts % 60)
            self.ends.data = time(quiet.ends // 60, quiet.ends % 60)


class CapacityForm(FlaskForm):
    """How many at once."""

    capacity = IntegerField(
        _l("Conversations at once"), [REQUIRED, NumberRange(min=1, max=10)],
        description=_l("Over all brands together. You are busy when you serve that many."),
    )  # fmt: skip


class AcceptForm(FlaskForm):
    """Yes, with words and categories."""

    category_ids = SelectMultipleField(_l("Certified for"), coerce=_category_key)
    welcome = TextAreaField(_l("Message to the expert"), [Length(max=2_000)])

    message = property(lambda self: self.welcome)
    # a refusal names the stored thing; the two forms of a page must not share the name of a field


class DeclineForm(FlaskForm):
    """No, with words."""

    message = TextAreaField(
        _l("Message to the applicant"), [REQUIRED, Length(max=2_000)], description=_l("It is mailed as you write it.")
    )


class SuspendForm(FlaskForm):
    """A decision that names its rule."""

    rule = SelectField(_l("Rule that was broken"), choices=RULES)
    evidence = TextAreaField(
        _l("What happened"), [REQUIRED, Length(max=2_000)],
        description=_l("The expert reads this and can answer. What was earned is paid."),
    )  # fmt: skip


class CertifyForm(FlaskForm):
    """Categories of an enrolled expert."""

    category_ids = SelectMultipleField(_l("Certified for"), coerce=_category_key)


def minutes(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute


def clock(minute: int) -> time:
    """The time of day; 1440 is shown as 00:00."""
    return time(minute % MINUTES // 60, minute % 60)
