"""The operator's mailbox: what left, what did not, and what it said."""

from uuid import UUID

from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, transaction
from marketplace.mail import outbox, queries
from marketplace.mail.access import access_mail
from marketplace.mail.rendering import render
from marketplace.mail.states import MailState

door = Door("operator_mail", __name__, audience=Audience.OPERATOR, url_prefix="/operator/mail")
PAGE = 50


@door.get("")
def index() -> ResponseReturnValue:
    """Newest first, searched by recipient or subject."""
    search, chosen = request.args.get("q", "").strip(), request.args.get("state", "")
    state = MailState(chosen) if chosen in set(MailState) else None
    before = request.args.get("before", type=UUID)
    with transaction() as session:
        mails = queries.find_mail(session, search=search, state=state, before=before, limit=PAGE + 1)
    following = (
        url_for(".index", q=search or None, state=chosen or None, before=mails[PAGE - 1].id)
        if len(mails) > PAGE
        else None
    )
    return render_template(
        "mail/index.html", mails=mails[:PAGE], search=search, state=chosen, states=list(MailState), next_url=following
    )


@door.get("/<uuid:mail_id>")
def show(mail_id: UUID) -> ResponseReturnValue:
    """One mail: text as sent, HTML in a frame that may run nothing."""
    with transaction() as session:
        mail = access_mail(session, actor(), mail_id)
    letter = render(current_app._get_current_object(), mail.template, mail.locale, mail.context)  # type: ignore[attr-defined]
    return render_template("mail/show.html", mail=mail, letter=letter, now=utcnow())


@door.get("/<uuid:mail_id>/html")
def show_html(mail_id: UUID) -> ResponseReturnValue:
    """The HTML part alone, for the frame: no script, no request, no form can leave it."""
    with transaction() as session:
        mail = access_mail(session, actor(), mail_id)
    letter = render(current_app._get_current_object(), mail.template, mail.locale, mail.context)  # type: ignore[attr-defined]
    g.frame_ancestors = "'self'"
    response = Response(letter.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    return response


@door.post("/<uuid:mail_id>/again")
def send_again(mail_id: UUID) -> ResponseReturnValue:
    """Try a failed mail anew."""
    with transaction() as session:
        outbox.send_again(session, access_mail(session, actor(), mail_id, lock=True))
    flash(_("The mail is queued again."), "success")
    return redirect(url_for(".show", mail_id=mail_id))
