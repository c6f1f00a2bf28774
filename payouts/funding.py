"""A brand at the payment provider: its customer there, the method it keeps, the bank transfers it announces."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.clock import new_id
from marketplace.core.db import Database
from marketplace.core.errors import Conflict
from marketplace.core.money import Money
from payouts import wallet
from payouts.gateway import Gateway, Incoming, Refused
from payouts.models import TopUp, WalletSettings
from payouts.payments import incoming_of
from payouts.states import TopUpKind, TopUpState
from payouts.wallet import settings_of


class TooLate(Conflict):
    """The money came meanwhile."""

    code = "too_late"
    message = "The transfer has arrived meanwhile."


def ensure_customer(database: Database, gateway: Gateway, brand_id: UUID, *, by_person_id: UUID) -> str:
    """The brand's customer at the provider, made the first time; its id."""
    with database.unit_of_work() as session:
        settings = session.get(WalletSettings, brand_id)
        if settings is not None and settings.customer_id is not None:
            return settings.customer_id
        name, email = session.get_one(Brand, brand_id).name, session.get_one(Person, by_person_id).email
    customer_id = gateway.customer(brand_id=brand_id, name=name, email=email)
    with database.unit_of_work() as session:
        settings_of(session, brand_id).customer_id = customer_id
    return customer_id


def open_transfer(database: Database, gateway: Gateway, top_up_id: UUID, *, by_person_id: UUID, now: datetime) -> None:
    """Ask the provider where the brand is to transfer to. What it sent too much before counts at once."""
    with database.unit_of_work() as session:
        top_up = session.get_one(TopUp, top_up_id)
        brand_id, amount = top_up.brand_id, Money(top_up.amount_minor, top_up.currency)
    customer_id = ensure_customer(database, gateway, brand_id, by_person_id=by_person_id)
    opened = gateway.open_transfer(top_up_id=top_up_id, customer_id=customer_id, amount=amount)
    with database.unit_of_work() as session:
        _keep(session, top_up_id, opened, now)


def cancel_transfer(database: Database, gateway: Gateway, top_up_id: UUID, *, now: datetime) -> None:
    """Wait for a transfer no longer. Raises `TooLate` when it has arrived."""
    with database.unit_of_work() as session:
        top_up = session.get_one(TopUp, top_up_id)
        payment_id = top_up.payment_id
        if top_up.kind is not TopUpKind.TRANSFER or top_up.state is not TopUpState.CREATED or payment_id is None:
            raise TooLate
    try:
        ended = gateway.cancel_incoming(payment_id)
    except Refused as refusal:
        raise TooLate from refusal
    with database.unit_of_work() as session:
        _keep(session, top_up_id, ended, now)


def look_at_cash(database: Database, gateway: Gateway, brand_id: UUID) -> None:
    """Remember what the brand transferred beyond what it was asked for."""
    with database.unit_of_work() as session:
        settings = session.get(WalletSettings, brand_id)
        customer_id = settings.customer_id if settings is not None else None
        currency = session.get_one(Brand, brand_id).currency
    if customer_id is None:
        return
    left = gateway.cash(customer_id, currency)
    with database.unit_of_work() as session:
        settings_of(session, brand_id).cash_minor = left.minor


def open_setup(database: Database, gateway: Gateway, brand_id: UUID, *, by_person_id: UUID, return_url: str) -> str:
    """The address where a payment method is given for automatic top-ups."""
    customer_id = ensure_customer(database, gateway, brand_id, by_person_id=by_person_id)
    opened = gateway.open_setup(
        customer_id=customer_id, key=f"setup:{new_id()}", success_url=return_url, cancel_url=return_url
    )
    with database.unit_of_work() as session:
        settings_of(session, brand_id).setup_id = opened.id
    return opened.url or return_url


def finish_setup(database: Database, gateway: Gateway, brand_id: UUID) -> bool:
    """Keep the method that was given; whether there is one."""
    with database.unit_of_work() as session:
        settings = session.get(WalletSettings, brand_id)
        setup_id = settings.setup_id if settings is not None else None
        known = settings is not None and settings.method_id is not None
    if setup_id is None:
        return known
    found = gateway.setup(setup_id)
    if found.method_id is None:
        return False
    with database.unit_of_work() as session:
        settings = settings_of(session, brand_id)
        settings.method_id, settings.method_label = found.method_id, found.label[:300]
        settings.setup_id, settings.auto_failures, settings.auto_error = None, 0, ""
    return True


def by_setup(session: Session, setup_id: str) -> UUID | None:
    """Whose page it is."""
    return session.scalar(select(WalletSettings.brand_id).where(WalletSettings.setup_id == setup_id))


def _keep(session: Session, top_up_id: UUID, found: Incoming, now: datetime) -> None:
    top_up = session.get_one(TopUp, top_up_id, with_for_update=True, populate_existing=True)
    top_up.payment_id = found.id
    if found.bank is not None:
        top_up.bank = dict(found.bank)
    wallet.settle(session, top_up, incoming_of(found), now=now)
