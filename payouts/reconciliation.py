"""Three ways every day: conversations against the ledger, the ledger against the provider's book, the ledger's mirror
against the provider's balance. Each difference is a named finding for a person; nothing is silently put right."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.db import Database
from payouts import audit, findings, ledger, movements, payments, returns
from payouts.chart import AccountKind, platform
from payouts.findings import Difference
from payouts.gateway import Gateway, Holdings
from payouts.models import Comparison, Payout, PayoutRun
from payouts.states import PayoutState, RunState

K = AccountKind
SINCE = timedelta(days=35)
SLOW = timedelta(hours=1)
LATE = timedelta(minutes=10)
"""How long the provider's list may lag behind what it answered."""


def reconcile(database: Database, gateway: Gateway, *, now: datetime, by: UUID | None = None) -> list[Difference]:
    """Compare, and keep what differs as findings; those no longer seen are resolved. What differs now.

    `by` is who asked for it; nobody: the calendar. Each comparison is kept with what it looked at.
    """
    holdings, lines = gateway.holdings(), list(gateway.movements(since=now - SINCE))
    with database.unit_of_work() as session:
        payments.mature_due(session, now=now)
        returns.book_own_money(session, lines, now=now)
        compared = movements.store(session, lines)
        matched = movements.match(session)
        found = [
            *_against_conversations(session), *_against_book(session, now),
            *_against_balance(session, holdings), *_unsettled(session, now),
        ]  # fmt: skip
        opened, closed = findings.keep(session, found, now=now)
        session.add(
            Comparison(
                id=new_id(), by_person_id=by, checked=_counted(session, compared, matched), differences=len(found),
                opened=opened, closed=closed, at=now,
            )
        )  # fmt: skip
    return found


def keep_failure(database: Database, problem: str, *, now: datetime, by: UUID | None) -> None:
    """Keep that a comparison could not be made, and why."""
    with database.unit_of_work() as session:
        session.add(Comparison(id=new_id(), by_person_id=by, checked={}, problem=problem[:300], at=now))


def _counted(session: Session, compared: int, matched: int) -> dict[str, int]:
    """What was looked at: rows of each side."""
    counts = session.execute(
        text("""
            SELECT (SELECT count(*) FROM conversation) AS conversations,
                   (SELECT count(*) FROM ledger_transaction) AS transactions,
                   (SELECT count(*) FROM ledger_account) AS accounts
        """)
    ).one()
    return {
        "conversations": counts.conversations, "transactions": counts.transactions, "accounts": counts.accounts,
        "movements": compared, "matched": matched,
    }  # fmt: skip


def _against_conversations(session: Session) -> Iterator[Difference]:
    for violation in audit.audit(session).violations:
        row = {name: str(value) for name, value in violation.row.items()}
        yield Difference(
            "books", f"{violation.check}:{next(iter(row.values()), '')}", {"check": violation.check, **row}
        )


def _against_book(session: Session, now: datetime) -> Iterator[Difference]:
    """Each line there is booked by one transaction here with its amount, and back."""
    since = now - SINCE + timedelta(days=1)
    for line in movements.unbooked(session, since=since):
        kind = "transfer_unknown" if line.kind == "transfer" else "movement_unbooked"
        details = {
            "movement": line.id, "type": line.kind, "source": line.source_id, "theirs": line.amount_minor,
            "fee": line.fee_minor, "currency": line.currency, "at": f"{line.created_at:%Y-%m-%d %H:%M} UTC",
        }  # fmt: skip
        yield Difference(kind, str(line.source_id if kind == "transfer_unknown" else line.id), details)
    for pair in movements.differing(session, since=since):
        line = pair.movement
        details = {
            "movement": line.id, "transaction": str(line.transaction_id), "ours": pair.booked,
            "theirs": line.amount_minor - line.fee_minor, "currency": line.currency,
        }  # fmt: skip
        yield Difference("movement_differs", line.id, details)
    for transaction in movements.missing(session, since=since, until=now - LATE):
        details = {"transaction": str(transaction.id), "type": transaction.type, "key": transaction.key}
        yield Difference("transaction_unmatched", transaction.key, details)


def _against_balance(session: Session, holdings: Holdings) -> Iterator[Difference]:
    currencies = set(holdings.available) | set(holdings.pending) | set(
        session.scalars(text("SELECT DISTINCT currency FROM ledger_account WHERE kind LIKE 'stripe.%'"))
    )  # fmt: skip
    for currency in sorted(currencies):
        pairs = ((K.STRIPE_AVAILABLE, holdings.available), (K.STRIPE_PENDING, holdings.pending))
        for kind, theirs in pairs:
            ours = ledger.balance(session, platform(kind, currency))
            if ours != theirs.get(currency, 0):
                details = {"ours": ours, "theirs": theirs.get(currency, 0), "currency": currency}
                yield Difference("balance_differs", f"{kind.value}:{currency}", details)


def _unsettled(session: Session, now: datetime) -> Iterator[Difference]:
    """Payouts whose outcome has been unknown for long, or that were stopped for a person to look at."""
    rows = session.scalars(
        select(Payout)
        .join(PayoutRun, PayoutRun.id == Payout.run_id)
        .where(
            Payout.state == PayoutState.SUBMITTED, Payout.reserved_at < now - SLOW,
            PayoutRun.state == RunState.EXECUTING,
        )
    )  # fmt: skip
    for payout in rows:
        details = {
            "run": str(payout.run_id),
            "outcome": payout.outcome,
            "error": payout.error,
            "attempts": payout.attempts,
        }
        yield Difference("payout_unsettled", str(payout.id), details)


__all__ = ["Difference", "keep_failure", "reconcile"]
