"""Composition of the conversation's edges."""

from flask import Flask

from marketplace.chat import canned_routes, picture_routes
from marketplace.chat.jobs import TASKS
from marketplace.chat.masking import masked
from marketplace.chat.picture_verbs import PictureVerbs
from marketplace.chat.routes import private
from marketplace.chat.socket import ConversationVerbs
from marketplace.chat.socket_desk import DeskVerbs
from marketplace.core.web import Platform


def register(app: Flask) -> None:
    """The verbs that all namespaces share, the private link and the mail jobs."""
    parts: Platform = app.extensions["comptoir"]
    verbs = ConversationVerbs(parts)
    app.extensions["conversation_verbs"] = verbs
    desk = DeskVerbs(parts, verbs)
    app.extensions["desk_verbs"] = desk
    app.extensions["picture_verbs"] = PictureVerbs(parts)
    app.register_blueprint(private)
    app.register_blueprint(picture_routes.door)
    canned_routes.register(app, parts)
    app.jinja_env.filters["without_contacts"] = masked
    for task in TASKS:
        parts.jobs.add(task, parts)
