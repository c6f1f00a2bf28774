"""A payer disputes a payment at his bank: the provider takes the money at once and gives it back if we win.

While it is open the brand owes us the amount, as much of it as is free is set aside, and nothing new starts.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.db import Database
from marketplace.core.events import publish
from payouts import ledger
from payouts.chart import AccountKind, brand, platform
from payouts.events import ChargebackMoved
from payouts.gateway import Disputed, Gateway
from payouts.ledger import Entry, moved
from payouts.models import Chargeback, TopUp
from payouts.states import CHARGEBACK, ChargebackAction, ChargebackState
from payouts.wallet import settings_of

K = AccountKind


def refresh(database: Database, gateway: Gateway, dispute_id: str, *, now: datetime) -> ChargebackState | None:
    """Ask the provider how a dispute stands, and book it. Nothing while no money was taken, or when it is not ours."""
    found = gateway.dispute(dispute_id)
    with database.unit_of_work() as session:
        top_up = session.scalar(select(TopUp).where(TopUp.payment_id == found.payment_id).with_for_update())
        if top_up is None:
            return None
        return record(session, top_up, found, now=now)


def record(session: Session, top_up: TopUp, found: Disputed, *, now: datetime) -> ChargebackState | None:
    """Bring the chargeback of a top-up, held locked by the caller, to what the provider says. Once, however often."""
    settings_of(session, top_up.brand_id)  # one after another with holds, as everything that looks at free money
    case = session.scalar(select(Chargeback).where(Chargeback.dispute_id == found.id).with_for_update())
    if case is None:
        if not found.taken:
            return None
        case = _open(session, top_up, found, now)
    case.movements = list(found.movements)
    if found.outcome is not None and case.state is ChargebackState.OPEN:
        _close(session, case, found.outcome, now)
    session.flush()
    return case.state


def open_ones(session: Session, brand_id: UUID) -> list[Chargeback]:
    """What is not decided yet, oldest first."""
    return list(
        session.scalars(
            select(Chargeback)
            .where(Chargeback.brand_id == brand_id, Chargeback.state == ChargebackState.OPEN)
            .order_by(Chargeback.opened_at)
        )
    )


def _open(session: Session, top_up: TopUp, found: Disputed, now: datetime) -> Chargeback:
    currency, owner = found.amount.currency, top_up.brand_id
    wallet, held = brand(K.BRAND_WALLET, owner, currency), brand(K.BRAND_HELD, owner, currency)
    owed, available = brand(K.BRAND_RECEIVABLE, owner, currency), platform(K.STRIPE_AVAILABLE, currency)
    fees = platform(K.EXPENSE_STRIPE_FEES, currency)
    ledger.lock(session, [wallet, held, owed, available, fees])
    case = Chargeback(
        id=new_id(), brand_id=owner, top_up_id=top_up.id, dispute_id=found.id, amount_minor=found.amount.minor,
        fee_minor=found.fee_minor, currency=currency, reason=found.reason[:120], opened_at=now,
        state=ChargebackState.OPEN, held_minor=min(ledger.balance(session, wallet), found.amount.minor),
    )  # fmt: skip
    session.add(case)
    taken = (
        Entry(owed, case.amount_minor),
        Entry(fees, case.fee_minor),
        Entry(available, -case.amount_minor - case.fee_minor),
    )
    _book(session, case, "chargeback", "chargeback_taken", taken, now)
    if case.held_minor:
        aside = moved(case.held_minor, debit=wallet, credit=held)
        _book(session, case, "chargeback_hold", "chargeback_held", aside, now)
    publish(session, ChargebackMoved(case.id, owner))
    return case


def _close(session: Session, case: Chargeback, outcome: ChargebackAction, now: datetime) -> None:
    currency = case.currency
    wallet, held = brand(K.BRAND_WALLET, case.brand_id, currency), brand(K.BRAND_HELD, case.brand_id, currency)
    owed, available = brand(K.BRAND_RECEIVABLE, case.brand_id, currency), platform(K.STRIPE_AVAILABLE, currency)
    lost = platform(K.EXPENSE_BAD_DEBT, currency)
    ledger.lock(session, [wallet, held, owed, available, lost])
    case.state = CHARGEBACK.after(case.state, outcome)
    case.closed_at = now
    if case.state is ChargebackState.WON:
        back = moved(case.amount_minor, debit=available, credit=owed)
        _book(session, case, "chargeback_won", "chargeback_won", back, now)
        if case.held_minor:
            freed = moved(case.held_minor, debit=held, credit=wallet)
            _book(session, case, "chargeback_free", "chargeback_freed", freed, now)
    else:
        from_wallet = min(ledger.balance(session, wallet), case.amount_minor - case.held_minor)
        case.lost_minor = case.amount_minor - case.held_minor - from_wallet
        paid = (
            Entry(held, case.held_minor), Entry(wallet, from_wallet), Entry(lost, case.lost_minor),
            Entry(owed, -case.amount_minor),
        )  # fmt: skip
        _book(session, case, "chargeback_lost", "chargeback_lost", paid, now)
    publish(session, ChargebackMoved(case.id, case.brand_id))


def _book(session: Session, case: Chargeback, key: str, type: str, entries: tuple[Entry, ...], now: datetime) -> None:
    ledger.post(
        session, key=f"{key}:{case.id}", type=type, source_type="chargeback", source_id=case.id, entries=entries,
        event_at=now, now=now,
    )  # fmt: skip


__all__ = ["open_ones", "record", "refresh"]
