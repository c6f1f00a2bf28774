"""How earnings enter the books, leave the pending state, and are taken back: the postings all rules share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.events import publish
from marketplace.core.money import Money
from payouts import ledger, pay
from payouts.chart import Account, AccountKind, brand, expert, platform
from payouts.events import EarningPosted
from payouts.ledger import Entry, moved
from payouts.models import Earning
from payouts.states import EARNING, EarningAction, EarningState, Rule

K = AccountKind
TYPES = {
    Rule.CONVERSATION: "conversation_earned", Rule.FLOOR: "conversation_earned", Rule.SALE: "sale_earned",
    Rule.SALE_RETURN: "sale_returned", Rule.BONUS_BRAND: "bonus_earned", Rule.BONUS_PLATFORM: "bonus_earned",
}  # fmt: skip
"""Under which type the earnings of each rule are booked."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What an earning is for. A bonus has no segment; a platform's bonus no brand either."""

    rule: Rule
    person_id: UUID
    brand_id: UUID | None
    segment_id: UUID | None = None
    conversation_id: UUID | None = None
    mission_id: UUID | None = None
    order_id: UUID | None = None
    round: int = 1


def book(
    session: Session, ground: Ground, gross: Money, *, payer: Account, commission_bps: int,
    calculation: Mapping[str, Any], available_on: datetime, now: datetime, id: UUID | None = None,
    type: str | None = None,
) -> Earning:  # fmt: skip
    """Dr `payer` gross; Cr the expert's pending net, our commission and the VAT on it. Once per ground.

    Raises `Insufficient` when the payer does not have it.
    """
    share = pay.split(gross, commission_bps=commission_bps)
    earning = Earning(
        id=id or new_id(), rule=ground.rule, person_id=ground.person_id, brand_id=ground.brand_id,
        segment_id=ground.segment_id, conversation_id=ground.conversation_id, mission_id=ground.mission_id,
        order_id=ground.order_id, round=ground.round, currency=gross.currency, gross_minor=share.gross.minor,
        commission_minor=share.commission.minor, vat_minor=share.vat.minor, net_minor=share.net.minor,
        calculation={
            "commission_bps": commission_bps, "vat_bps": 0, "vat_mode": pay.VatMode.EXCLUSIVE.value, **calculation
        },
        state=EarningState.PENDING, earned_at=now, available_on=max(available_on, now),
    )  # fmt: skip
    ledger.post(
        session, key=key_of(earning), type=type or TYPES[ground.rule], source_type="earning", source_id=earning.id,
        event_at=now, now=now,
        entries=(
            Entry(payer, share.gross.minor),
            Entry(expert(K.EXPERT_PENDING, earning.person_id, gross.currency), -share.net.minor),
            Entry(platform(K.REVENUE_COMMISSION, gross.currency), -share.commission.minor),
            Entry(platform(K.VAT_PAYABLE, gross.currency), -share.vat.minor),
        ),
    )  # fmt: skip
    session.add(earning)
    session.flush()
    publish(session, EarningPosted(earning.id, earning.person_id))
    return earning


def key_of(earning: Earning) -> str:
    """Under which key the earning was booked: one per segment, rule, order and round."""
    if earning.segment_id is None or earning.rule is Rule.SALE_RETURN:
        return f"earn:{earning.id}"
    order = f":{earning.order_id}" if earning.order_id is not None else ""
    again = f":{earning.round}" if earning.round > 1 else ""
    return f"earn:{earning.segment_id}:{earning.rule.value}{order}{again}"


def accounts_of(
    *, people: Sequence[UUID], currency: str, brand_id: UUID | None, more: Sequence[AccountKind] = ()
) -> list[Account]:
    """All accounts that earning, releasing and taking back may touch, to be locked together; `more` of the brand's."""
    kinds = (K.EXPERT_PENDING, K.EXPERT_AVAILABLE, K.EXPERT_RECEIVABLE)
    accounts = [expert(kind, person, currency) for person in people for kind in kinds]
    accounts += [platform(K.REVENUE_COMMISSION, currency), platform(K.VAT_PAYABLE, currency)]
    if brand_id is not None:
        accounts += [brand(kind, brand_id, currency) for kind in (K.BRAND_WALLET, *more)]
    return accounts


def release(session: Session, earnings: Sequence[Earning], *, now: datetime) -> None:
    """Make pending earnings, held locked by the caller, available; what was returned of them meanwhile goes along."""
    if not earnings:
        return
    returns: dict[UUID | None, list[Earning]] = {}
    sales = [earning.id for earning in earnings if earning.rule is Rule.SALE]
    if sales:
        for row in session.scalars(
            select(Earning)
            .where(Earning.returns_id.in_(sales), Earning.state == EarningState.PENDING)
            .order_by(Earning.earned_at, Earning.id)
            .with_for_update()
        ):
            returns.setdefault(row.returns_id, []).append(row)
    ledger.lock(
        session,
        [
            expert(kind, earning.person_id, earning.currency)
            for earning in earnings
            for kind in (K.EXPERT_PENDING, K.EXPERT_AVAILABLE)
        ],
    )
    for earning in earnings:
        rows = (earning, *returns.get(earning.id, ()))
        for row in rows:
            row.state = EARNING.after(row.state, EarningAction.RELEASE)
        # One posting of what is left: pending may hold less than the whole share already.
        _release(session, earning, sum(row.net_minor for row in rows), now=now)
    session.flush()


def _release(session: Session, earning: Earning, minor: int, *, now: datetime) -> None:
    if not minor:
        return
    ledger.post(
        session, key=f"release:{earning.id}", type="earning_released", source_type="earning", source_id=earning.id,
        event_at=max(earning.available_on, earning.earned_at), now=now,
        entries=moved(
            minor, debit=expert(K.EXPERT_PENDING, earning.person_id, earning.currency),
            credit=expert(K.EXPERT_AVAILABLE, earning.person_id, earning.currency),
        ),
    )  # fmt: skip
