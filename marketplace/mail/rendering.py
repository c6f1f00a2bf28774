"""Mail in its reader's language, by the application's own templates (`templates/email/<name>/`)."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import force_locale

from marketplace.core.locales import LOCALES
from marketplace.mail.outbox import Letter


def render(app: Flask, template: str, locale: str, context: Mapping[str, Any]) -> Letter:
    """Render subject, text and HTML. `public_url` and `locale` are known to every mail template."""
    locale = locale if locale in LOCALES else "en"
    known = {**context, "locale": locale, "public_url": app.extensions["comptoir"].settings.public_url}

    def part(name: str) -> str:
        return app.jinja_env.get_template(f"email/{template}/{name}").render(known)

    with app.app_context(), force_locale(locale):
        subject = " ".join(part("subject.txt").split())
        return Letter(subject=subject, text=part("body.txt").strip() + "\n", html=part("body.html"))
