"""The page of the live board; all that moves comes over `/brand`."""

from flask import render_template
from flask.typing import ResponseReturnValue

from experts.board import board_json
from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.chat.conduct_words import TEXTS
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, transaction

door = Door("brand_live", __name__, audience=Audience.BRAND, url_prefix="/brand/live")


@door.get("")
def index() -> ResponseReturnValue:
    """The board as of now, and what this person may do on it."""
    with transaction() as session:
        brand = current_brand(session, actor())
        state = board_json(session, brand.id, locale=locale_code(), now=utcnow())
    boot = {
        "brand": {"id": str(brand.id), "name": brand.name, "accent": brand.accent},
        "me": str(actor().person_id or ""), "locale": locale_code(), "socket_path": "/socket.io", "state": state,
        "may": {"steer": may(actor(), brand.id, Role.AGENT), "close": may(actor(), brand.id, Role.MANAGER)},
        "rules": [
            {"key": rule.value, "name": str(words.name), "says": str(words.says)} for rule, words in TEXTS.items()
        ],
    }  # fmt: skip
    return render_template("experts/board.html", boot=boot, brand=brand)
