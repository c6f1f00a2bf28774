"""Each expert is paid exactly once, to the cent, whatever the provider, the network and the workers do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from marketplace.mail.models import Mail
from payouts import audit, connect, ledger, payments, reconciliation, returns, runs, transfers, wallet
from payouts.chart import AccountKind, expert, platform
from payouts.models import Earning, Payee, Payout, PayoutRun
from payouts.states import EarningState, PayeeState, PayoutState, RunState
from tests.factories.accounts import make_person
from tests.factories.payouts import earn, make_market
from tests.payouts.conftest import Provider, stripe_of
from tests.stripe_server.faults import Kind
from tests.stripe_server.server import StripeServer

K = AccountKind


@dataclass
class Scene:
    """An approved run of some experts, each with 3.20 EUR due, ready to be executed."""

    database: Database
    provider: Provider
    run_id: UUID
    accounts: dict[UUID, str]

    def execute(self, *, later: timedelta = timedelta()) -> bool:
        return transfers.execute(
            self.database, self.provider.gateway, self.run_id, clock=lambda: utcnow() + later, sleep=lambda _: None
        )

    def payouts(self) -> list[Payout]:
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(Payout).where(Payout.run_id == self.run_id).order_by(Payout.id)))

    def state(self) -> RunState:
        with self.database.unit_of_work() as session:
            return session.get_one(PayoutRun, self.run_id).state

    def assert_paid_exactly_once(self) -> None:
        assert sorted(self.provider.sent()) == sorted((account, 320) for account in self.accounts.values())
        assert {payout.state for payout in self.payouts()} == {PayoutState.PAID}
        assert self.state() is RunState.DONE
        with self.database.unit_of_work() as session:
            ours = ledger.balance(session, platform(K.STRIPE_AVAILABLE, "EUR"))
            assert ours == self.provider.gateway.holdings().available["EUR"]
            for person_id in self.accounts:
                assert ledger.balance(session, expert(K.EXPERT_IN_PAYOUT, person_id, "EUR")) == 0
                assert ledger.balance(session, expert(K.EXPERT_AVAILABLE, person_id, "EUR")) == 0
                assert ledger.balance(session, expert(K.CUSTODY_EXPERT_STRIPE, person_id, "EUR")) == 320
            states = set(session.scalars(select(Earning.state).where(Earning.person_id.in_(self.accounts))))
        assert states == {EarningState.PAID}


def make_scene(database: Database, provider: Provider, *, experts: int = 2) -> Scene:
    now = utcnow()
    with database.unit_of_work() as session:
        brand, mission, first = make_market(session, money=0)
        people = [first, *(make_person(session) for _ in range(experts - 1))]
        top_up = wallet.start_top_up(
            session, brand_id=brand.id, amount=Money(20_000, "EUR"), by_person_id=None, now=now
        )
    payments.open_checkout(database, provider.gateway, top_up.id, return_url="http://chat.localhost/brand/wallet")
    with database.unit_of_work() as session:
        checkout_id = session.get_one(type(top_up), top_up.id).checkout_id
    assert checkout_id
    provider.pay(checkout_id)
    payments.refresh(database, provider.gateway, top_up.id, now=utcnow())
    accounts = {}
    for person in people:
        payee = connect.ensure_account(database, provider.gateway, person.id, now=now)
        provider.onboard(payee.account_id)
        connect.refresh(database, provider.gateway, person.id, now=now)
        accounts[person.id] = payee.account_id
        with database.unit_of_work() as session:
            earn(session, mission, person, now=now - timedelta(hours=1))
    with database.unit_of_work() as session:
        run = runs.prepare(session, currency="EUR", minimum_minor=100, by=None, now=now)
        runs.approve(session, run, by=people[0].id, limit_minor=10**9, now=now)
        runs.begin(session, run, now=now)
    return Scene(database, provider, run.id, accounts)


@pytest.fixture
def scene(own_database: Database, provider: Provider) -> Scene:
    return make_scene(own_database, provider)


@pytest.fixture
def stripe_scene(own_database: Database, stripe_server: StripeServer) -> Scene:
    return make_scene(own_database, stripe_of(stripe_server))


def test_a_run_pays_each_expert_once(scene: Scene) -> None:
    assert scene.execute()
    scene.assert_paid_exactly_once()
    assert scene.execute()
    scene.assert_paid_exactly_once()


def test_two_operators_executing_together_pay_once(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: scene.execute(), range(4)))
    scene.execute()
    scene.assert_paid_exactly_once()


def test_a_restricted_account_gets_its_money_back_to_available(scene: Scene) -> None:
    person_id, account_id = next(iter(scene.accounts.items()))
    scene.provider.restrict(account_id)
    assert scene.execute()
    with scene.database.unit_of_work() as session:
        payout = session.scalars(select(Payout).where(Payout.person_id == person_id)).one()
        assert payout.state is PayoutState.FAILED
        assert "capabilities" in payout.error
        assert ledger.balance(session, expert(K.EXPERT_AVAILABLE, person_id, "EUR")) == 320
        assert session.get_one(Payee, person_id).state is PayeeState.RESTRICTED
    scene.provider.onboard(account_id)
    connect.refresh(scene.database, scene.provider.gateway, person_id, now=utcnow())
    with scene.database.unit_of_work() as session:
        run = runs.prepare(session, currency="EUR", minimum_minor=100, by=None, now=utcnow(), extra=True)
        runs.approve(session, run, by=person_id, limit_minor=10**9, now=utcnow())
        runs.begin(session, run, now=utcnow())
    scene.run_id = run.id
    assert scene.execute()
    assert sorted(scene.provider.sent()) == sorted((account, 320) for account in scene.accounts.values())


@pytest.mark.parametrize("kind", ["rate_limit", "lock_timeout", "key_in_use", "drop_before", "drop_after"])
def test_after_a_passing_trouble_the_same_key_is_sent_again(
    stripe_scene: Scene, stripe_server: StripeServer, kind: Kind
) -> None:
    stripe_server.arm(kind, path="/v1/transfers")
    assert not stripe_scene.execute()
    assert not stripe_scene.execute()
    assert stripe_scene.execute(later=timedelta(hours=1))
    stripe_scene.assert_paid_exactly_once()
    assert {payout.generation for payout in stripe_scene.payouts()} == {1}


@pytest.mark.parametrize(("effect", "generations"), [(True, {1}), (False, {1, 2})])
def test_after_an_error_kept_under_the_key_the_list_decides(
    stripe_scene: Scene, stripe_server: StripeServer, effect: bool, generations: set[int]
) -> None:
    stripe_server.arm("stored_500", path="/v1/transfers", effect=effect)
    assert not stripe_scene.execute()
    assert stripe_scene.execute(later=timedelta(hours=1))
    stripe_scene.assert_paid_exactly_once()
    assert {payout.generation for payout in stripe_scene.payouts()} == generations


def test_a_key_older_than_the_providers_memory_is_looked_up_first(
    stripe_scene: Scene, stripe_server: StripeServer
) -> None:
    stripe_server.arm("drop_after", path="/v1/transfers")
    assert not stripe_scene.execute()
    assert stripe_scene.execute(later=timedelta(hours=30))
    stripe_scene.assert_paid_exactly_once()
    assert len(stripe_server.seen("get", "/v1/transfers")) == 1


def test_too_little_money_of_ours_keeps_it_reserved_until_there_is_more(
    stripe_scene: Scene, stripe_server: StripeServer
) -> None:
    with stripe_server.world.books.lock:
        stripe_server.world.books.accounts[""].available["eur"] -= 19_500
    assert not stripe_scene.execute()
    assert {payout.state for payout in stripe_scene.payouts()} == {PayoutState.SUBMITTED}
    with stripe_server.world.books.lock:
        stripe_server.world.books.accounts[""].available["eur"] += 19_500
    assert stripe_scene.execute(later=timedelta(hours=1))
    stripe_scene.assert_paid_exactly_once()


def test_parameters_changed_under_a_key_stop_the_payout(stripe_scene: Scene) -> None:
    first = stripe_scene.payouts()[0]
    other = Money(319, "EUR")
    stripe_scene.provider.gateway.send(
        key=first.key, payout_id=first.id, run_id=first.run_id, amount=other, account_id=first.account_id
    )
    assert not stripe_scene.execute()
    assert not stripe_scene.execute(later=timedelta(hours=48))
    stopped = stripe_scene.payouts()[0]
    assert (stopped.state, stopped.outcome, stopped.generation) == (PayoutState.SUBMITTED, "stopped", 1)
    with stripe_scene.database.unit_of_work() as session:
        assert transfers.unfinished(session) == []


def test_a_run_that_waits_for_a_pause_is_gone_on_with(stripe_scene: Scene, stripe_server: StripeServer) -> None:
    with stripe_scene.database.unit_of_work() as session:
        assert transfers.unfinished(session) == [stripe_scene.run_id]
    stripe_server.arm("drop_before", path="/v1/transfers")
    stripe_scene.execute()
    with stripe_scene.database.unit_of_work() as session:
        assert transfers.unfinished(session) == [stripe_scene.run_id]
    stripe_scene.execute(later=timedelta(hours=1))
    with stripe_scene.database.unit_of_work() as session:
        assert transfers.unfinished(session) == []


def test_a_transfer_that_comes_back_is_owed_again(stripe_scene: Scene, stripe_server: StripeServer) -> None:
    assert stripe_scene.execute()
    payout = stripe_scene.payouts()[0]
    stripe_server.client().v1.transfers.reversals.create(str(payout.transfer_id))
    now = utcnow()
    for _ in range(2):
        with stripe_scene.database.unit_of_work() as session:
            returns.returned(session, str(payout.transfer_id), 320, now=now)
    with stripe_scene.database.unit_of_work() as session:
        assert session.get_one(Payout, payout.id).state is PayoutState.REVERSED
        assert ledger.balance(session, expert(K.EXPERT_AVAILABLE, payout.person_id, "EUR")) == 320
        ours = ledger.balance(session, platform(K.STRIPE_AVAILABLE, "EUR"))
        assert ours == stripe_scene.provider.gateway.holdings().available["EUR"]
        assert {one.check for one in audit.audit(session).violations} <= {"I9"}
        run = runs.prepare(session, currency="EUR", minimum_minor=100, by=None, now=now, extra=True)
        assert (run.payouts, run.total_minor) == (1, 320)


def test_own_money_at_the_provider_covers_its_fees(stripe_scene: Scene, stripe_server: StripeServer) -> None:
    with stripe_scene.database.unit_of_work() as session:
        assert "I9" in {one.check for one in audit.audit(session).violations}
    stripe_server.turn("fund", amount=1_000)
    for _ in range(2):
        found = reconciliation.reconcile(stripe_scene.database, stripe_scene.provider.gateway, now=utcnow())
        assert found == []


def test_a_closed_account_keeps_what_is_owed_and_its_owner_is_told(
    stripe_scene: Scene, stripe_server: StripeServer
) -> None:
    person_id, account_id = next(iter(stripe_scene.accounts.items()))
    stripe_server.turn("close_account", account=account_id)
    assert stripe_scene.execute()
    with stripe_scene.database.unit_of_work() as session:
        assert session.get_one(Payee, person_id).state is PayeeState.CLOSED
        assert ledger.balance(session, expert(K.EXPERT_AVAILABLE, person_id, "EUR")) == 320
        told = session.scalars(select(Mail).where(Mail.template == "account_stopped")).one()
    assert told.context["closed"]
    assert told.context["owed"] == [{"minor": 320, "currency": "EUR"}]
