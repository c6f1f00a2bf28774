"""(7) Paid: the weekly batch. Built, approved by people, then reserved and handed to `transfers`."""

from collections import defaultdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Forbidden
from payouts import ledger
from payouts.chart import AccountKind, expert
from payouts.ledger import Entry
from payouts.models import Earning, LedgerAccount, Payee, Payout, PayoutRun
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
BATCH = 1_000


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
    CARRIED_OVER = "carried_over"


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
    """One payout for each expert with enough due, in batches, so that memory does not grow with their number."""
    skipped: list[dict[str, Any]] = []
    for batch in session.execute(_due(run.currency)).partitions(BATCH):
        rows = []
        for one in batch:
            netted = min(int(one.owed), int(one.available))
            amount = int(one.available) - netted
            reason = _why_skipped(one, amount, minimum_minor)
            if reason is not None:
                line = {"person_id": str(one.person_id), "amount_minor": amount, "reason": reason.value}
                skipped.append(line)
                continue
            rows.append(
                {
                    "id": new_id(), "run_id": run.id, "period": run.period, "person_id": one.person_id,
                    "currency": run.currency, "amount_minor": amount, "netted_minor": netted,
                    "account_id": one.account_id, "created_at": now,
                }
            )  # fmt: skip
        if rows:
            session.execute(insert(Payout), rows)
    run.skipped = skipped
    _tie(session, run)


def _tie(session: Session, run: PayoutRun) -> None:
    """Tie the earnings to their payouts; amounts are those of what was really tied."""
    session.execute(
        update(Earning)
        .where(
            Payout.run_id == run.id, Earning.person_id == Payout.person_id, Earning.currency == run.currency,
            Earning.payout_id.is_(None), Earning.state == EarningState.AVAILABLE,
        )
        .values(payout_id=Payout.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    tied = (
        select(Earning.payout_id, func.sum(Earning.net_minor).label("net"))
        .join(Payout, Payout.id == Earning.payout_id)
        .where(Payout.run_id == run.id)
        .group_by(Earning.payout_id)
        .subquery()
    )
    session.execute(
        update(Payout)
        .where(Payout.id == tied.c.payout_id)
        .values(amount_minor=tied.c.net - Payout.netted_minor)
        .execution_options(synchronize_session=False)
    )
    run.payouts, run.total_minor = session.execute(
        select(func.count(), func.coalesce(func.sum(Payout.amount_minor), 0)).where(Payout.run_id == run.id)
    ).one()
    session.flush()
    for row in session.identity_map.values():
        if isinstance(row, Earning):
            session.expire(row, ["payout_id"])


def _due(currency: str) -> Select[Any]:
    """Per expert what is available and in no payout yet, what he owes, and his account; the oldest money first."""
    earned = (
        select(
            Earning.person_id, func.sum(Earning.net_minor).label("available"),
            func.min(Earning.earned_at).label("oldest"),
        )
        .where(
            Earning.state == EarningState.AVAILABLE, Earning.currency == currency, Earning.payout_id.is_(None)
        )
        .group_by(Earning.person_id)
        .subquery()
    )  # fmt: skip
    debt = (
        (LedgerAccount.kind == K.EXPERT_RECEIVABLE) & (LedgerAccount.owner_id == earned.c.person_id)
        & (LedgerAccount.currency == currency)
    )  # fmt: skip
    return (
        select(
            earned.c.person_id, earned.c.available, func.coalesce(LedgerAccount.balance, 0).label("owed"),
            Payee.account_id, Payee.state, Payee.held_because,
        )
        .outerjoin(Payee, Payee.person_id == earned.c.person_id)
        .outerjoin(LedgerAccount, debt)
        .order_by(earned.c.oldest, earned.c.person_id)
        .execution_options(yield_per=BATCH)
    )  # fmt: skip


def _why_skipped(one: Row[Any], amount: int, minimum_minor: int) -> Skip | None:
    if amount < max(minimum_minor, 1):
        return Skip.BELOW_MINIMUM
    if one.account_id is None:
        return Skip.NO_ACCOUNT
    if one.held_because:
        return Skip.HELD
    return Skip.NOT_READY if one.state is not PayeeState.ACTIVE else None


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


def begin(session: Session, run: PayoutRun, *, now: datetime, available_minor: int | None = None) -> int:
    """Start executing an approved run held locked by the caller; how many payouts are carried over.

    `available_minor` is what the provider can send now: beyond it, the newest are left for a later run. Two clicks
    start it once.
    """
    if run.state in {RunState.EXECUTING, RunState.DONE}:
        return 0
    run.state = RUN.after(run.state, RunAction.EXECUTE)
    run.executed_at = now
    session.flush()
    return 0 if available_minor is None else _carry_over(session, run, available_minor, now)


def _carry_over(session: Session, run: PayoutRun, available_minor: int, now: datetime) -> int:
    """Oldest money first: from the first payout on that is not covered, all wait for a later run."""
    promised = session.scalar(
        select(func.coalesce(func.sum(Payout.amount_minor), 0))
        .join(PayoutRun, PayoutRun.id == Payout.run_id)
        .where(
            PayoutRun.state == RunState.EXECUTING, PayoutRun.id != run.id, Payout.currency == run.currency,
            Payout.state.in_([PayoutState.PREPARED, PayoutState.SUBMITTED]),
        )
    )  # fmt: skip
    running = func.sum(Payout.amount_minor).over(order_by=Payout.id).label("running")
    ranked = select(Payout.id, running).where(Payout.run_id == run.id).subquery()
    beyond = select(ranked.c.id).where(ranked.c.running > available_minor - int(promised or 0))
    session.execute(
        update(Earning)
        .where(Earning.payout_id.in_(beyond), Earning.state == EarningState.AVAILABLE)
        .values(payout_id=None)
        .execution_options(synchronize_session=False)
    )
    carried = session.execute(
        update(Payout)
        .where(Payout.id.in_(beyond), Payout.state == PayoutState.PREPARED)
        .values(
            state=PAYOUT.after(PayoutState.PREPARED, PayoutAction.CANCEL), error=Skip.CARRIED_OVER.value,
            settled_at=now,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    session.expire_all()
    return int(carried.rowcount)  # type: ignore[attr-defined]


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
