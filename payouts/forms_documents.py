"""Forms about legal details and documents; what is allowed is decided by the services."""

from typing import Any

from babel import Locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from experts.profiles import COUNTRIES
from marketplace.core.i18n import locale_code
from payouts.models import LegalParty
from payouts.states import VatStatus

REQUIRED = InputRequired(_l("Fill this in."))
STATUSES = [
    (VatStatus.FRANCHISE.value, _l("No VAT: small-business scheme (franchise en base)")),
    (VatStatus.REGISTERED.value, _l("Registered for VAT")),
]
FIELDS = (
    "name", "street", "postcode", "city", "country", "siren", "vat_status", "vat_number", "tin", "tin_country",
    "born_on",
)  # fmt: skip


class CompanyForm(FlaskForm):
    """Who a brand, or the platform, is for the law."""

    name = StringField(_l("Legal name"), [REQUIRED, Length(max=200)])
    street = StringField(_l("Street and number"), [REQUIRED, Length(max=200)])
    postcode = StringField(_l("Postcode"), [REQUIRED, Length(max=20)])
    city = StringField(_l("City"), [REQUIRED, Length(max=100)])
    country = SelectField(_l("Country"))
    siren = StringField(
        _l("SIREN"), [Optional(), Length(max=20)], description=_l("Nine digits, or the register number abroad.")
    )
    vat_status = SelectField(_l("VAT"), choices=STATUSES)
    vat_number = StringField(
        _l("VAT number"), [Optional(), Length(max=20)], description=_l("Such as FR40303265045.")
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = Locale.parse(locale_code()).territories
        countries = sorted(((code, names[code]) for code in COUNTRIES), key=lambda pair: pair[1])
        self.country.choices = countries
        if hasattr(self, "tin_country"):
            self.tin_country.choices = countries

    def fill(self, party: LegalParty | None) -> None:
        """Show what is known."""
        for name in FIELDS:
            if party is not None and hasattr(self, name):
                value = getattr(party, name)
                self[name].data = getattr(value, "value", value)

    def values(self) -> dict[str, Any]:
        """What was given."""
        return {name: self[name].data for name in FIELDS if hasattr(self, name)}


class ExpertForm(CompanyForm):
    """Who an expert is for the law, what the yearly report asks for, and the mandate."""

    tin = StringField(
        _l("Tax number"), [REQUIRED, Length(max=20)],
        description=_l("On your tax notice; in France 13 digits. Only for the yearly report to the tax office."),
    )  # fmt: skip
    tin_country = SelectField(_l("Country of the tax number"))
    born_on = DateField(_l("Date of birth"), [REQUIRED], description=_l("Only for the yearly report."))
    mandate = BooleanField(_l("I have read the mandate and accept it"))


class ContestForm(FlaskForm):
    """What is wrong with a document."""

    reason = TextAreaField(_l("What is wrong with it"), [REQUIRED, Length(max=2_000)])


class AnswerForm(FlaskForm):
    """What was done about it."""

    answer = TextAreaField(_l("What was done"), [REQUIRED, Length(max=2_000)])
