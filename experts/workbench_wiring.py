"""Composition of matching and the workbench."""

from flask import Flask
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from experts import dispatch, routes_board, routes_desk, routes_paths, routes_settings, routes_shares
from experts.board_verbs import BoardVerbs
from experts.jobs import TASKS
from experts.routes_workbench import door
from experts.socket import ExpertVerbs, expert_door
from marketplace.chat import transfers
from marketplace.chat.socket import brand_door
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.web import NavItem, Platform


def register(app: Flask) -> None:
    """The page, `/expert`, `/brand` with its board, the sweep of due questions, the job that explains decisions."""
    parts: Platform = app.extensions["comptoir"]
    app.register_blueprint(door)
    app.register_blueprint(routes_settings.door)
    app.register_blueprint(routes_desk.door)
    routes_paths.register(app, parts)
    routes_shares.register(app, parts)
    verbs = ExpertVerbs(parts)
    app.extensions["expert_verbs"] = verbs
    parts.realtime.add(
        expert_door(parts, app, verbs, app.extensions["conversation_verbs"], desk=app.extensions["desk_verbs"])
    )
    conversation_verbs = app.extensions["conversation_verbs"]
    steering = BoardVerbs(parts, conversation_verbs)
    app.register_blueprint(routes_board.door)
    parts.realtime.add(
        brand_door(parts, app, conversation_verbs, (*app.extensions["desk_verbs"].events(), *steering.events()))
    )
    parts.sweeps.append(dispatch.sweep)
    for task in TASKS:
        parts.jobs.add(task, parts)
    parts.nav += [
        NavItem(persona="expert", label=lazy_gettext("Conversations"), endpoint="expert_workbench.index",
                icon="messages-square", order=10),
        NavItem(persona="expert", label=lazy_gettext("Devices"), endpoint="expert_settings.index", icon="bell",
                order=32, group=lazy_gettext("My work")),
        NavItem("brand", lazy_gettext("Live board"), "brand_live.index", "activity", order=8),
        NavItem("brand", lazy_gettext("Your desk"), "brand_desk.index", "headphones", order=9, badge=_asked),
    ]  # fmt: skip


def _asked(session: Session, actor: Actor) -> int:
    """Conversations that this member of the team is asked to take over."""
    return transfers.count_asked(session, actor.person_id, now=utcnow()) if actor.person_id else 0
