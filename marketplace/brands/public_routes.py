"""The public face: what Comptoir is, and the board of open missions."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.brands import queries
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.locales import LOCALES
from marketplace.core.web import Door, transaction

door = Door("public", __name__, audience=Audience.PUBLIC)


@door.get("/")
def landing() -> ResponseReturnValue:
    """What it is, in one page."""
    return render_template("public/landing.html")


@door.get("/experts")
def experts() -> ResponseReturnValue:
    """For those who answer."""
    return render_template("public/experts.html")


@door.get("/brands")
def brands() -> ResponseReturnValue:
    """For those who ask for answers."""
    return render_template("public/brands.html")


@door.get("/help")
def help() -> ResponseReturnValue:
    """Questions and answers."""
    return render_template("public/help.html")


@door.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is kept about whom."""
    return render_template("public/privacy.html")


@door.get("/terms")
def terms() -> ResponseReturnValue:
    """Terms of use."""
    return render_template("public/terms.html")


@door.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """How accessible it is."""
    return render_template("public/accessibility.html")


@door.get("/missions")
def missions() -> ResponseReturnValue:
    """Every open mission."""
    search, language = request.args.get("q", "").strip(), request.args.get("language", "")
    today = utcnow().date()
    with transaction() as session:
        calls = queries.board(session, today=today, search=search, language=language if language in LOCALES else "")
    return render_template("brands/board.html", calls=calls, search=search, language=language, today=today)


@door.get("/missions/<brand>/<slug>")
def mission(brand: str, slug: str) -> ResponseReturnValue:
    """One mission with everything an expert must know before applying."""
    with transaction() as session:
        call = queries.find_call(session, brand, slug)
    if call is None:
        raise NotFound
    return render_template("brands/call.html", call=call, today=utcnow().date())
