"""What the provider did by itself: money of ours added there, a transfer that came back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from payouts import ledger
from payouts.chart import NOBODY, AccountKind, expert, platform
from payouts.gateway import Movement
from payouts.ledger import Entry, moved
from payouts.models import Earning, Payout
from payouts.states import EARNING, PAYOUT, EarningAction, EarningState, PayoutAction, PayoutState

K = AccountKind


def book_own_money(session: Session, movements: Iterable[Movement], *, now: datetime) -> int:
    """Book what we added to our balance at the provider to cover its fees; how many additions were new."""
    added = 0
    for movement in movements:
        key = f"float:{movement.id}"
        if movement.kind != "topup" or ledger.find(session, key) is not None:
            continue
        currency = movement.amount.currency
        ledger.post(
            session, key=key, type="float_added", source_type="movement", source_id=uuid5(NOBODY, movement.id),
            event_at=movement.created_at, now=now,
            entries=moved(
                movement.amount.minor - movement.fee_minor, debit=platform(K.STRIPE_AVAILABLE, currency),
                credit=platform(K.EQUITY_FLOAT, currency),
            ),
        )  # fmt: skip
        added += 1
    return added


def take_transfer_back(session: Session, payout: Payout, *, now: datetime) -> None:
    """A transfer came back whole: its earnings are available again and go into a later run.

    The caller holds the payout locked. What had been netted is owed again. Raises `ForbiddenMove` unless it was paid.
    """
    payout.state = PAYOUT.after(payout.state, PayoutAction.REVERSE)
    payout.reversed_minor = payout.amount_minor
    person, currency, amount = payout.person_id, payout.currency, payout.amount_minor
    ledger.post(
        session, key=f"transfer_back:{payout.id}", type="transfer_returned", source_type="payout",
        source_id=payout.id, event_at=now, now=now,
        entries=(
            Entry(platform(K.STRIPE_AVAILABLE, currency), amount),
            Entry(expert(K.EXPERT_RECEIVABLE, person, currency), payout.netted_minor),
            Entry(expert(K.EXPERT_AVAILABLE, person, currency), -amount - payout.netted_minor),
            Entry(platform(K.CUSTODY_SOURCE, currency), amount),
            Entry(expert(K.CUSTODY_EXPERT_STRIPE, person, currency), -amount),
        ),
    )  # fmt: skip
    for earning in session.scalars(select(Earning).where(Earning.payout_id == payout.id).with_for_update()):
        if earning.state is EarningState.PAID:
            earning.state = EARNING.after(earning.state, EarningAction.RETURN)
            earning.paid_at = earning.payout_id = None
    session.flush()


def returned(session: Session, transfer_id: str, reversed_minor: int, *, now: datetime) -> str:
    """Act on what the provider says was reversed of a transfer; what was done, for the log.

    A part that came back is left to a person: reconciliation names the difference.
    """
    payout = session.scalar(select(Payout).where(Payout.transfer_id == transfer_id).with_for_update())
    if payout is None or payout.state is not PayoutState.PAID or not reversed_minor:
        return ""
    if reversed_minor < payout.amount_minor:
        payout.reversed_minor = reversed_minor
        return f"{reversed_minor} of {payout.amount_minor} came back: for a person to look at"
    take_transfer_back(session, payout, now=now)
    return "came back"


__all__ = ["book_own_money", "returned", "take_transfer_back"]
