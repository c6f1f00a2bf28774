"""The workbench's page: everything live comes over `/expert`."""

import json
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, render_template, send_from_directory
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from experts.access import access_expert
from experts.desk import desk_state, own_id, shop_origins
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, transaction

door = Door("expert_workbench", __name__, audience=Audience.EXPERT, url_prefix="/expert")


@door.get("/sw.js")
def worker() -> ResponseReturnValue:
    """The service worker of notifications; its scope is this folder."""
    return send_from_directory(Path(current_app.root_path) / "static" / "dist", "sw.js", mimetype="text/javascript")


@door.get("/app.webmanifest")
def manifest() -> ResponseReturnValue:
    """What a phone needs to install the workbench."""
    asset: Any = current_app.jinja_env.globals["asset"]
    page = {
        "name": "Comptoir", "short_name": "Comptoir", "start_url": "/expert/", "scope": "/expert/", "id": "/expert/",
        "display": "standalone", "background_color": "#0b2a33", "theme_color": "#0b2a33", "lang": locale_code(),
        "icons": [
            {"src": asset(f"img/{name}"), "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
            for name, purpose in (("favicon.svg", "any"), ("app.svg", "maskable"))
        ],
    }  # fmt: skip
    return Response(json.dumps(page), mimetype="application/manifest+json")


@door.get("/")
def index() -> ResponseReturnValue:
    """The desk, with its state as of now."""
    with transaction() as session:
        expert = access_expert(session, actor(), own_id(actor()))
        state = desk_state(session, expert, locale=locale_code(), now=utcnow())
        g.image_origins = "".join(f" {origin}" for origin in shop_origins(session, expert.person_id))
    boot = {"me": state["me"], "locale": locale_code(), "socket_path": "/socket.io", "state": state,
            "csrf": generate_csrf()}  # fmt: skip
    return render_template("experts/workbench.html", boot=boot)
