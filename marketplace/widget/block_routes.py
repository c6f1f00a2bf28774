"""The brand reviews each shopper whom somebody who answers has blocked: confirm it, or let her ask again."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.brands.access import current_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden
from marketplace.core.web import Door, actor, transaction
from marketplace.questions.blocks import access_block, decide
from marketplace.questions.states import BlockAction
from marketplace.widget.reviewing import PAGE, listed

door = Door("brand_blocks", __name__, audience=Audience.BRAND, url_prefix="/brand/blocks")


@door.get("")
def index() -> ResponseReturnValue:
    """Those that wait for a decision first, the latest first."""
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.MANAGER)
        blocks = listed(session, brand.id, skip=(page - 1) * PAGE)
    return render_template("widget/blocks.html", blocks=blocks[:PAGE], page=page, more=len(blocks) > PAGE)


@door.post("/<uuid:block_id>/<any(confirm, lift):verdict>")
def settle(block_id: UUID, verdict: str) -> ResponseReturnValue:
    """Confirm the block, or lift it."""
    person_id = actor().person_id
    if person_id is None:
        raise Forbidden
    with transaction() as session:
        block = access_block(session, actor(), block_id, lock=True)
        decide(session, block, BlockAction(verdict), by_id=person_id, now=utcnow())
    flash(_("The block stays.") if verdict == "confirm" else _("She may ask again."), "success")
    return redirect(url_for(".index"))
