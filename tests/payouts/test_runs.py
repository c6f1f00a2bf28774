"""The weekly run: built once, approved by people, its experts chosen by rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.core.errors import Forbidden
from marketplace.core.money import Money
from marketplace.core.states import ForbiddenMove
from payouts import earnings, ledger, runs
from payouts.chart import AccountKind, expert
from payouts.gateway import Transfer
from payouts.models import Earning, Payout, PayoutRun
from payouts.runs import AlreadyPrepared
from payouts.states import EarningState, PayeeState, PayoutState, RunState
from payouts.transfers import record
from tests.factories.accounts import make_person
from tests.factories.payouts import earn, make_market, make_payee

K = AccountKind


def build(session: Session, now: datetime, **more: Any) -> PayoutRun:
    given: dict[str, Any] = {"minimum_minor": 300, **more}
    return runs.prepare(session, currency="EUR", by=None, now=now, **given)


def payouts_of(session: Session, run: PayoutRun) -> list[Payout]:
    return list(session.scalars(select(Payout).where(Payout.run_id == run.id)))


def make_earner(session: Session) -> Person:
    """Somebody ready to be paid, with 6.40 EUR available."""
    _, mission, person = make_market(session)
    make_payee(session, person)
    earn(session, mission, person)
    earn(session, mission, person)
    return person


def test_a_run_pays_what_is_available_to_each_ready_expert(session: Session, now: datetime) -> None:
    person = make_earner(session)
    run = build(session, now)
    assert run.period == "2026-W47"
    assert [(p.person_id, p.amount_minor) for p in payouts_of(session, run)] == [(person.id, 640)]
    assert (run.total_minor, run.payouts) == (640, 1)


def test_building_a_period_again_adds_nothing_and_an_extra_batch_takes_what_came_since(
    session: Session, now: datetime
) -> None:
    make_earner(session)
    run = build(session, now)
    make_earner(session)
    assert build(session, now + timedelta(days=1)).id == run.id
    assert len(payouts_of(session, run)) == 1
    second = build(session, now, extra=True)
    assert (second.period, second.payouts) == ("2026-W47.2", 1)
    with pytest.raises(AlreadyPrepared):
        build(session, now, extra=True)


@pytest.mark.parametrize(
    ("state", "held", "minimum", "reason"),
    [
        (PayeeState.ACTIVE, None, 641, "below_minimum"),
        (PayeeState.PENDING, None, 300, "not_ready"),
        (PayeeState.RESTRICTED, None, 300, "not_ready"),
        (PayeeState.ACTIVE, "bank refused", 300, "held"),
        (None, None, 300, "no_account"),
    ],
)
def test_who_is_skipped_and_why_is_written_down(
    session: Session, now: datetime, state: PayeeState | None, held: str | None, minimum: int, reason: str
) -> None:
    _, mission, person = make_market(session)
    if state is not None:
        make_payee(session, person, state=state).held_because = held
    earn(session, mission, person)
    earn(session, mission, person)
    run = build(session, now, minimum_minor=minimum)
    assert run.skipped == [{"person_id": str(person.id), "amount_minor": 640, "reason": reason}]
    assert run.payouts == 0


def test_what_an_expert_owes_is_netted_first(session: Session, now: datetime) -> None:
    person = make_earner(session)
    paid = session.scalars(select(Earning).where(Earning.person_id == person.id)).first()
    assert paid is not None
    _, mission, _ = make_market(session)
    first = build(session, now)
    _pay_all(session, first, now)
    earnings.take_back(session, paid, because="copied", now=now)
    for _ in range(2):
        earn(session, mission, person)
    run = build(session, now, extra=True)
    payout = payouts_of(session, run)[0]
    assert (payout.amount_minor, payout.netted_minor) == (320, 320)
    assert runs.reserve(session, payout, now=now)
    assert ledger.balance(session, expert(K.EXPERT_RECEIVABLE, person.id, "EUR")) == 0
    assert ledger.balance(session, expert(K.EXPERT_IN_PAYOUT, person.id, "EUR")) == 320


def _pay_all(session: Session, run: PayoutRun, now: datetime) -> None:
    for payout in payouts_of(session, run):
        assert runs.reserve(session, payout, now=now)
        sent = Transfer(f"tr_{payout.id.hex}", Money(payout.amount_minor, "EUR"), payout.account_id, str(payout.id))
        record(session, payout, sent, now=now)
        record(session, payout, sent, now=now)
        assert payout.state is PayoutState.PAID


def test_one_operator_approves_a_small_run_and_nobody_approves_twice(session: Session, now: datetime) -> None:
    make_earner(session)
    run, operator = build(session, now), make_person(session)
    runs.approve(session, run, by=operator.id, limit_minor=640, now=now)
    assert run.state is RunState.APPROVED
    with pytest.raises(ForbiddenMove):
        runs.approve(session, run, by=make_person(session).id, limit_minor=640, now=now)


def test_a_large_run_needs_two_different_operators(session: Session, now: datetime) -> None:
    make_earner(session)
    run, first, second = build(session, now), make_person(session), make_person(session)
    runs.approve(session, run, by=first.id, limit_minor=639, now=now)
    assert run.approved_at is None
    with pytest.raises(Forbidden):
        runs.approve(session, run, by=first.id, limit_minor=639, now=now)
    runs.approve(session, run, by=second.id, limit_minor=639, now=now)
    assert run.state is RunState.APPROVED


def test_a_run_that_was_not_approved_does_not_begin(session: Session, now: datetime) -> None:
    make_earner(session)
    with pytest.raises(ForbiddenMove):
        runs.begin(session, build(session, now), now=now)


def test_a_cancelled_run_frees_its_earnings_and_its_period(session: Session, now: datetime) -> None:
    make_earner(session)
    run = build(session, now)
    runs.cancel(session, run)
    again = build(session, now)
    assert (again.period, again.payouts) == ("2026-W47", 1)
    assert again.id != run.id


def test_an_earning_taken_back_after_approval_fails_the_payout_and_keeps_the_rest(
    session: Session, now: datetime
) -> None:
    person = make_earner(session)
    run = build(session, now)
    payout = payouts_of(session, run)[0]
    one = session.scalars(select(Earning).where(Earning.person_id == person.id)).first()
    assert one is not None
    with pytest.raises(earnings.InPayout):
        earnings.take_back(session, one, because="copied", now=now)
    payout.amount_minor += 1
    assert not runs.reserve(session, payout, now=now)
    assert (payout.state, payout.error) == (PayoutState.FAILED, "changed_since_approval")
    assert one.state is EarningState.AVAILABLE
    session.refresh(one)
    assert one.payout_id is None


def test_what_the_providers_balance_does_not_cover_is_carried_over_oldest_earnings_first(
    session: Session, now: datetime
) -> None:
    first, second, third = (make_earner(session) for _ in range(3))
    run = build(session, now)
    runs.approve(session, run, by=first.id, limit_minor=10**9, now=now)
    assert runs.begin(session, run, now=now, available_minor=2 * 640 - 1) == 2
    states = {payout.person_id: payout.state for payout in payouts_of(session, run)}
    assert states == {
        first.id: PayoutState.PREPARED, second.id: PayoutState.CANCELLED, third.id: PayoutState.CANCELLED,
    }  # fmt: skip
    assert runs.begin(session, run, now=now, available_minor=0) == 0
    following = build(session, now, extra=True)
    assert {payout.person_id for payout in payouts_of(session, following)} == {second.id, third.id}


def test_what_another_run_is_sending_is_not_counted_twice(session: Session, now: datetime) -> None:
    first = make_earner(session)
    run = build(session, now)
    runs.approve(session, run, by=first.id, limit_minor=10**9, now=now)
    assert runs.begin(session, run, now=now, available_minor=1_000) == 0
    make_earner(session)
    other = build(session, now, extra=True)
    runs.approve(session, other, by=first.id, limit_minor=10**9, now=now)
    assert runs.begin(session, other, now=now, available_minor=1_000) == 1
