"""Mails about money: the week's statement, a payout made or refused, a wallet that runs low."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.core.clock import utcnow
from marketplace.mail import outbox
from payouts import ledger, queries, statements
from payouts.chart import AccountKind, brand
from payouts.events import AutomaticTopUpFailed, ChargebackMoved, PayeeStopped, PayoutSettled, WalletLow
from payouts.models import Chargeback, Payee, Payout, TopUp, WalletSettings
from payouts.states import PayeeState

OLD_NEWS = timedelta(days=1)
"""What happened longer ago is not worth a mail: a past that is told afterwards sends none."""


def on_payout_settled(session: Session, event: PayoutSettled) -> None:
    """Tell the expert that money is on its way, or that it came back and why."""
    payout, person = session.get_one(Payout, event.payout_id), session.get_one(Person, event.person_id)
    now = utcnow()
    if payout.settled_at is None or now - payout.settled_at > OLD_NEWS:
        return
    context = {
        "name": person.name, "amount_minor": payout.amount_minor, "currency": payout.currency,
        "period": payout.period, "paid": event.paid,
    }  # fmt: skip
    outbox.post(session, to=person.email, locale=person.locale, template="payout", context=context, now=now)


def on_wallet_low(session: Session, event: WalletLow) -> None:
    """Tell the brand's owners, once per level until the next top-up."""
    limits, now = session.get_one(WalletSettings, event.brand_id), utcnow()
    if limits.warned_at is None or now - (limits.warned_empty_at or limits.warned_at) > OLD_NEWS:
        return
    free = ledger.balance(session, brand(AccountKind.BRAND_WALLET, event.brand_id, event.currency))
    context = {"free_minor": free, "currency": event.currency, "empty": event.empty, "automatic": limits.auto_on}
    _tell_owners(session, event.brand_id, "wallet_low", context)


def on_automatic_top_up_failed(session: Session, event: AutomaticTopUpFailed) -> None:
    """Tell the owners what was refused, and whether it is tried again."""
    top_up, limits = session.get_one(TopUp, event.top_up_id), session.get_one(WalletSettings, event.brand_id)
    context = {
        "amount_minor": top_up.amount_minor, "currency": top_up.currency, "why": top_up.error,
        "method": limits.method_label, "on": limits.auto_on,
    }  # fmt: skip
    _tell_owners(session, event.brand_id, "top_up_failed", context)


def on_chargeback(session: Session, event: ChargebackMoved) -> None:
    """Tell the owners that a payment is disputed, what that stops, and how it ended."""
    case = session.get_one(Chargeback, event.chargeback_id)
    context = {"amount_minor": case.amount_minor, "currency": case.currency, "state": case.state.value}
    _tell_owners(session, event.brand_id, "chargeback", context)


def on_payee_stopped(session: Session, event: PayeeStopped) -> None:
    """Tell the expert that payouts wait, that what was earned stays his, and where to mend it."""
    payee, person = session.get_one(Payee, event.person_id), session.get_one(Person, event.person_id)
    owed = [
        {"minor": (one.available + one.pending + one.on_its_way).minor, "currency": one.currency}
        for one in (queries.standing(session, person.id, code) for code in queries.currencies_of(session, person.id))
    ]
    context = {"name": person.name, "closed": payee.state is PayeeState.CLOSED, "owed": owed}
    outbox.post(
        session, to=person.email, locale=person.locale, template="account_stopped", context=context, now=utcnow()
    )


def _tell_owners(session: Session, brand_id: UUID, template: str, context: dict[str, Any]) -> None:
    name = session.get_one(Brand, brand_id).name
    owners = session.scalars(
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(Member.brand_id == brand_id, Member.role == Role.OWNER, Person.disabled_at.is_(None))
    )
    for owner in owners:
        outbox.post(
            session, to=owner.email, locale=owner.locale, template=template,
            context={**context, "name": owner.name, "brand": name}, now=utcnow(),
        )  # fmt: skip


def send_statements(session: Session, week: str, *, now: datetime) -> int:
    """Mail the week's table to everybody who earned in it; how many."""
    earned = statements.earned_in(session, week)
    for person_id in earned:
        person = session.get_one(Person, person_id)
        week_of = statements.statement(session, person_id, week)
        rows = [
            {
                "at": line.movement.at.date().isoformat(), "brand": line.brand or "Comptoir",
                "gross": line.movement.gross.minor, "net": line.movement.net.minor,
                "currency": line.movement.earning.currency,
            }
            for line in week_of.lines
        ]  # fmt: skip
        sums = [{"count": one.count, "net": one.net.minor, "currency": one.currency} for one in week_of.totals]
        context = {"name": person.name, "week": week, "rows": rows, "sums": sums}
        outbox.post(session, to=person.email, locale=person.locale, template="statement", context=context, now=now)
    return len(earned)
