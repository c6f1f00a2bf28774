"""Mails about money: the week's statement, a payout made or refused, a wallet that runs low."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.core.clock import utcnow
from marketplace.mail import outbox
from payouts import ledger, queries
from payouts.chart import AccountKind, brand
from payouts.events import PayoutSettled, WalletLow
from payouts.models import Earning, Payout, WalletSettings

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
    """Tell the brand's owners, once until the next top-up."""
    limits, now = session.get_one(WalletSettings, event.brand_id), utcnow()
    if limits.warned_at is None or now - limits.warned_at > OLD_NEWS:
        return
    name = session.get_one(Brand, event.brand_id).name
    free = ledger.balance(session, brand(AccountKind.BRAND_WALLET, event.brand_id, event.currency))
    owners = session.scalars(
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(Member.brand_id == event.brand_id, Member.role == Role.OWNER, Person.disabled_at.is_(None))
    )
    for owner in owners:
        context = {"name": owner.name, "brand": name, "free_minor": free, "currency": event.currency}
        outbox.post(session, to=owner.email, locale=owner.locale, template="wallet_low", context=context, now=now)


def send_statements(session: Session, week: str, *, now: datetime) -> int:
    """Mail the week's table to everybody who earned in it; how many."""
    since, until = queries.week_bounds(week)
    earned: list[UUID] = list(
        session.scalars(
            select(Earning.person_id).where(Earning.earned_at >= since, Earning.earned_at < until).distinct()
        )
    )
    for person_id in earned:
        person = session.get_one(Person, person_id)
        lines = queries.statement(session, person_id, week)
        rows = [
            {
                "at": line.earning.earned_at.date().isoformat(), "brand": line.brand,
                "gross": line.earning.gross_minor, "net": line.earning.net_minor, "currency": line.earning.currency,
            }
            for line in lines
        ]  # fmt: skip
        sums = [
            {"count": one.count, "net": one.net.minor, "currency": one.net.currency} for one in queries.totals(lines)
        ]
        context = {"name": person.name, "week": week, "rows": rows, "sums": sums}
        outbox.post(session, to=person.email, locale=person.locale, template="statement", context=context, now=now)
    return len(earned)
