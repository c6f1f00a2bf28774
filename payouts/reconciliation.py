"""Three ways every day: conversations against the ledger, the ledger against the provider's book, the ledger's mirror
against the provider's balance. Each difference is a named finding for a person; nothing is silently put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from payouts import audit, ledger, returns
from payouts.chart import AccountKind, platform
from payouts.gateway import Gateway, Holdings, Movement
from payouts.models import Finding, Payout, PayoutRun, TopUp
from payouts.states import FindingState, PayoutState, RunState, TopUpState

K = AccountKind
SINCE = timedelta(days=35)
SLOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A named difference: its kind, what it is about, and the figures on both sides."""

    kind: str
    about: str
    details: dict[str, Any]

    @property
    def name(self) -> str:
        """The same difference keeps the same name, whenever it is found."""
        return f"{self.kind}:{self.about}"[:120]


def reconcile(database: Database, gateway: Gateway, *, now: datetime) -> list[Difference]:
    """Compare, and keep what differs as findings; those no longer seen are resolved. What differs now."""
    holdings, movements = gateway.holdings(), list(gateway.movements(since=now - SINCE))
    with database.unit_of_work() as session:
        returns.book_own_money(session, movements, now=now)
        found = [
            *_against_conversations(session), *_against_book(session, movements, now),
            *_against_balance(session, holdings), *_unsettled(session, now),
        ]  # fmt: skip
        _keep(session, found, now)
    return found


def _against_conversations(session: Session) -> Iterator[Difference]:
    for violation in audit.audit(session).violations:
        row = {name: str(value) for name, value in violation.row.items()}
        yield Difference(
            "books", f"{violation.check}:{next(iter(row.values()), '')}", {"check": violation.check, **row}
        )


def _against_book(session: Session, movements: list[Movement], now: datetime) -> Iterator[Difference]:
    paid = session.scalars(
        select(TopUp).where(TopUp.state == TopUpState.PAID, TopUp.paid_at >= now - SINCE + timedelta(days=1))
    ).all()
    sent = session.scalars(
        select(Payout).where(Payout.transfer_id.is_not(None), Payout.settled_at >= now - SINCE + timedelta(days=1))
    ).all()
    transfers = {line.source_id: line for line in movements if line.kind == "transfer"}
    charged = sum(line.amount.minor for line in movements if line.kind in {"charge", "payment"})
    for payout in sent:
        line = transfers.pop(payout.transfer_id, None)
        if line is None or -line.amount.minor != payout.amount_minor:
            theirs = -line.amount.minor if line is not None else 0
            details = {"payout": str(payout.id), "ours": payout.amount_minor, "theirs": theirs}
            yield Difference("transfer_differs", str(payout.transfer_id), details)
    known = set(session.scalars(select(Payout.transfer_id).where(Payout.transfer_id.in_(list(transfers)))))
    for transfer_id, line in transfers.items():
        if transfer_id not in known:
            yield Difference("transfer_unknown", str(transfer_id), {"theirs": -line.amount.minor})
    ours = sum(top_up.amount_minor for top_up in paid)
    if ours > charged:
        yield Difference("payments_missing", f"{now:%Y-%m-%d}", {"ours": ours, "theirs": charged})


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
        details = {"outcome": payout.outcome, "error": payout.error, "attempts": payout.attempts}
        yield Difference("payout_unsettled", str(payout.id), details)


def _keep(session: Session, found: list[Difference], now: datetime) -> None:
    known = {finding.name: finding for finding in session.scalars(select(Finding).with_for_update())}
    for difference in found:
        finding = known.get(difference.name)
        if finding is None:
            finding = Finding(
                name=difference.name, kind=difference.kind, state=FindingState.OPEN, first_seen_at=now, note="",
                details={}, last_seen_at=now,
            )  # fmt: skip
            session.add(finding)
        finding.details, finding.last_seen_at = difference.details, now
        finding.state, finding.resolved_at = FindingState.OPEN, None
    names = [difference.name for difference in found]
    session.execute(
        update(Finding)
        .where(Finding.state == FindingState.OPEN, Finding.name.not_in(names))
        .values(state=FindingState.RESOLVED, resolved_at=now)
    )
    session.flush()
