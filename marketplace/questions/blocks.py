"""Blocked shoppers: whoever answers may end an insupportable talk for good; the brand reviews each block."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.access import may
from marketplace.brands.states import Role
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id
from marketplace.core.errors import Forbidden, Invalid, NotFound
from marketplace.questions.models import Visitor, VisitorBlock
from marketplace.questions.states import BLOCK, BlockAction, BlockState

LONGEST = 1_000
"""Characters of a reason."""


class Blocked(Forbidden):
    """The shopper cannot ask this brand until it has lifted the block."""

    code = "blocked"
    message = "The shop looks at your last conversation first. Until then, its own customer service helps you."


def block(
    session: Session, visitor: Visitor, *, by_id: UUID, reason: str, conversation_id: UUID | None, now: datetime
) -> VisitorBlock:
    """Keep a shopper from asking this brand until it has reviewed why; one who is blocked already stays so.

    Raises `Invalid` without a reason.
    """
    why = reason.replace("\x00", "").strip()
    if not why:
        raise Invalid("Say what happened: the brand reads it.", field="reason")
    known = standing(session, visitor.id)
    if known is not None:
        return known
    made = VisitorBlock(
        id=new_id(), brand_id=visitor.brand_id, visitor_id=visitor.id, by_id=by_id, reason=why[:LONGEST],
        conversation_id=conversation_id, state=BlockState.IN_FORCE, made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def decide(session: Session, block: VisitorBlock, action: BlockAction, *, by_id: UUID, now: datetime) -> None:
    """The brand confirms a block (held locked) or lifts it. Raises `ForbiddenMove`."""
    block.state = BLOCK.after(block.state, action)
    block.decided_at, block.decided_by = now, by_id
    session.flush()


def standing(session: Session, visitor_id: UUID) -> VisitorBlock | None:
    """The block that keeps this shopper from asking; none when she may."""
    query = select(VisitorBlock).where(VisitorBlock.visitor_id == visitor_id, VisitorBlock.state != BlockState.LIFTED)
    return session.scalar(query)


def refuse_blocked(session: Session, visitor: Visitor) -> None:
    """Raises `Blocked` for a shopper who cannot ask."""
    if standing(session, visitor.id) is not None:
        raise Blocked


def access_block(session: Session, actor: Actor, block_id: UUID, *, lock: bool = False) -> VisitorBlock:
    """The block, for the brand's managers, and operators. Raises `NotFound`."""
    found = session.get(VisitorBlock, block_id, with_for_update=lock or None)
    if found is None or not may(actor, found.brand_id, Role.MANAGER):
        raise NotFound
    return found
