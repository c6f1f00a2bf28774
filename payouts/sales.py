"""Shares of sales: an order becomes earnings of those who helped; what is returned takes exactly its part back."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat.conduct import ConductRule
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.orders.models import Order
from marketplace.orders.recording import move
from marketplace.orders.states import OrderAction, OrderState
from payouts import attribution, booking, credit, ledger, pay
from payouts.attribution import Part
from payouts.booking import Ground
from payouts.chart import AccountKind, brand, expert, platform
from payouts.events import EarningTakenBack
from payouts.ledger import Entry
from payouts.models import Earning
from payouts.states import EarningState, Rule

K = AccountKind
BATCH = 50


class NothingLeft(Conflict):
    """All of this share was taken back before."""

    code = "nothing_left"
    message = "All of it was taken back already."


class _AboutOrder(Protocol):
    @property
    def order_id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...


def on_order_reported(session: Session, event: _AboutOrder) -> None:
    """Say whose help the order follows, and book what they earn by it."""
    attribute(session, session.get_one(Order, event.order_id, with_for_update=True), now=event.at)


def on_order_returned(session: Session, event: _AboutOrder) -> None:
    """Take back what was earned by what came back."""
    settle_returns(session, session.get_one(Order, event.order_id, with_for_update=True), now=event.at)


def attribute(session: Session, order: Order, *, now: datetime) -> None:
    """Attribute an order, held locked by the caller, that is recorded or waits for money.

    What an earlier attribution earned is taken back first: a corrected amount is booked anew, as a next round.
    """
    if order.state not in {OrderState.RECORDED, OrderState.UNFUNDED}:
        return
    waited = order.state is OrderState.UNFUNDED
    found = attribution.helpers(session, order)
    same = [helper for helper in found if helper.terms["currency"] == order.currency]
    total = Money(order.total_minor, order.currency)
    parts = [part for part in attribution.divide(total, same) if part.gross] if same else []
    if not waited:
        _void(session, order, now=now)
    if not parts:
        if order.visitor_id is None or not found:
            move(session, order, OrderAction.LEAVE, reason=_why_nobody(order), now=now)
        elif not same:
            move(session, order, OrderAction.REFUSE, reason="currency", now=now)
        else:
            move(session, order, OrderAction.LEAVE, reason="nothing", now=now)
        return
    try:
        _earn(session, order, parts, now=now)
    except credit.CreditExceeded:
        if not waited:
            move(session, order, OrderAction.WAIT, reason="credit", now=now)
        return
    move(session, order, OrderAction.ATTRIBUTE, now=now)
    settle_returns(session, order, now=now)


def retry_unfunded(session: Session, *, now: datetime) -> int:
    """Try again orders whose shares neither wallet nor credit could pay, the oldest first; how many were booked."""
    waiting = session.scalars(
        select(Order)
        .where(Order.state == OrderState.UNFUNDED)
        .order_by(Order.placed_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for order in waiting:
        attribute(session, order, now=now)
    return sum(order.state is OrderState.ATTRIBUTED for order in waiting)


def settle_returns(session: Session, order: Order, *, now: datetime) -> None:
    """Take back, of each share of the order, the part that was returned so far and was not taken back before.

    Cumulative: whatever the number and the order of the returns, the same sum leaves the same shares.
    """
    if order.state is not OrderState.ATTRIBUTED or order.total_minor <= 0 or not order.returned_minor:
        return
    for earning in _shares(session, order.id):
        _take(session, earning, _returned_part(order, earning), why="return", now=now)


def take_back(
    session: Session, earning: Earning, *, because: str, now: datetime, rule: ConductRule | None = None
) -> Earning:
    """Return all that is left of a share of a sale, held locked by the caller. Raises `NothingLeft`."""
    row = _take(session, earning, earning.gross_minor, why="taken_back", now=now)
    if row is None:
        raise NothingLeft
    order = session.get_one(Order, earning.order_id)
    row.calculation = {**row.calculation, "returned_before_minor": min(order.returned_minor, order.total_minor)}
    row.reversed_because, row.reversed_at = because[:300], now
    row.reversed_rule = rule.value if rule is not None else None
    session.flush()
    publish(session, EarningTakenBack(row.id, row.person_id, now))
    return row


def _why_nobody(order: Order) -> str:
    return "no_shopper" if order.visitor_id is None else "nobody_helped"


def _shares(session: Session, order_id: UUID) -> list[Earning]:
    return list(
        session.scalars(
            select(Earning)
            .where(Earning.order_id == order_id, Earning.rule == Rule.SALE)
            .order_by(Earning.earned_at, Earning.id)
            .with_for_update()
        )
    )


def _void(session: Session, order: Order, *, now: datetime) -> None:
    for earning in _shares(session, order.id):
        _take(session, earning, earning.gross_minor, why="correction", now=now)


def _earn(session: Session, order: Order, parts: list[Part], *, now: datetime) -> None:
    """Book each part from the wallet. Raises `CreditExceeded` before anything is booked."""
    people = [part.helper.person_id for part in parts]
    whole = Money(sum(part.gross.minor for part in parts), order.currency)
    ledger.lock(
        session,
        booking.accounts_of(
            people=people, currency=order.currency, brand_id=order.brand_id, more=(K.BRAND_CREDIT,)
        ),
    )  # fmt: skip
    rounds = session.scalar(select(func.coalesce(func.max(Earning.round), 0)).where(Earning.order_id == order.id)) or 0
    credit.ensure(session, order.brand_id, whole, source=("order", order.id), round=rounds + 1, now=now)
    for part in parts:
        helper = part.helper
        ground = Ground(
            Rule.SALE, helper.person_id, order.brand_id, segment_id=helper.segment_id,
            conversation_id=helper.conversation_id, mission_id=helper.mission_id, order_id=order.id,
            round=rounds + 1,
        )  # fmt: skip
        days = int(helper.terms.get("return_days", 14))
        booking.book(
            session, ground, part.gross, payer=brand(K.BRAND_WALLET, order.brand_id, order.currency),
            commission_bps=int(helper.terms["commission_bps"]),
            available_on=order.placed_at + timedelta(days=days), now=now,
            calculation={
                "order": order.external_id, "total_minor": order.total_minor, "base_minor": part.base.minor,
                "sale_bps": helper.sale_bps, "split": part.split.value, "weight": part.weight,
                "weights": part.weights, "returned_before_minor": 0,
            },
        )  # fmt: skip


def _returned_part(order: Order, earning: Earning) -> int:
    """How much of the share's gross amount is gone, by what came back since it was booked."""
    before = int(earning.calculation.get("returned_before_minor") or 0)
    gone = min(order.returned_minor, order.total_minor)
    left = order.total_minor - gone
    if gone <= before:
        return 0
    return Money(earning.gross_minor, earning.currency).allocate([gone - before, left])[0].minor


