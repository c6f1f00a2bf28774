"""Blocked shoppers as the brand reviews them, with the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.actors import Actor
from marketplace.questions.models import VisitorBlock
from marketplace.questions.states import BlockState

PAGE = 20


@dataclass(frozen=True, slots=True)
class Blocked:
    """One block and the name of who asked for it."""

    block: VisitorBlock
    by: str


def listed(session: Session, brand_id: UUID, *, skip: int = 0) -> Sequence[Blocked]:
    """One page of a brand's blocks and one more: undecided first, then the latest."""
    query = (
        select(VisitorBlock, Person.name)
        .join(Person, Person.id == VisitorBlock.by_id)
        .where(VisitorBlock.brand_id == brand_id)
        .order_by(VisitorBlock.state != BlockState.IN_FORCE, VisitorBlock.made_at.desc(), VisitorBlock.id)
    )
    return [Blocked(block, name) for block, name in session.execute(query.offset(skip).limit(PAGE + 1))]


def count_waiting(session: Session, actor: Actor) -> int:
    """How many blocks wait for a decision in the brand at work in."""
    brand_id = next(iter(actor.brands), None)
    query = select(func.count()).where(VisitorBlock.brand_id == brand_id, VisitorBlock.state == BlockState.IN_FORCE)
    return session.scalar(query) or 0
