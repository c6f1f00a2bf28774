"""Forms of brands; what is allowed is decided by the services, not here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.brands.states import Role, SaleSplit

REQUIRED = InputRequired(_l("Fill this in."))
ROLES = [
    (Role.MANAGER.value, _l("manager: missions, sites, catalogue")),
    (Role.AGENT.value, _l("agent: answers too, in the brand’s name")),
    (Role.ANALYST.value, _l("analyst: reads")),
    (Role.OWNER.value, _l("owner: everything, the team and money too")),
]
SPLITS = [
    (SaleSplit.LAST_HELPER.value, _l("the last who helped gets all")),
    (SaleSplit.BY_CONTRIBUTION.value, _l("all share, by the messages each wrote")),
]


class BrandForm(FlaskForm):
    """What a brand begins with."""

    name = StringField(_l("Name of the brand"), [REQUIRED, Length(max=80)], render_kw={"autocomplete": "organization"})
    origin = StringField(
        _l("Address of the shop"), [REQUIRED, Length(max=300)], description=_l("Like https://www.example.com.")
    )
    help_url = StringField(
        _l("Help page"), [Optional(), Length(max=300)],
        description=_l("Questions about orders are sent there, never to an expert."),
    )  # fmt: skip
    currency = SelectField(
        _l("Currency"), choices=[(code, code) for code in ("EUR", "CHF", "GBP", "USD", "CAD")], default="EUR"
    )


class SettingsForm(FlaskForm):
    """How the brand shows itself."""

    name = StringField(_l("Name of the brand"), [REQUIRED, Length(max=80)])
    accent = StringField(_l("Colour"), [REQUIRED, Length(max=7)], render_kw={"type": "color"})
    help_url = StringField(
        _l("Help page"), [Optional(), Length(max=300)],
        description=_l("Questions about orders are sent there, never to an expert."),
    )  # fmt: skip
    help_email = EmailField(_l("Help address"), [Optional(), Length(max=300)])
    takes_later = BooleanField(_l("Take questions for later when nobody is free"))


class SiteForm(FlaskForm):
    """One more origin."""

    origin = StringField(
        _l("Address of the shop"), [REQUIRED, Length(max=300)], description=_l("Like https://www.example.com.")
    )


class InviteForm(FlaskForm):
    """Somebody for the team."""

    email = EmailField(_l("E-mail address"), [REQUIRED, Length(max=300)])
    role = SelectField(_l("Role"), choices=ROLES)


class AcceptForm(FlaskForm):
    """One button."""


class UploadForm(FlaskForm):
    """A catalogue file."""

    file = FileField(_l("CSV file"), [FileRequired(_l("Choose a file."))], render_kw={"accept": ".csv,text/csv"})


class MissionForm(FlaskForm):
    """A mission; amounts in major units, shares in per cent, as people write them."""

    title_fr = StringField(_l("Title in French"), [Length(max=120)])
    title_en = StringField(_l("Title in English"), [Length(max=120)])
    description_fr = TextAreaField(_l("Description in French"), [Length(max=4000)])
    description_en = TextAreaField(_l("Description in English"), [Length(max=4000)])
    rules_fr = TextAreaField(_l("Rules in French"), [Length(max=4000)])
    rules_en = TextAreaField(_l("Rules in English"), [Length(max=4000)])
    category_ids = SelectMultipleField(
        _l("Categories"), coerce=lambda value: UUID(str(value)), description=_l("Each with everything below it.")
    )
    languages = SelectMultipleField(_l("Languages"), choices=[("fr", "Français"), ("en", "English")])
    pay = DecimalField(
        _l("Pay per conversation"), [InputRequired(_l("Fill this in.")), NumberRange(min=0, max=1000)], places=2,
        description=_l("Gross, for each qualified conversation: the shopper wrote again after the expert’s answer."),
    )  # fmt: skip
    floor = DecimalField(
        _l("Least per qualified conversation"), [Optional(), NumberRange(min=0, max=1000)], places=2, default=0,
        description=_l("What it earns at least when it ends. A share of a sale comes on top."),
    )  # fmt: skip
    sale_percent = DecimalField(_l("Share of a sale"), [Optional(), NumberRange(min=0, max=50)], places=2, default=0)
    attribution_hours = IntegerField(
        _l("Window for a sale, in hours"), [Optional(), NumberRange(min=1, max=720)], default=48
    )
    sale_split = SelectField(
        _l("When several helped"), choices=SPLITS, default=SaleSplit.LAST_HELPER.value,
        description=_l("Who gets the share of the sale. Experts see it on the mission’s page."),
    )  # fmt: skip
    return_days = IntegerField(
        _l("Days to return goods"), [Optional(), NumberRange(min=0, max=120)], default=14,
        description=_l("The share of a sale stays pending so long; what is returned takes its part back."),
    )  # fmt: skip
    starts_on = DateField(_l("From"), [InputRequired(_l("Fill this in."))])
    ends_on = DateField(_l("Until"), [Optional()])
    seats = IntegerField(_l("Seats"), [InputRequired(_l("Fill this in.")), NumberRange(min=1, max=10_000)], default=20)

    pay_minor = property(lambda self: self.pay)
    floor_minor = property(lambda self: self.floor)
    sale_bps = property(lambda self: self.sale_percent)
    # a refusal names the stored thing; it is shown beside the field that people write

    def offer_categories(self, choices: Iterable[tuple[UUID, str]]) -> None:
        """The brand's own categories, as (id, name with its place in the tree)."""
        self.category_ids.choices = [(key, name) for key, name in choices]

    def values(self) -> dict[str, Any]:
        """What the service takes: minor units (of a currency with two decimals), basis points."""
        return {
            **{
                name: self[name].data or ""
                for name in ("title_en", "title_fr", "description_en", "description_fr", "rules_en", "rules_fr")
            },
            "category_ids": self.category_ids.data or [],
            "languages": self.languages.data or [],
            "pay_minor": round((self.pay.data or 0) * 100),
            "floor_minor": round((self.floor.data or 0) * 100),
            "sale_bps": round((self.sale_percent.data or 0) * 100),
            "attribution_hours": self.attribution_hours.data or 48,
            "sale_split": SaleSplit(self.sale_split.data),
            "return_days": 14 if self.return_days.data is None else self.return_days.data,
            "starts_on": self.starts_on.data,
            "ends_on": self.ends_on.data,
            "seats": self.seats.data,
        }
