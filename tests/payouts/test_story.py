"""Any sequence of business events, faults and retries keeps every invariant that the books can show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from marketplace.brands.models import Mission
from marketplace.chat.conduct import ConductRule
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from marketplace.core.states import ForbiddenMove
from payouts import audit, connect, earnings, ledger, payments, reconciliation, runs, transfers, wallet
from payouts.chart import AccountKind, platform
from payouts.gateway import Broken, Lost, Throttled, Transfer
from payouts.models import Earning, Payee, Payout, PayoutRun, TopUp
from payouts.states import EarningState, PayoutState, Rule, RunState
from payouts.twin import Twin
from tests.factories.accounts import make_person
from tests.factories.experts import make_enrolment, make_expert
from tests.factories.payouts import close_one, make_market, open_one, say
from tests.payouts.selling import Selling

K = AccountKind
FAULTS = ("none", "busy", "lost before", "lost after", "broken before", "broken after")


class Unreliable(Twin):
    """The stand-in provider, with the next call going wrong in a chosen way. An error sticks to its key."""

    fault = "none"
    stuck: set[str]
    """Keys under which an error is kept."""

    def send(self, *, key: str, payout_id: UUID, run_id: UUID, amount: Money, account_id: str) -> Transfer:
        fault, self.fault = self.fault, "none"
        if key in self.stuck:
            raise Broken
        if fault == "busy":
            raise Throttled
        if fault.startswith("broken"):
            self.stuck.add(key)
        sent = None
        if fault in {"none", "lost after", "broken after"}:
            sent = super().send(key=key, payout_id=payout_id, run_id=run_id, amount=amount, account_id=account_id)
        if fault.startswith("lost"):
            raise Lost
        if sent is None or fault.startswith("broken"):
            raise Broken
        return sent


class Market(Selling):
    """A brand, two experts, an operator, and a provider that fails."""

    database: Database
    hours = 0

    def __init__(self) -> None:
        super().__init__()
        self.provider = Unreliable(lambda: self.database, "http://chat.localhost:5000")
        self.provider.stuck = set()
        with self.database.unit_of_work() as session:
            self.mission: Mission
            self.brand, self.mission, first = make_market(session, money=0, sale_bps=500)
            self.experts = [first, make_person(session)]
            for person in self.experts:
                make_enrolment(
                    session, self.mission, expert=make_expert(session, person=person, now=utcnow()), now=utcnow()
                )
        for person in self.experts:
            payee = connect.ensure_account(self.database, self.provider, person.id, now=utcnow())
            self.provider.finish_onboarding(payee.account_id)
            connect.refresh(self.database, self.provider, person.id, now=utcnow())

    @rule(minor=st.integers(1_000, 4_000), paid=st.booleans())
    def top_up(self, minor: int, paid: bool) -> None:
        with self.database.unit_of_work() as session:
            begun = wallet.start_top_up(
                session, brand_id=self.brand.id, amount=Money(minor, "EUR"), by_person_id=None, now=utcnow()
            )
        payments.open_checkout(self.database, self.provider, begun.id, return_url="http://chat.localhost/")
        with self.database.unit_of_work() as session:
            checkout = session.get_one(TopUp, begun.id).checkout_id or ""
        if paid:
            self.provider.pay(checkout)
            self.provider.pay(checkout)
        else:
            self.provider.refuse(checkout)
        for _ in range(2):
            payments.refresh(self.database, self.provider, begun.id, now=utcnow())

    @rule(which=st.integers(0, 1))
    def begin(self, which: int) -> None:
        try:
            with self.database.unit_of_work() as session:
                open_one(session, self.mission, self.experts[which], now=utcnow())
        except wallet.WalletShort:
            with self.database.unit_of_work() as session:
                assert wallet.funds(session, self.brand.id, "EUR", now=utcnow()).free.minor < 400

    @rule(which=st.integers(0, 1))
    def earn(self, which: int) -> None:
        """A whole conversation, with money for it."""
        self.top_up(1_000, paid=True)
        self.begin(which)
        self.close(CloseReason.SOLVED, answered=True)

    @rule(reason=st.sampled_from(CloseReason), answered=st.booleans())
    def close(self, reason: CloseReason, answered: bool) -> None:
        with self.database.unit_of_work() as session:
            found = session.scalar(
                select(Conversation)
                .where(Conversation.brand_id == self.brand.id, Conversation.state == ConversationState.OPEN)
                .limit(1)
            )
            if found is None:
                return
            if answered:
                for person in self.experts:
                    say(session, found, (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
            close_one(session, found, reason=reason, after=timedelta(0))

    @rule()
    def take_back(self) -> None:
        with self.database.unit_of_work() as session:
            earning = session.scalar(
                select(Earning)
                .where(Earning.brand_id == self.brand.id, Earning.state != EarningState.REVERSED)
                .where(Earning.rule.in_([Rule.CONVERSATION, Rule.FLOOR]))
                .limit(1)
                .with_for_update()
            )
            if earning is not None and not self._is_in_payout(earning):
                earnings.take_back(session, earning, because="It was copied.", rule=ConductRule.COPIED, now=utcnow())

    def _is_in_payout(self, earning: Earning) -> bool:
        with self.database.unit_of_work() as session:
            payout = session.get(Payout, earning.payout_id) if earning.payout_id else None
        return payout is not None and payout.state in {PayoutState.PREPARED, PayoutState.SUBMITTED}

    @rule(which=st.integers(0, 1), ready=st.booleans())
    def change_account(self, which: int, ready: bool) -> None:
        with self.database.unit_of_work() as session:
            account_id = session.get_one(Payee, self.experts[which].id).account_id
        if ready:
            self.provider.finish_onboarding(account_id)
            connect.refresh(self.database, self.provider, self.experts[which].id, now=utcnow())
        else:
            self.provider.restrict(account_id)

    @rule()
    def prepare(self) -> None:
        try:
            with self.database.unit_of_work() as session:
                run = runs.prepare(session, currency="EUR", minimum_minor=300, by=None, now=utcnow(), extra=True)
                runs.approve(session, run, by=self.experts[0].id, limit_minor=10**9, now=utcnow())
                runs.begin(session, run, now=utcnow())
        except runs.AlreadyPrepared:
            return

    @rule(fault=st.sampled_from(FAULTS), together=st.booleans())
    def execute(self, fault: str, together: bool) -> None:
        self.prepare()
        self.provider.fault = fault
        Market.hours += 1
        late = timedelta(hours=Market.hours)
        with self.database.unit_of_work() as session:
            waiting = transfers.unfinished(session)

        def work(run_id: UUID) -> None:
            transfers.execute(self.database, self.provider, run_id, clock=lambda: utcnow() + late, sleep=lambda _: None)

        with ThreadPoolExecutor(2) as pool:
            for run_id in waiting:
                list(pool.map(work, [run_id] * (2 if together else 1)))

    @rule()
    def cancel(self) -> None:
        with self.database.unit_of_work() as session:
            run = session.scalar(select(PayoutRun).where(PayoutRun.state == RunState.EXECUTING).limit(1))
            if run is not None:
                with pytest.raises(ForbiddenMove):
                    runs.cancel(session, run)

    @invariant()
    def the_books_are_clean(self) -> None:
        with self.database.unit_of_work() as session:
            assert audit.audit(session).violations == []
            self.shares_match_their_orders(session)
            self.no_dispute_waits_without_a_deadline(session)

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        with self.database.unit_of_work() as session:
            ours = ledger.balance(session, platform(K.STRIPE_AVAILABLE, "EUR"))
            in_doubt = session.scalars(
                select(Payout).where(Payout.state == PayoutState.SUBMITTED, Payout.attempts > 0)
            ).all()
        theirs = self.provider.holdings().available.get("EUR", 0)
        assert theirs <= ours <= theirs + sum(payout.amount_minor for payout in in_doubt)

    def teardown(self) -> None:
        """In the end, everything in doubt is settled, and both books are the same."""
        for _ in range(4):
            self.execute("none", together=False)
        found = reconciliation.reconcile(self.database, self.provider, now=utcnow())
        assert found == []


def test_any_sequence_of_events_faults_and_retries_keeps_the_books(own_database: Database) -> None:
    Market.database, Market.hours = own_database, 0
    run_state_machine_as_test(
        Market,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
