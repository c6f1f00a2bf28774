"""(7) Paid: the weekly batch. Built, approved by people, then reserved and handed to `transfers`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Forbidden
from payouts import ledger
from payouts.chart import AccountKind, expert
from payouts.ledger import Entry
from payouts.models import Earning, Payee, Payout, PayoutRun
from payouts.states import (
    PAYOUT,
    RUN,
    EarningState,
    PayeeState,
    PayoutAction,
    PayoutState,
    RunAction,
    RunState,
)  # fmt: skip

K = AccountKind


class AlreadyPrepared(Conflict):
    """The period has a run in this currency, or there is nobody to pay."""

    code = "already_prepared"
    message = "There is nothing to pay out that is not in a run already."


class Skip(StrEnum):
    """Why somebody with money due is not in a run."""

    BELOW_MINIMUM = "below_minimum"
    NO_ACCOUNT = "no_account"
    NOT_READY = "not_ready"
    HELD = "held"
    ALREADY = "already_in_period"


@dataclass(frozen=True, slots=True)
class Due:
    """What one expert has available, and owes, in one currency (minor units)."""

    person_id: UUID
    available: int
    owed: int


def period_of(now: datetime) -> str:
    """The ISO week, such as 2026-W47 (UTC)."""
    year, week, _ = now.isocalendar()
    return f"{year}-W{week:02d}"


def prepare(
    session: Session, *, currency: str, minimum_minor: int, by: UUID | None, now: datetime, period: str | None = None,
    extra: bool = False,
) -> PayoutRun:  # fmt: skip
    """Build the period's run: who is paid what, and who is skipped and why. Freezes which earnings are in it.

    A second build of a period adds nothing: it returns the run there is. `extra` makes another batch in the same
    week for what became available since. Raises `AlreadyPrepared` when there would be nobody in it.
    """
    session.execute(select(func.pg_advisory_xact_lock(727_301)))
    period = period or period_of(now)
    batches = session.execute(
        select(PayoutRun.period, PayoutRun.id)
        .where(PayoutRun.currency == currency, PayoutRun.period.like(f"{period}%"))
        .where(PayoutRun.state != RunState.CANCELLED)
        .order_by(PayoutRun.created_at)
    ).all()
    if batches and not extra:
        return session.get_one(PayoutRun, batches[0].id)
    taken = {batch.period for batch in batches}
    names = (period if number == 1 else f"{period}.{number}" for number in range(1, len(taken) + 2))
    run = PayoutRun(
        id=new_id(), period=next(name for name in names if name not in taken), currency=currency,
        state=RunState.PREPARED, prepared_by=by, created_at=now, total_minor=0, payouts=0, skipped=[],
    )  # fmt: skip
    session.add(run)
    session.flush()
    _fill(session, run, minimum_minor, now)
    if not run.payouts and extra:
        raise AlreadyPrepared
    return run


def _fill(session: Session, run: PayoutRun, minimum_minor: int, now: datetime) -> None:
    due = list(_due(session, run.currency))
    payees = {
        payee.person_id: payee
        for payee in session.scalars(select(Payee).where(Payee.person_id.in_([one.person_id for one in due])))
    }
    for one in due:
        payee, amount = payees.get(one.person_id), one.available - one.owed
        reason = _why_skipped(payee, amount, minimum_minor)
        if reason is not None or payee is None:
            _skip(run, one, reason or Skip.NO_ACCOUNT)
            continue
        payout = Payout(
            id=new_id(), run_id=run.id, period=run.period, person_id=one.person_id, currency=run.currency,
            amount_minor=amount, netted_minor=one.owed, account_id=payee.account_id, created_at=now,
        )  # fmt: skip
        session.add(payout)
        session.flush()
        session.execute(
            update(Earning)
            .where(
                Earning.person_id == one.person_id, Earning.currency == run.currency, Earning.payout_id.is_(None),
                Earning.state == EarningState.AVAILABLE,
            )
            .values(payout_id=payout.id)
        )  # fmt: skip
        run.total_minor += amount
        run.payouts += 1
    session.flush()


def _due(session: Session, currency: str) -> Iterable[Due]:
    """Available earnings that are in no payout yet, less what the expert owes; the oldest money first."""
    rows = session.execute(
        select(Earning.person_id, func.sum(Earning.net_minor))
        .where(
            Earning.state == EarningState.AVAILABLE, Earning.currency == currency, Earning.payout_id.is_(None)
        )
        .group_by(Earning.person_id)
        .order_by(func.min(Earning.earned_at))
    ).all()  # fmt: skip
    for person_id, available in rows:
        owed = ledger.balance(session, expert(K.EXPERT_RECEIVABLE, person_id, currency))
        yield Due(person_id, int(available), min(owed, int(available)))


def _why_skipped(payee: Payee | None, amount: int, minimum_minor: int) -> Skip | None:
    if amount < max(minimum_minor, 1):
        return Skip.BELOW_MINIMUM
    if payee is None:
        return Skip.NO_ACCOUNT
    if payee.held_because:
        return Skip.HELD
    return Skip.NOT_READY if payee.state is not PayeeState.ACTIVE else None


def _skip(run: PayoutRun, one: Due, reason: Skip) -> None:
    line = {"person_id": str(one.person_id), "amount_minor": one.available - one.owed, "reason": reason.value}
    run.skipped = [*run.skipped, line]


def needs_second(run: PayoutRun, *, limit_minor: int) -> bool:
    """Whether two operators must approve."""
    return run.total_minor > limit_minor


def approve(session: Session, run: PayoutRun, *, by: UUID, limit_minor: int, now: datetime) -> None:
    """One operator's approval of a run held locked by the caller; above the limit a second, other one completes it.

    Raises `ForbiddenMove` when it is not waiting for approval, `Forbidden` when the same person approves twice.
    """
    after = RUN.after(run.state, RunAction.APPROVE)
    if run.first_approver is None:
        run.first_approver = by
    elif run.first_approver == by:
        raise Forbidden("Another operator must approve a run of this size.")
    else:
        run.second_approver = by
    if not needs_second(run, limit_minor=limit_minor) or run.second_approver is not None:
        run.state, run.approved_at = after, now
    session.flush()


def cancel(session: Session, run: PayoutRun) -> None:
    """Drop a run, held locked by the caller, before anything was reserved; its earnings are free again."""
    run.state = RUN.after(run.state, RunAction.CANCEL)
    for payout in session.scalars(select(Payout).where(Payout.run_id == run.id).with_for_update()):
        payout.state = PAYOUT.after(payout.state, PayoutAction.CANCEL)
        release(session, payout)
    run.period = f"{run.period} ({run.id.hex[-6:]})"
    session.execute(update(Payout).where(Payout.run_id == run.id).values(period=run.period))
    session.flush()


def begin(session: Session, run: PayoutRun, *, now: datetime) -> None:
    """Start executing an approved run held locked by the caller. Two clicks start it once."""
    if run.state in {RunState.EXECUTING, RunState.DONE}:
        return
    run.state = RUN.after(run.state, RunAction.EXECUTE)
    run.executed_at = now
    session.flush()


def release(session: Session, payout: Payout) -> None:
    """Let the earnings of a payout that will not be made go into a later one."""
    session.execute(
        update(Earning)
        .where(Earning.payout_id == payout.id, Earning.state == EarningState.AVAILABLE)
        .values(payout_id=None)
    )


def reserve(session: Session, payout: Payout, *, now: datetime) -> bool:
    """Reserve the money and write down what will be sent, in one transaction, before anything is sent.

    False when what was approved is no longer what is due: then the payout fails and its earnings stay available.
    """
    earned = session.scalar(
        select(func.coalesce(func.sum(Earning.net_minor), 0)).where(
            Earning.payout_id == payout.id, Earning.state == EarningState.AVAILABLE
        )
    )
    payee = session.get(Payee, payout.person_id)
    changed = int(earned or 0) != payout.amount_minor + payout.netted_minor
    if changed or payee is None or payee.state is not PayeeState.ACTIVE or payee.held_because:
        payout.state = PAYOUT.after(payout.state, PayoutAction.FAIL)
        payout.error = "changed_since_approval" if changed else Skip.NOT_READY.value
        payout.settled_at = now
        release(session, payout)
        session.flush()
        return False
    payout.state = PAYOUT.after(payout.state, PayoutAction.SUBMIT)
    payout.reserved_at = payout.due_at = now
    payout.account_id = payee.account_id
    payout.params = {
        "amount": payout.amount_minor, "currency": payout.currency, "account": payout.account_id,
        "run": str(payout.run_id), "payout": str(payout.id),
    }  # fmt: skip
    whole = payout.amount_minor + payout.netted_minor
    ledger.post(
        session, key=f"reserve:{payout.id}", type="payout_reserved", source_type="payout", source_id=payout.id,
        event_at=now, now=now,
        entries=(
            Entry(expert(K.EXPERT_AVAILABLE, payout.person_id, payout.currency), whole),
            Entry(expert(K.EXPERT_IN_PAYOUT, payout.person_id, payout.currency), -payout.amount_minor),
            Entry(expert(K.EXPERT_RECEIVABLE, payout.person_id, payout.currency), -payout.netted_minor),
        ),
    )  # fmt: skip
    session.flush()
    return True


def finish(session: Session, run_id: UUID, *, now: datetime) -> bool:
    """Close the run when each of its payouts has an outcome."""
    run = session.get_one(PayoutRun, run_id, with_for_update=True, populate_existing=True)
    if run.state is not RunState.EXECUTING:
        return run.state is RunState.DONE
    open_ones = session.scalar(
        select(func.count())
        .select_from(Payout)
        .where(Payout.run_id == run_id, Payout.state.in_([PayoutState.PREPARED, PayoutState.SUBMITTED]))
    )
    if open_ones:
        return False
    run.state, run.done_at = RUN.after(run.state, RunAction.FINISH), now
    session.flush()
    return True


def progress(session: Session, run_id: UUID) -> dict[PayoutState, int]:
    """How many payouts of the run are in each state."""
    counts: dict[PayoutState, int] = defaultdict(int)
    for state, number in session.execute(
        select(Payout.state, func.count()).where(Payout.run_id == run_id).group_by(Payout.state)
    ):
        counts[state] = number
    return counts


def next_period_start(now: datetime) -> datetime:
    """Monday of the present week, midnight UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday())
