"""What a brand sees of its questions: figures, the rows behind them, conversations to read."""

import csv
import io
from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.avatars import avatar_url
from marketplace.brands.access import access_brand, current_brand
from marketplace.chat.access import access_conversation
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import day, locale_code
from marketplace.core.web import Door, actor, transaction
from marketplace.insights import figures, filters, rows, talks
from marketplace.insights.rows import QuestionRow

figures_door = Door("brand_figures", __name__, audience=Audience.BRAND, url_prefix="/brand/figures")
door = Door("brand_conversations", __name__, audience=Audience.BRAND, url_prefix="/brand/conversations")


@figures_door.get("")
def index() -> ResponseReturnValue:
    """Figures of the last 7, 28 or 90 days; each one opens the rows it counts."""
    asked = request.args.get("days", type=int)
    length = asked if asked in figures.PERIODS else 28
    with transaction() as session:
        brand = current_brand(session, actor())
        over = figures.period(brand, length, now=utcnow())
        found = figures.figures(session, brand, over)
        people = figures.served(session, brand, over)
    dates = {"from": over.since.isoformat(), "to": over.until.isoformat()}

    def opens(**more: Any) -> str:
        return url_for("brand_conversations.index", **{**dates, **more})

    return render_template(
        "insights/figures.html", over=over, length=length, periods=figures.PERIODS, found=found, people=people,
        opens=opens, labels=[day(each.on) for each in found.days], avatar_url=avatar_url,
    )  # fmt: skip


@door.get("", endpoint="index")
def conversations() -> ResponseReturnValue:
    """Every question with its conversation: search, filters, pages."""
    number = filters.page_number(request.args)
    with transaction() as session:
        brand = current_brand(session, actor())
        wanted = filters.read(request.args, brand_id=brand.id, zone=brand.time_zone)
        total = rows.count(session, wanted)
        found = rows.page(session, wanted, number=number)
        people = rows.servers(session, brand.id)
        categories = rows.categories(session, brand.id)
    query: dict[str, Any] = filters.write(wanted)
    return render_template(
        "insights/conversations.html", wanted=wanted, query=query, total=total, rows=found, people=people,
        categories=categories, zone=brand.time_zone,
        pages=filters.pages(lambda to: url_for(".index", **{**query, "page": to}), number=number, total=total),
    )  # fmt: skip


@door.get("/export.csv")
def export() -> ResponseReturnValue:
    """The same rows as a file; times are the brand's own."""
    with transaction() as session:
        brand = current_brand(session, actor())
        wanted = filters.read(request.args, brand_id=brand.id, zone=brand.time_zone)
        content = as_csv(rows.export(session, wanted), zone=brand.time_zone, locale=locale_code())
    name = f"{brand.slug}-questions.csv"
    return Response(content, content_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


_COLUMNS = (
    "question_id", "conversation_id", "asked_at", "language", "category", "product", "question", "outcome", "expert",
    "first_answer_seconds", "stars", "comment",
)  # fmt: skip


def as_csv(found: Iterable[QuestionRow], *, zone: str, locale: str) -> str:
    """One line per row. Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(_COLUMNS)
    for row in found:
        asked = row.question
        at = asked.asked_at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
        cells = (
            asked.id, row.conversation_id or "", at, asked.language, row.category.name(locale) if row.category else "",
            row.product.title(locale) if row.product else "", asked.text, row.outcome.value, row.person,
            round(row.wait) if row.wait is not None else "", row.stars or "", row.comment,
        )  # fmt: skip
        writer.writerow([_harmless(str(cell)) for cell in cells])
    return "\ufeff" + target.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


@door.get("/<uuid:conversation_id>")
def show(conversation_id: UUID) -> ResponseReturnValue:
    """The thread to read, who served it, how it was rated."""
    with transaction() as session:
        conversation = access_conversation(session, actor(), conversation_id)
        access_brand(session, actor(), conversation.brand_id)
        talk = talks.read(session, conversation, locale=locale_code())
    return render_template("insights/conversation.html", talk=talk, persona_pages="brand")
