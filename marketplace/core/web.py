"""The HTTP edge: doors that declare who may enter, one transaction, one mapping of errors."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from marketplace.core.actors import STRANGER, Actor, Audience
from marketplace.core.db import Database
from marketplace.core.errors import (
    UNREADABLE,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unavailable,
)
from marketplace.core.jobs import Jobs
from marketplace.core.realtime import Realtime
from marketplace.core.settings import Settings
from marketplace.core.storage import Storage

log = structlog.get_logger()
csrf = CSRFProtect()

STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (TooMany, 429), (NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422), (Unavailable, 503),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of a persona's menu. `badge` counts what waits there, for this actor."""

    persona: str
    label: Any
    endpoint: str
    icon: str
    order: int = 50
    group: Any = ""
    badge: Callable[[Session, Actor], int] | None = None


@dataclass(slots=True)
class Platform:
    """What a running application is made of; reached through `platform()` at the edges only."""

    settings: Settings
    database: Database
    jobs: Jobs
    realtime: Realtime
    storage: Storage
    nav: list[NavItem] = field(default_factory=list)
    sweeps: list[Callable[[Database], None]] = field(default_factory=list)
    """What the worker does each second: move on whatever is due, under SKIP LOCKED."""

    def database_now(self) -> Database:
        """The database, asked for at each use: tests put another in its place."""
        return self.database


def platform() -> Platform:
    """The running application's parts."""
    found: Platform = current_app.extensions["comptoir"]
    return found


def transaction() -> AbstractContextManager[Session]:
    """The one transaction of this request."""
    return platform().database.unit_of_work()


def actor() -> Actor:
    """Who acts in this request."""
    known: Actor | None = g.get("actor")
    return known or getattr(current_user, "actor", None) or STRANGER


class Door(Blueprint):
    """A blueprint that says who may enter. `identify` finds the actor of programs and shoppers by their token.

    Deny by default: start-up fails for a blueprint that is not a `Door` (see `verify_doors`).
    """

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        audience: Audience,
        url_prefix: str | None = None,
        identify: Callable[[], Actor] | None = None,
    ):
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.audience = audience
        self._identify = identify
        self.before_request(self._enter)

    def _enter(self) -> ResponseReturnValue | None:
        if self._identify is not None and request.method != "OPTIONS":
            g.actor = self._identify()
        if request.method == "OPTIONS" or actor().may_enter(self.audience):
            return None
        if actor() == STRANGER and not wants_json():
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        if actor() == STRANGER:
            return problem(401, "sign_in_first", gettext("Sign in first."))
        if actor().is_newcomer and self.audience in {Audience.BRAND, Audience.EXPERT} and not wants_json():
            return redirect(url_for("accounts.home"))  # which offers the ways in
        raise Forbidden


def verify_doors(app: Flask) -> None:
    """Refuse to start when an endpoint does not say who may enter."""
    for rule in app.url_map.iter_rules():
        blueprint = app.blueprints.get(rule.endpoint.partition(".")[0])
        if not isinstance(blueprint, Door):
            raise RuntimeError(f"{rule.endpoint} ({rule.rule}) does not declare who may enter: use a Door")


@contextmanager
def refusals(form: FlaskForm) -> Iterator[None]:
    """Show a domain refusal beside the field it names, with the other values kept."""
    try:
        yield
    except DomainError as error:
        target = getattr(form, error.field, None) if error.field else None
        (target.errors if target is not None else form.form_errors).append(explain(error))


def status_of(form: FlaskForm) -> int:
    """422 for a form that was refused, else 200."""
    return 422 if form.errors or form.form_errors else 200


def explain(error: DomainError) -> str:
    """The refusal in the reader's language."""
    return gettext(error.detail, **error.values) if error.values else gettext(error.detail)


def wants_json() -> bool:
    """Whether a program asks."""
    if request.path.startswith(("/w/v1/", "/api/", "/hooks/")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """An error as RFC 9457 asks for."""
    response = jsonify(type="about:blank", title=code, status=status, code=code, detail=detail, **more)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _on_domain_error(error: DomainError) -> ResponseReturnValue:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    retry_after = getattr(error, "retry_after", None)
    if wants_json():
        more: dict[str, Any] = {"retry_after": retry_after} if retry_after is not None else {}
        if error.field:
            more["field"] = error.field
        response = problem(status, error.code, explain(error), **more)
    else:
        response = Response(render_template("errors/page.html", status=status, detail=explain(error)), status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


def _on_unreadable(error: Exception) -> ResponseReturnValue:
    log.warning("unreadable_request", path=request.path, error=type(error).__name__)
    return _on_domain_error(Invalid())


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    if wants_json():
        return problem(status, error.name.lower().replace(" ", "_"), error.description or error.name)
    return render_template("errors/page.html", status=status, detail=""), status


def _on_crash(_error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    log.exception("request_failed", reference=reference, path=request.path)
    if wants_json():
        return problem(500, "internal", gettext("Something broke on our side."), reference=reference)
    return render_template("errors/page.html", status=500, detail="", reference=reference), 500


CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{images}; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}"
)


def _secure(response: Response) -> Response:
    ancestors = g.get("frame_ancestors", "'none'")
    headers = response.headers
    policy = CONTENT_POLICY.format(ancestors=ancestors, images=g.get("image_origins", ""))
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=()")
    if ancestors == "'none'":
        headers.setdefault("X-Frame-Options", "DENY")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers and response.mimetype == "text/html":
        headers["Cache-Control"] = "no-store"
    return response


def init_web(app: Flask) -> None:
    """Install CSRF, headers and the mapping of errors."""
    csrf.init_app(app)
    app.after_request(_secure)
    app.register_error_handler(DomainError, _on_domain_error)
    for kind in UNREADABLE:
        app.register_error_handler(kind, _on_unreadable)
    app.register_error_handler(HTTPException, _on_http_error)
    if not app.testing:
        app.register_error_handler(Exception, _on_crash)
