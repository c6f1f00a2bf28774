"""Top-ups at the payment provider: the page where a brand pays, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts import automatic, wallet
from payouts.gateway import Checkout, Gateway, Incoming
from payouts.models import TopUp
from payouts.states import TopUpKind, TopUpState
from payouts.wallet import Payment


def open_checkout(database: Database, gateway: Gateway, top_up_id: UUID, *, return_url: str) -> str:
    """The address where the top-up is paid. `return_url` shows how it stands, paid or not."""
    with database.unit_of_work() as session:
        top_up = session.get_one(TopUp, top_up_id)
        amount, brand_id = Money(top_up.amount_minor, top_up.currency), top_up.brand_id
    opened = gateway.open_checkout(
        top_up_id=top_up_id, brand_id=brand_id, amount=amount, success_url=return_url, cancel_url=return_url
    )
    with database.unit_of_work() as session:
        top_up = _locked(session, top_up_id)
        top_up.checkout_id, top_up.checkout_url = opened.id, opened.url
    return opened.url or return_url


def refresh(database: Database, gateway: Gateway, top_up_id: UUID, *, now: datetime) -> TopUpState:
    """Ask the provider how the payment stands, and book it when it is paid. Any number of times, from any side."""
    with database.unit_of_work() as session:
        top_up = session.get_one(TopUp, top_up_id)
        checkout_id, payment_id, state, kind = top_up.checkout_id, top_up.payment_id, top_up.state, top_up.kind
    if state in {TopUpState.PAID, TopUpState.FAILED, TopUpState.EXPIRED}:
        return state
    if kind is TopUpKind.CHECKOUT:
        found = payment_of(gateway.checkout(checkout_id)) if checkout_id is not None else None
    else:
        found = incoming_of(gateway.incoming(payment_id)) if payment_id is not None else None
    if found is None:
        return state
    with database.unit_of_work() as session:
        top_up = _locked(session, top_up_id)
        was = top_up.state
        wallet.settle(session, top_up, found, now=now)
        if top_up.kind is TopUpKind.AUTOMATIC and top_up.state is not was:
            automatic.note(session, top_up)
        return top_up.state


def payment_of(found: Checkout) -> Payment:
    """What the wallet wants to know of a checkout."""
    return Payment(
        outcome=found.outcome, payment_id=found.payment_id, charge_id=found.charge_id, method=found.method,
        amount=found.amount, fee_minor=found.fee_minor, available_on=found.available_on,
    )  # fmt: skip


def incoming_of(found: Incoming) -> Payment:
    """What the wallet wants to know of a payment without a page."""
    return Payment(
        outcome=found.outcome, payment_id=found.id, charge_id=found.charge_id, method=found.method,
        amount=found.amount, fee_minor=found.fee_minor, available_on=found.available_on,
        received_minor=found.received.minor, error=found.error,
    )  # fmt: skip


def by_payment(session: Session, payment_id: str) -> UUID | None:
    """Whose payment it is."""
    return session.scalar(select(TopUp.id).where(TopUp.payment_id == payment_id))


def by_checkout(session: Session, checkout_id: str) -> UUID | None:
    """Whose payment page it is."""
    return session.scalar(select(TopUp.id).where(TopUp.checkout_id == checkout_id))


def waiting(session: Session, *, since: datetime) -> list[UUID]:
    """Top-ups begun after `since` whose outcome is not known: to be asked for, should a webhook have been lost."""
    return list(
        session.scalars(
            select(TopUp.id).where(
                TopUp.state.in_([TopUpState.CREATED, TopUpState.PROCESSING]),
                or_(TopUp.checkout_id.is_not(None), TopUp.payment_id.is_not(None)), TopUp.created_at >= since,
            )
        )
    )  # fmt: skip


def mature_due(session: Session, *, now: datetime) -> int:
    """Book what the provider has made available since; how many top-ups."""
    due = session.scalars(
        select(TopUp)
        .where(TopUp.state == TopUpState.PAID, TopUp.matured_at.is_(None), TopUp.available_on <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for top_up in due:
        wallet.mature(session, top_up, now=now)
    return len(due)


def _locked(session: Session, top_up_id: UUID) -> TopUp:
    return session.get_one(TopUp, top_up_id, with_for_update=True, populate_existing=True)
