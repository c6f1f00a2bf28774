"""What every template knows: language, looks, whose space this is and its menu."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user

from marketplace.accounts.login import home_of
from marketplace.accounts.people import THEMES
from marketplace.core.actors import Actor, Audience
from marketplace.core.i18n import locale_code
from marketplace.core.web import NavItem, actor, platform

_SPACES = {"expert": Audience.EXPERT, "brand": Audience.BRAND, "operator": Audience.OPERATOR}


@dataclass(frozen=True, slots=True)
class NavLink:
    """A menu entry as the console shows it."""

    label: str
    url: str
    icon: str
    badge: int
    current: bool
    group: str


def init_context(app: Flask) -> None:
    """Give templates what they all need."""
    app.context_processor(_known)
    app.jinja_env.globals.setdefault("has_endpoint", lambda name: name in app.view_functions)


def _known() -> dict[str, Any]:
    persona = persona_here()
    return {
        "locale": locale_code(),
        "theme": theme_here(),
        "persona": persona,
        "nav": menu_of(persona, actor()) if persona != "public" else [],
        "test_payments": platform().settings.test_payments,
    }


def theme_here() -> str:
    """light, dark, or empty for the system's choice."""
    if not has_request_context():
        return ""
    wish = getattr(current_user, "theme", None) or request.cookies.get("theme", "")
    return wish if wish in THEMES else ""


def persona_here() -> str:
    """Whose space the page belongs to: expert, brand, operator or public."""
    if not has_request_context():
        return "public"
    first = request.path.split("/", 2)[1]
    who = actor()
    if first == "account" and who.person_id is not None:
        first = home_of(who).lstrip("/")
    audience = _SPACES.get(first)
    return first if audience is not None and who.may_enter(audience) else "public"


def menu_of(persona: str, who: Actor) -> list[NavLink]:
    """The persona's entries in their order, the one of this page marked."""
    items = sorted((item for item in platform().nav if item.persona == persona), key=lambda item: item.order)
    items = [item for item in items if item.endpoint in current_app.view_functions]
    if not items:
        return []
    urls = [url_for(item.endpoint) for item in items]
    here = max((url for url in urls if _is_below(request.path, url)), key=len, default="")
    badges = _badges(items, who)
    return [
        NavLink(str(item.label), url, item.icon, badge, url == here, str(item.group))
        for item, url, badge in zip(items, urls, badges, strict=True)
    ]


def _badges(items: list[NavItem], who: Actor) -> list[int]:
    if all(item.badge is None for item in items):
        return [0] * len(items)
    with platform().database.unit_of_work() as rows:
        return [item.badge(rows, who) if item.badge is not None else 0 for item in items]


def _is_below(path: str, url: str) -> bool:
    return path == url or path.startswith(url.rstrip("/") + "/")