def _take(session: Session, earning: Earning, target_minor: int, *, why: str, now: datetime) -> Earning | None:
    """Take back until `target_minor` of the share's gross is gone in all; the new row, none when it was before."""
    before = [
        sum(column)
        for column in zip(
            (0, 0, 0),
            *((-r.gross_minor, -r.commission_minor, -r.vat_minor) for r in _returns(session, earning)),
            strict=True,
        )
    ]
    if target_minor <= before[0]:
        return None
    left = pay.split(
        Money(earning.gross_minor - target_minor, earning.currency),
        commission_bps=int(earning.calculation["commission_bps"]),
    )
    gross = target_minor - before[0]
    commission = earning.commission_minor - left.commission.minor - before[1]
    vat = earning.vat_minor - left.vat.minor - before[2]
    row = _negative(earning, gross, commission, vat, why=why, now=now)
    source = {
        EarningState.PENDING: K.EXPERT_PENDING, EarningState.AVAILABLE: K.EXPERT_AVAILABLE,
    }.get(row.state, K.EXPERT_RECEIVABLE)  # fmt: skip
    assert earning.brand_id is not None, "a share of a sale is paid by a brand"
    ledger.lock(
        session,
        booking.accounts_of(
            people=[earning.person_id], currency=earning.currency, brand_id=earning.brand_id, more=(K.BRAND_CREDIT,)
        ),
    )  # fmt: skip
    session.add(row)
    session.flush()
    ledger.post(
        session, key=f"return:{earning.id}:{target_minor}", type="sale_returned", source_type="earning",
        source_id=row.id, event_at=now, now=now, reverses=ledger.find(session, booking.key_of(earning)),
        entries=(
            Entry(expert(source, earning.person_id, earning.currency), gross - commission - vat),
            Entry(platform(K.REVENUE_COMMISSION, earning.currency), commission),
            Entry(platform(K.VAT_PAYABLE, earning.currency), vat),
            Entry(brand(K.BRAND_WALLET, earning.brand_id, earning.currency), -gross),
        ),
    )  # fmt: skip
    credit.collect(session, earning.brand_id, earning.currency, now=now)
    return row


def _returns(session: Session, earning: Earning) -> list[Earning]:
    return list(session.scalars(select(Earning).where(Earning.returns_id == earning.id)))


def _negative(earning: Earning, gross: int, commission: int, vat: int, *, why: str, now: datetime) -> Earning:
    """The row that takes a part back. It stands where the share stands; once that is in a payout or paid, it is a
    debt that the next payout nets, and nothing more happens to the row.
    """
    settled = earning.state is EarningState.PAID or earning.payout_id is not None
    return Earning(
        id=new_id(), rule=Rule.SALE_RETURN, person_id=earning.person_id, brand_id=earning.brand_id,
        segment_id=earning.segment_id, conversation_id=earning.conversation_id, mission_id=earning.mission_id,
        order_id=earning.order_id, returns_id=earning.id, round=earning.round, currency=earning.currency,
        gross_minor=-gross, commission_minor=-commission, vat_minor=-vat, net_minor=-(gross - commission - vat),
        calculation={**earning.calculation, "why": why, "of_minor": earning.gross_minor},
        state=EarningState.PAID if settled else earning.state, paid_at=now if settled else None,
        earned_at=now, available_on=max(earning.available_on, now),
    )  # fmt: skip
