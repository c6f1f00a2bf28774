"""Experts' accounts at the payment provider. Names, papers and bank details are given there and stay there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.core.db import Database
from marketplace.core.events import publish
from payouts.events import PayeeStopped
from payouts.gateway import Gateway, RemoteAccount
from payouts.models import Earning, Payee
from payouts.states import EarningState, PayeeState

FRESH = timedelta(hours=20)
"""How long what the provider said of an account is believed by the daily look."""


def state_of(account: RemoteAccount) -> PayeeState:
    """What an account is worth for payouts."""
    if account.closed:
        return PayeeState.CLOSED
    if account.ready:
        return PayeeState.ACTIVE
    return PayeeState.PENDING


def record(session: Session, person_id: UUID, account: RemoteAccount, *, now: datetime) -> Payee:
    """Keep what the provider says of an expert's account. A ready one that lost it counts as restricted."""
    payee = session.get(Payee, person_id, with_for_update=True)
    if payee is None:
        payee = Payee(person_id=person_id, account_id=account.id, version=account.version, created_at=now)
        session.add(payee)
    before = payee.state
    was_ready = payee.state in {PayeeState.ACTIVE, PayeeState.RESTRICTED}
    payee.account_id, payee.version = account.id, account.version
    payee.state = state_of(account)
    if payee.state is PayeeState.PENDING and was_ready:
        payee.state = PayeeState.RESTRICTED
    payee.missing = list(account.missing)
    payee.checked_at = now
    session.flush()
    if before is PayeeState.ACTIVE and payee.state is not PayeeState.ACTIVE:
        publish(session, PayeeStopped(person_id))
    return payee


def stop(session: Session, person_id: UUID, *, closed: bool) -> None:
    """The provider refused a transfer because of the account: nothing more is sent until it is mended."""
    payee = session.get(Payee, person_id, with_for_update=True)
    if payee is None:
        return
    was_ready = payee.state is PayeeState.ACTIVE
    payee.state = PayeeState.CLOSED if closed else PayeeState.RESTRICTED
    session.flush()
    if was_ready:
        publish(session, PayeeStopped(person_id))


def ensure_account(database: Database, gateway: Gateway, person_id: UUID, *, now: datetime) -> Payee:
    """The expert's account, made at the provider the first time. Asked twice, there is still one."""
    with database.unit_of_work() as session:
        known = session.get(Payee, person_id)
        if known is not None and known.state is not PayeeState.CLOSED:
            return known
        person = session.get_one(Person, person_id)
        country = session.scalar(select(Expert.country).where(Expert.person_id == person_id)) or "FR"
        email, name = person.email, person.name
    account = gateway.create_account(person_id=person_id, email=email, name=name, country=country)
    with database.unit_of_work() as session:
        return record(session, person_id, account, now=now)


def refresh(database: Database, gateway: Gateway, person_id: UUID, *, now: datetime) -> Payee | None:
    """Ask the provider how the account stands; none when there is no account yet."""
    with database.unit_of_work() as session:
        payee = session.get(Payee, person_id)
    if payee is None:
        return None
    account = gateway.account(payee.account_id, payee.version)
    with database.unit_of_work() as session:
        return record(session, person_id, account, now=now)


def to_check(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Experts with money pending or due whose account was not asked about for most of a day, longest ago first."""
    owed = exists().where(
        Earning.person_id == Payee.person_id, Earning.state.in_([EarningState.PENDING, EarningState.AVAILABLE])
    )
    wanted = select(Payee.person_id).where(owed, Payee.state != PayeeState.CLOSED, Payee.checked_at < now - FRESH)
    return session.scalars(wanted.order_by(Payee.checked_at)).all()


def person_of(session: Session, account_id: str) -> UUID | None:
    """Whose account it is."""
    return session.scalar(select(Payee.person_id).where(Payee.account_id == account_id))


def hold(session: Session, person_id: UUID, *, because: str) -> None:
    """Send nothing to this expert until an operator clears it; what is owed stays owed."""
    payee = session.get(Payee, person_id, with_for_update=True)
    if payee is not None:
        payee.held_because = because[:300]
        session.flush()


def clear_hold(session: Session, person_id: UUID) -> None:
    """Payouts may go on."""
    payee = session.get(Payee, person_id, with_for_update=True)
    if payee is not None:
        payee.held_because = None
        session.flush()
