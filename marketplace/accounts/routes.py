"""Signing up, in and out; links that were mailed; preferences, also of strangers."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import people, signins, throttle
from marketplace.accounts.access import access_person
from marketplace.accounts.avatars import read_avatar
from marketplace.accounts.errors import EmailNotConfirmed, EmailTaken, LinkExpired, TooManyTries, WrongSignIn
from marketplace.accounts.forms import ConfirmForm, NewPasswordForm, ResetForm, SignInForm, SignUpForm
from marketplace.accounts.login import home_of, safe_next, sign_in_browser, sign_out_browser
from marketplace.accounts.models import Person
from marketplace.accounts.people import THEMES
from marketplace.core.actors import STRANGER, Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.locales import LOCALES
from marketplace.core.web import Door, actor, explain, platform, refusals, status_of, transaction

door = Door("accounts", __name__, audience=Audience.PUBLIC)
_YEAR = 365 * 86_400
_FIRST_PAGE = {"expert": "/missions", "brand": "/brand/new"}
"""Where somebody goes after confirming the address, by what they came for."""


@door.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Throttled per account and address; after too many failures it says how long to wait."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET" and actor() != STRANGER:
        return redirect(safe_next(request.args.get("next")) or home_of(actor()))
    if form.validate_on_submit():
        person: Person | None = None
        try:
            with refusals(form):
                person = _prove(form.email.data, form.password.data)
        finally:
            form.password.data = ""
        if person is not None:
            who = sign_in_browser(person.id)
            return redirect(safe_next(form.next.data) or home_of(who))
    return _sign_in_page(form)


def _prove(email: str, password: str) -> Person:
    """Whoever these belong to; failures are counted. Raises what `check_sign_in` does, and `TooManyTries`."""
    throttle.check(throttle.SIGN_IN, email)
    try:
        with transaction() as session:
            person = people.check_sign_in(session, email=email, password=password)
    except WrongSignIn:
        throttle.count(throttle.SIGN_IN, email)
        raise
    except EmailNotConfirmed:
        throttle.check(throttle.MAIL, email)
        throttle.count(throttle.MAIL, email)
        with transaction() as session:
            waiting = people.find_by_email(session, email)
            assert waiting is not None
            people.send_confirmation(session, waiting, now=utcnow())
        raise
    throttle.forget(throttle.SIGN_IN, email)
    return person


def _sign_in_page(form: SignInForm) -> ResponseReturnValue:
    status = status_of(form)
    response = make_response(render_template("accounts/sign_in.html", form=form), status)
    try:
        if request.method == "POST":
            throttle.check(throttle.SIGN_IN, form.email.data or "")
    except TooManyTries as error:
        response.status_code = 429
        response.headers["Retry-After"] = str(round(error.retry_after or 60))
    return response


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Revoke this browser's sign-in."""
    sign_out_browser()
    flash(_("You are signed out."), "success")
    return redirect(url_for("public.landing"))


@door.get("/home")
def home() -> ResponseReturnValue:
    """To the person's own space; people without one choose what to begin."""
    who = actor()
    if who == STRANGER:
        return redirect(url_for(".sign_in", next="/home"))
    target = home_of(who)
    return redirect(target) if target != request.path else render_template("accounts/welcome.html")


@door.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> ResponseReturnValue:
    """The same page follows whether or not the address is known: only its holder is told."""
    wish = request.args.get("as", "expert")
    given = {"wish": wish if wish in _FIRST_PAGE else "expert", "email": request.args.get("email", "")}
    form = SignUpForm(**given, next=request.args.get("next", ""))
    if form.validate_on_submit():
        with refusals(form):
            throttle.check(throttle.MAIL, form.email.data)
            _begin(form)
            throttle.count(throttle.MAIL, form.email.data)
            return render_template("accounts/check_mail.html", email=form.email.data)
    return render_template("accounts/sign_up.html", form=form), status_of(form)


def _begin(form: SignUpForm) -> None:
    now = utcnow()
    then = safe_next(form.next.data) or _FIRST_PAGE[form.wish.data]
    try:
        with transaction() as session:
            people.sign_up(
                session, email=form.email.data, name=form.name.data, password=form.password.data,
                locale=locale_code(), time_zone=form.time_zone.data or "Europe/Paris", now=now, then=then,
            )  # fmt: skip
    except EmailTaken:
        with transaction() as session:
            holder = people.find_by_email(session, people.clean_email(form.email.data))
            assert holder is not None
            people.tell_already_registered(session, holder, now=now)


@door.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """A button, so that mail scanners that follow links confirm nothing; then signed in."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                person, then = people.confirm(session, token, now=utcnow())
        except LinkExpired as error:
            return render_template("accounts/link_expired.html", detail=explain(error), again="sign_in"), 422
        who = sign_in_browser(person.id)
        flash(_("Your e-mail address is confirmed. Welcome!"), "success")
        return redirect(safe_next(then) or home_of(who))
    return render_template("accounts/confirm.html", form=form, token=token)


@door.route("/reset", methods=["GET", "POST"])
def ask_reset() -> ResponseReturnValue:
    """The answer is the same for known and unknown addresses."""
    form = ResetForm()
    if form.validate_on_submit():
        with refusals(form):
            throttle.check(throttle.MAIL, form.email.data)
            throttle.count(throttle.MAIL, form.email.data)
            with transaction() as session:
                people.ask_reset(session, email=form.email.data, now=utcnow())
            return render_template("accounts/check_mail.html", email=form.email.data)
    return render_template("accounts/reset.html", form=form), status_of(form)


@door.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password; every browser is signed out, then this one in."""
    form = NewPasswordForm()
    now = utcnow()
    try:
        with transaction() as session:
            people.open_reset(session, token)
    except LinkExpired as error:
        return render_template("accounts/link_expired.html", detail=explain(error), again="ask_reset"), 422
    if form.validate_on_submit():
        person: Person | None = None
        with refusals(form), transaction() as session:
            person = people.reset(session, token, password=form.password.data, now=now)
            signins.revoke_all(session, person.id, now=now)
        if person is not None:
            who = sign_in_browser(person.id)
            flash(_("Your new password is set."), "success")
            return redirect(home_of(who))
    return render_template("accounts/new_password.html", form=form, token=token), status_of(form)


@door.post("/preferences")
def preferences() -> ResponseReturnValue:
    """Language and colours, kept in the account when there is one, and by cookie."""
    response = redirect(safe_next(request.form.get("next")) or "/")
    chosen: dict[str, Any] = {}
    if request.form.get("locale") in LOCALES:
        chosen["locale"] = request.form["locale"]
    if request.form.get("theme", "-") in THEMES:
        chosen["theme"] = request.form["theme"]
    secure = platform().settings.public_url.startswith("https://")
    for name, value in chosen.items():
        response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=secure)
    if chosen and current_user.is_authenticated:
        with transaction() as session:
            person = access_person(session, actor(), current_user.actor.person_id, lock=True)
            for name, value in chosen.items():
                setattr(person, name, value)
    return response


@door.get("/avatars/<name>")
def avatar(name: str) -> ResponseReturnValue:
    """A portrait; its name changes with the picture, so it may be kept for long."""
    parts = platform()
    with transaction() as session:
        content, media_type = read_avatar(session, parts.storage, name)
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
