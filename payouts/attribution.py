"""Whose help an order follows: the segments that answered the same shopper inside their window, and their shares.

Pure but for one question to the database. The rule is written in docs/money.md and on each mission's page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.brands.states import SaleSplit
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.core.money import Money
from marketplace.orders.models import Order
from payouts.models import Assessment
from payouts.pay import Reason

HELPED = (Reason.QUALIFIED.value, Reason.NO_REPLY.value)
"""Verdicts on a closed segment that mean that somebody was helped; an open one has none yet."""


@dataclass(frozen=True, slots=True)
class Helper:
    """A segment in which an expert answered the shopper before she bought."""

    segment_id: UUID
    conversation_id: UUID
    mission_id: UUID | None
    person_id: UUID
    messages: int
    last_at: datetime
    terms: Mapping[str, Any]

    @property
    def sale_bps(self) -> int:
        """The share of a sale, frozen with the conversation, in basis points."""
        return int(self.terms.get("sale_bps") or 0)

    def reaches(self, moment: datetime) -> bool:
        """Whether an order placed then is inside the window of this help."""
        return moment - timedelta(hours=int(self.terms.get("attribution_hours") or 48)) <= self.last_at <= moment


@dataclass(frozen=True, slots=True)
class Part:
    """What one helper earns by the order: `gross` is the share of `base`, his part of the order's total."""

    helper: Helper
    weight: int
    weights: int
    base: Money
    gross: Money
    split: SaleSplit


def helpers(session: Session, order: Order) -> list[Helper]:
    """Who helped the order's shopper under terms that share in sales, the last one last."""
    if order.visitor_id is None:
        return []
    written = (
        (ConversationEvent.conversation_id == Segment.conversation_id)
        & (ConversationEvent.person_id == Segment.person_id)
        & (ConversationEvent.kind == EventKind.MESSAGE)
        & (ConversationEvent.author == AuthorKind.EXPERT)
        & (ConversationEvent.at >= Segment.opened_at)
        & (ConversationEvent.at <= func.coalesce(Segment.closed_at, order.placed_at))
        & (ConversationEvent.at <= order.placed_at)
    )
    last = func.max(ConversationEvent.at)
    rows = session.execute(
        select(
            Segment.id, Conversation.id, Conversation.mission_id, Segment.person_id, func.count(), last,
            Conversation.terms,
        )
        .join(Conversation, Conversation.id == Segment.conversation_id)
        .join(ConversationEvent, written)
        .outerjoin(Assessment, Assessment.segment_id == Segment.id)
        .where(
            Conversation.brand_id == order.brand_id, Conversation.visitor_id == order.visitor_id,
            Conversation.mission_id.is_not(None), Segment.kind == AuthorKind.EXPERT,
            or_(Assessment.segment_id.is_(None), Assessment.reason.in_(HELPED)),
        )
        .group_by(Segment.id, Conversation.id)
        .order_by(last, Segment.id)
    ).tuples()  # fmt: skip
    found = [Helper(*row) for row in rows]
    return [one for one in found if one.sale_bps > 0 and one.reaches(order.placed_at)]


def divide(total: Money, found: Sequence[Helper]) -> list[Part]:
    """The order among its helpers (not empty, the last one last), by the split of the last one's mission.

    The total is allocated first, then each takes the share of his own terms: the bases sum to the total.
    """
    split = SaleSplit(found[-1].terms.get("sale_split") or SaleSplit.LAST_HELPER)
    chosen = list(found) if split is SaleSplit.BY_CONTRIBUTION else [found[-1]]
    weights = [helper.messages for helper in chosen]
    bases = total.allocate(weights)
    return [
        Part(helper, weight, sum(weights), base, base.share(helper.sale_bps), split)
        for helper, weight, base in zip(chosen, weights, bases, strict=True)
    ]
