"""Languages of the reader: locale and time zone, amounts and instants as people write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user
from markupsafe import Markup

from marketplace.core.locales import DEFAULT_ZONE, LOCALES
from marketplace.core.money import Money


def choose_locale() -> str:
    """The forced one (mail, widget) > the account's > the reader's choice > the browser's > English."""
    if not has_request_context():
        return "en"
    forced: str | None = g.get("locale")
    if forced in LOCALES:
        return str(forced)
    for wish in (getattr(current_user, "locale", None), request.cookies.get("locale")):
        if wish in LOCALES:
            return str(wish)
    return request.accept_languages.best_match(LOCALES) or "en"


def choose_zone() -> str:
    """The account's time zone, else Paris."""
    zone = getattr(current_user, "time_zone", None) if has_request_context() else None
    return zone or DEFAULT_ZONE


def locale_code() -> str:
    """“fr” or “en”."""
    locale = get_locale()
    return locale.language if locale is not None else "en"


def money(amount: Money | int, currency: str = "EUR", locale: str | None = None) -> str:
    """An amount with its currency, in the reader's writing."""
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    return format_currency(value.decimal, value.currency, locale=locale or locale_code()).replace("\u202f", "\u00a0")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(choose_zone()))


def _stamp(moment: datetime, text: str, look: str = "") -> Markup:
    return Markup('<time datetime="{}"{}>{}</time>').format(
        moment.isoformat(timespec="seconds"), Markup(' data-look="{}"').format(look) if look else "", text
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return gettext("%(n)s s", n=round(seconds))
    if seconds < 5_400:
        return gettext("%(n)s min", n=round(seconds / 60))
    if seconds < 172_800:
        return gettext("%(n)s h", n=round(seconds / 3_600))
    return gettext("%(n)s days", n=round(seconds / 86_400))


def _percent(share: float) -> str:
    locale = Locale.parse(locale_code())
    pattern = locale.percent_formats[None].pattern.replace("0", "0.#", 1)
    return format_percent(share, pattern, locale=locale).replace("\u202f", "\u00a0")


def init_i18n(app: Flask) -> Babel:
    """Install Flask-Babel and the filters that templates use."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "marketplace/translations")
    babel = Babel(app, locale_selector=choose_locale, timezone_selector=choose_zone)
    filters = app.jinja_env.filters
    filters["money"] = money
    filters["datetime"] = lambda m: _stamp(m, format_datetime(_local(m), "medium", locale=locale_code()))
    filters["date"] = lambda m: (
        _stamp(m, format_date(_local(m), "medium", locale=locale_code()))
        if isinstance(m, datetime)
        else Markup('<time datetime="{}">{}</time>').format(m.isoformat(), day(m))
    )
    filters["time"] = lambda m: _stamp(m, format_time(_local(m), "short", locale=locale_code()))
    filters["relative"] = lambda m: _stamp(m, format_datetime(_local(m), "short", locale=locale_code()), "relative")
    filters["duration"] = _duration
    filters["percent"] = _percent
    filters["number"] = lambda x: format_decimal(x, locale=locale_code()).replace("\u202f", "\u00a0")
    app.jinja_env.globals["locale_name"] = lambda code: Locale.parse(code).get_display_name(locale_code()) or code
    return babel


def day(value: date) -> str:
    """A date in the reader's writing."""
    return format_date(value, "medium", locale=locale_code())


__all__ = ["day", "gettext", "init_i18n", "lazy_gettext", "locale_code", "money", "ngettext"]
