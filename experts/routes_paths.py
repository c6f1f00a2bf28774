"""Why a question went where it went, for operators and its brand; an expert's own past conversations."""

from dataclasses import replace
from uuid import UUID

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.access import access_expert
from experts.desk import own_id
from experts.path_steps import short, steps
from experts.paths import follow
from marketplace.brands.access import access_brand
from marketplace.brands.models import Brand
from marketplace.chat import notes
from marketplace.chat.access import access_conversation
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.i18n import choose_zone, lazy_gettext, locale_code
from marketplace.core.web import Door, NavItem, Platform, actor, transaction
from marketplace.insights import filters, rows, talks
from marketplace.insights.machine import OVERDUE
from marketplace.questions.access import access_question
from marketplace.questions.models import Question

operator = Door("operator_questions", __name__, audience=Audience.OPERATOR, url_prefix="/operator/questions")
brand = Door("brand_questions", __name__, audience=Audience.BRAND, url_prefix="/brand/questions")
MOST_BRANDS = 500
"""Choices of the brand filter."""

own = Door("expert_conversations", __name__, audience=Audience.EXPERT, url_prefix="/expert/conversations")


@operator.get("")
def index() -> ResponseReturnValue:
    """All questions of all brands: by brand, category, state, day, words; the overdue ones."""
    number = filters.page_number(request.args)
    chosen = filters.key(request.args.get("brand", ""))
    wanted = filters.read(request.args, brand_id=chosen, zone=choose_zone())
    overdue = request.args.get("overdue") == "1"
    if overdue:
        wanted = replace(wanted, due_before=utcnow() - OVERDUE)
    with transaction() as session:
        total = rows.count(session, wanted)
        found = rows.page(session, wanted, number=number)
        brands = list(session.execute(select(Brand.id, Brand.name).order_by(Brand.name).limit(MOST_BRANDS)).tuples())
        categories = rows.categories(session, chosen) if chosen else []
    query = filters.write(wanted) | ({"overdue": "1"} if overdue else {}) | ({"brand": str(chosen)} if chosen else {})
    return render_template(
        "experts/paths.html", wanted=wanted, overdue=overdue, rows=found, total=total, brands=brands, chosen=chosen,
        categories=categories,
        pages=filters.pages(lambda to: url_for(".index", **{**query, "page": to}), number=number, total=total),
    )  # fmt: skip


@operator.get("/<uuid:question_id>")
def show(question_id: UUID) -> ResponseReturnValue:
    """The whole path of any question."""
    with transaction() as session:
        return _page(session, access_question(session, actor(), question_id), space="operator")


@brand.get("/<uuid:question_id>", endpoint="show")
def show_to_brand(question_id: UUID) -> ResponseReturnValue:
    """The whole path of a question of the brand."""
    with transaction() as session:
        question = access_question(session, actor(), question_id)
        access_brand(session, actor(), question.brand_id)
        return _page(session, question, space="brand")


def _page(session: Session, question: Question, *, space: str) -> ResponseReturnValue:
    path = follow(session, question, locale=locale_code())
    return render_template(
        "experts/path.html", path=path, steps=steps(session, path, locale=locale_code()), short=short(path), space=space
    )


@own.get("", endpoint="index")
def own_index() -> ResponseReturnValue:
    """The expert's own conversations, searched by what was said."""
    number = filters.page_number(request.args)
    with transaction() as session:
        expert = access_expert(session, actor(), own_id(actor()))
        asked = filters.read(request.args, brand_id=None, zone=choose_zone())
        wanted = replace(asked, person_id=None)
        query = filters.write(wanted)
        mine = replace(wanted, person_id=expert.person_id)
        total = rows.count(session, mine)
        found = rows.page(session, mine, number=number)
    return render_template(
        "experts/path_own.html", wanted=wanted, rows=found, total=total,
        pages=filters.pages(lambda to: url_for(".index", **{**query, "page": to}), number=number, total=total),
    )  # fmt: skip


@own.get("/<uuid:conversation_id>", endpoint="show")
def own_show(conversation_id: UUID) -> ResponseReturnValue:
    """One of the expert's own conversations, with its rating."""
    with transaction() as session:
        conversation = access_conversation(session, actor(), conversation_id)
        talk = talks.read(session, conversation, locale=locale_code(), expert=True)
        beside = notes.notes_of(session, conversation, reader=own_id(actor()))
        if own_id(actor()) not in {part.person.id for part in talk.parts}:
            raise NotFound
    return render_template("experts/path_conversation.html", talk=talk, notes=beside)


def register(app: Flask, parts: Platform) -> None:
    """Install the pages and their menu entries."""
    for door in (operator, brand, own):
        app.register_blueprint(door)
    parts.nav += [
        NavItem("operator", lazy_gettext("Questions"), "operator_questions.index", "circle-help", order=20,
                group=lazy_gettext("Marketplace")),
        NavItem("expert", lazy_gettext("History"), "expert_conversations.index", "history", order=15),
    ]  # fmt: skip
