"""Ready replies, written on a page: an expert's own, and a brand's for all who answer in its name."""

from typing import Any
from uuid import UUID

from flask import Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from marketplace.brands.access import current_brand
from marketplace.brands.states import Role
from marketplace.chat import canned
from marketplace.chat.forms import LANGUAGES, ReplyForm
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, NavItem, Platform, actor, refusals, status_of, transaction


def _owner(session: Session, audience: Audience) -> dict[str, UUID | None]:
    if audience is Audience.BRAND:
        return {"person_id": None, "brand_id": current_brand(session, actor(), at_least=Role.MANAGER).id}
    return {"person_id": actor().person_id, "brand_id": None}


def _make(name: str, prefix: str, audience: Audience) -> Door:
    """The same pages for either owner."""
    door = Door(name, __name__, audience=audience, url_prefix=prefix)

    def page(form: ReplyForm | None = None, editing: UUID | None = None) -> str:
        with transaction() as session:
            replies = canned.replies_of(session, **_owner(session, audience))
            if form is None and editing is not None:
                form = ReplyForm(formdata=None, obj=canned.access_reply(session, actor(), editing))
        form = form or ReplyForm(formdata=None, language=locale_code())
        return render_template(
            "chat/replies.html", replies=replies, form=form, editing=editing, door=name, languages=LANGUAGES
        )

    def save(form: ReplyForm, reply_id: UUID | None) -> None:
        with transaction() as session:
            reply = canned.access_reply(session, actor(), reply_id) if reply_id else None
            canned.save(
                session, **_owner(session, audience), shortcut=form.shortcut.data, language=form.language.data,
                text=form.text.data, now=utcnow(), reply=reply,
            )  # fmt: skip

    @door.route("", methods=["GET", "POST"])
    def index() -> ResponseReturnValue:
        """All of them, and a form for another."""
        return answer(None)

    @door.route("/<uuid:reply_id>", methods=["GET", "POST"])
    def edit(reply_id: UUID) -> ResponseReturnValue:
        """One of them in the form."""
        return answer(reply_id)

    def answer(reply_id: UUID | None) -> ResponseReturnValue:
        form = ReplyForm()
        if form.validate_on_submit():
            with refusals(form):
                save(form, reply_id)
                flash(_("The reply is saved."), "success")
                return redirect(url_for(".index"))
        return page(form if form.is_submitted() else None, reply_id), status_of(form)

    @door.post("/<uuid:reply_id>/remove")
    def remove(reply_id: UUID) -> ResponseReturnValue:
        """One less."""
        with transaction() as session:
            session.delete(canned.access_reply(session, actor(), reply_id))
        flash(_("The reply is removed."), "success")
        return redirect(url_for(".index"))

    return door


expert_door = _make("expert_replies", "/expert/replies", Audience.EXPERT)
brand_door = _make("brand_replies", "/brand/replies", Audience.BRAND)


def register(app: Flask, parts: Platform) -> None:
    """Both doors and their places in the menus."""
    menu: Any = parts.nav
    app.register_blueprint(expert_door)
    app.register_blueprint(brand_door)
    menu.append(NavItem("expert", _l("Ready replies"), "expert_replies.index", "zap", order=30, group=_l("My work")))
    menu.append(NavItem("brand", _l("Ready replies"), "brand_replies.index", "zap", order=38, group=_l("Community")))
