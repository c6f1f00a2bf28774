"""Doors of the widget: the script, the panel's page, and the REST twin of every socket verb."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Site
from marketplace.brands.registry import note_seen
from marketplace.chat.picture_routes import bring_picture, visitor_by_token
from marketplace.chat.socket import CloseIn, ConversationIn, ConversationVerbs, MessageIn, ReadIn, SyncIn
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.core.locales import LOCALES
from marketplace.core.web import Door, actor, csrf, platform, transaction, wants_json
from marketplace.widget.appearance import position_of, text_of
from marketplace.widget.availability import availability
from marketplace.widget.colours import readable_accent
from marketplace.widget.texts import loader_texts
from marketplace.widget.verbs import AskIn, ChooseIn, EmailIn, RateIn, ShopperVerbs, TranscriptIn, open_brand

public = Door("widget", __name__, audience=Audience.PUBLIC, url_prefix="/w")
rest = Door("widget_rest", __name__, audience=Audience.SHOPPER, url_prefix="/w/v1", identify=visitor_by_token)
csrf.exempt(public)  # no cookie opens these doors, so there is nothing to forge
csrf.exempt(rest)


@public.get("/v1/<key>.js")
def loader(key: str) -> ResponseReturnValue:
    """The script tag's answer: code, settings, texts and availability in one response."""
    with transaction() as session:
        brand = open_brand(session, key)
        _note_seen(session, brand)
        config = _config(session, brand)
    response = Response(current_app.extensions["loader_script"].with_config(config), mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=30, stale-while-revalidate=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public.get("/panel")
def panel() -> ResponseReturnValue:
    """The page inside the frame; only the brand's sites may frame it."""
    locale = request.args.get("locale", "")[:2]
    with transaction() as session:
        brand = open_brand(session, request.args.get("key", ""))
        origins = _origins(session, brand)
        g.locale = locale if locale in {"fr", "en"} else brand.locale
        accent, on_accent = readable_accent(brand.accent)
        config = {
            "v": 1, "key": brand.key, "locale": g.locale, "accent": accent, "on_accent": on_accent,
            "brand": {"name": brand.name, "help_url": brand.help_url or None}, "origins": origins,
            "welcome": text_of(brand, "welcome", g.locale),
            "availability": availability(session, brand, now=utcnow()).as_json(),
            "privacy_url": f"{platform().settings.public_url}/privacy",
        }  # fmt: skip
    g.frame_ancestors = " ".join(["'self'", *origins])
    g.image_origins = "".join(f" {origin}" for origin in origins)
    response = make_response(render_template("widget/panel.html", panel=config, locale=g.locale))
    response.headers["Cross-Origin-Embedder-Policy"] = "credentialless"  # the shop's pictures carry no CORP header
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public.get("/now")
def now() -> ResponseReturnValue:
    """Whether somebody can answer now: JSON for the panel, a page of one line for a shop's hidden frame."""
    with transaction() as session:
        brand = open_brand(session, request.args.get("key", ""))
        origins = _origins(session, brand)
        there = availability(session, brand, now=utcnow()).as_json()
    if wants_json():
        return jsonify(there)
    g.frame_ancestors = " ".join(["'self'", *origins])
    response = make_response(render_template("widget/now.html", now=there))
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public.post("/v1/visitor")
def visitor() -> ResponseReturnValue:
    """A visitor token for clients without sockets."""
    body = _json()
    key = str(body.get("key", ""))
    _shoppers().check_origin(key=key, origin=request.headers.get("Origin") or _own_origin(), host=request.host)
    signed = body.get("jwt")
    _actor, _locale, welcome = _shoppers().arrive(
        key=key, token=None, signed=signed if isinstance(signed, str) and signed else None,
        locale=str(body["locale"]) if body.get("locale") else None, proof=str(body.get("proof") or "") or None,
    )  # fmt: skip
    return jsonify(welcome), 201


@public.get("/v1/challenge")
def challenge() -> ResponseReturnValue:
    """What a newcomer solves while many come at once."""
    return jsonify(_shoppers().challenge(request.args.get("key", "")))


@rest.get("/state")
def state() -> ResponseReturnValue:
    """What the shopper has under way."""
    return jsonify(_shoppers().state(actor(), request.headers.get("Authorization", "").partition(" ")[2].strip()))


@rest.post("/ask")
def ask() -> ResponseReturnValue:
    """Ask a question."""
    return jsonify(_shoppers().ask(actor(), _parse(AskIn), locale=g.get("locale", "en"))), 201


@rest.post("/questions/<uuid:question_id>/email")
def email(question_id: UUID) -> ResponseReturnValue:
    """Leave an address for the answer."""
    return jsonify(_shoppers().leave_email(actor(), _parse(EmailIn, question_id=question_id)))


@rest.post("/questions/<uuid:question_id>/choose")
def choose(question_id: UUID) -> ResponseReturnValue:
    """Say which of the likely categories the question is about."""
    return jsonify(_shoppers().choose(actor(), _parse(ChooseIn, question_id=question_id)))


@rest.post("/conversations/<uuid:conversation_id>/messages")
def message(conversation_id: UUID) -> ResponseReturnValue:
    """Send a message; the answer means that it is stored."""
    return jsonify(_conversations().message(actor(), _parse(MessageIn, conversation_id=conversation_id))), 201


@rest.post("/pictures")
def picture() -> ResponseReturnValue:
    """Bring a picture, which a message may then show."""
    return bring_picture()


@rest.get("/conversations/<uuid:conversation_id>/events")
def events(conversation_id: UUID) -> ResponseReturnValue:
    """Everything numbered above `after`."""
    after = request.args.get("after", "0")
    if not after.isdecimal():
        raise Invalid("`after` is the last number you know.", field="after")
    asked = SyncIn(conversation_id=conversation_id, after=int(after))
    return jsonify(_conversations().sync(actor(), asked, locale=g.get("locale", "en")))


@rest.post("/conversations/<uuid:conversation_id>/read")
def read(conversation_id: UUID) -> ResponseReturnValue:
    """Move the read mark."""
    return jsonify(_conversations().read(actor(), _parse(ReadIn, conversation_id=conversation_id)))


@rest.post("/conversations/<uuid:conversation_id>/close")
def close(conversation_id: UUID) -> ResponseReturnValue:
    """End the conversation."""
    return jsonify(_conversations().close(actor(), _parse(CloseIn, conversation_id=conversation_id)))


@rest.post("/conversations/<uuid:conversation_id>/rate")
def rate(conversation_id: UUID) -> ResponseReturnValue:
    """Save one click of a rating."""
    return jsonify(_shoppers().rate(actor(), _parse(RateIn, conversation_id=conversation_id)))


@rest.post("/conversations/<uuid:conversation_id>/transcript")
def transcript(conversation_id: UUID) -> ResponseReturnValue:
    """A copy by mail."""
    return jsonify(_shoppers().transcript(actor(), _parse(TranscriptIn, conversation_id=conversation_id)))


@rest.post("/conversations/<uuid:conversation_id>/erase")
def erase(conversation_id: UUID) -> ResponseReturnValue:
    """Take everything personal out of the conversation."""
    return jsonify(_shoppers().erase(actor(), ConversationIn(conversation_id=conversation_id)))


@rest.post("/conversations/<uuid:conversation_id>/typing")
def typing(conversation_id: UUID) -> ResponseReturnValue:
    """Accepted and not passed on: without a socket there is nobody to show it to in time."""
    return jsonify(conversation_id=str(conversation_id))


def _shoppers() -> ShopperVerbs:
    found: ShopperVerbs = current_app.extensions["shopper_verbs"]
    return found


def _conversations() -> ConversationVerbs:
    found: ConversationVerbs = current_app.extensions["conversation_verbs"]
    return found


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("Send a JSON object.")
    return body


def _parse(model: Any, **from_path: Any) -> Any:
    assert issubclass(model, BaseModel)
    try:
        return model.model_validate({**_json(), **from_path})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid("%(where)s: %(what)s", field=where or None, where=where, what=first["msg"]) from error


def _own_origin() -> str:
    return f"{request.scheme}://{request.host}"


def _config(session: Session, brand: Brand) -> dict[str, Any]:
    accent, on_accent = readable_accent(brand.accent)
    origin = platform().settings.public_url.rstrip("/")
    return {
        "v": 1, "key": brand.key, "origin": origin, "panel_url": f"{origin}/w/panel?key={brand.key}",
        "locale_texts": _launcher_texts(brand), "availability": availability(session, brand, now=utcnow()).as_json(),
        "accent": accent, "on_accent": on_accent, "position": position_of(brand), "help_url": brand.help_url or None,
        "brand": {"name": brand.name},
    }  # fmt: skip


def _launcher_texts(brand: Brand) -> dict[str, dict[str, str]]:
    """The loader's texts, with the brand's own words on the button where it has some."""
    own = {locale: text_of(brand, "launcher", locale) for locale in LOCALES}
    return {
        locale: {**texts, "A question?": own[locale] or texts["A question?"]}
        for locale, texts in loader_texts().items()
    }


def _origins(session: Session, brand: Brand) -> list[str]:
    return list(session.scalars(select(Site.origin).where(Site.brand_id == brand.id).order_by(Site.origin)))


def _note_seen(session: Session, brand: Brand) -> None:
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc:
        note_seen(session, brand.id, f"{parts.scheme}://{parts.netloc}", now=utcnow())
