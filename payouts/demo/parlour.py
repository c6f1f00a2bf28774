"""What a visitor of the wallet and of the operator's exceptions finds: each thing once, as it would be."""

from datetime import datetime, timedelta

from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts import automatic, chargebacks, findings, funding, payments, reconciliation, wallet, withdrawals
from payouts.demo.world import Shop, World
from payouts.findings import Difference
from payouts.models import Finding, TopUp, WalletSettings
from payouts.states import TopUpKind
from payouts.twin import Twin


def furnish(database: Database, twin: Twin, world: World, *, now: datetime) -> None:
    """A wallet that fills itself, a transfer half arrived, money paid back, a dispute that was won, a difference."""
    first, second, *_rest = world.shops
    _automatic(database, twin, first)
    _half_a_transfer(database, twin, first, now)
    _paid_back(database, twin, first, now)
    _won_dispute(database, twin, second, now)
    _difference(database, world, now)
    reconciliation.reconcile(database, twin, now=now)


def _automatic(database: Database, twin: Twin, shop: Shop) -> None:
    """A kept card; and a page where another may be given, left open."""
    for give in (True, False):
        funding.open_setup(
            database, twin, shop.brand_id, by_person_id=shop.owner_id, return_url="/brand/wallet/automatic/method-given"
        )
        if give:
            with database.unit_of_work() as session:
                setup_id = session.get_one(WalletSettings, shop.brand_id).setup_id
            twin.choose_method(str(setup_id), works=True)
            funding.finish_setup(database, twin, shop.brand_id)
    with database.unit_of_work() as session:
        automatic.configure(session, shop.brand_id, on=True, below_minor=10_000, amount_minor=30_000, per_day=2)
        wallet.set_limits(
            session, shop.brand_id, month_cap_minor=150_000, day_cap_minor=20_000, warn_below_minor=15_000
        )


def _half_a_transfer(database: Database, twin: Twin, shop: Shop, now: datetime) -> None:
    asked = now - timedelta(days=1)
    with database.unit_of_work() as session:
        top_up = wallet.start_top_up(
            session, brand_id=shop.brand_id, amount=Money(100_000, shop.demo.currency), by_person_id=shop.owner_id,
            now=asked, kind=TopUpKind.TRANSFER,
        )  # fmt: skip
    funding.open_transfer(database, twin, top_up.id, by_person_id=shop.owner_id, now=asked)
    with database.unit_of_work() as session:
        payment_id = session.get_one(TopUp, top_up.id).payment_id
    twin.transfer_arrives(str(payment_id), Money(40_000, shop.demo.currency))
    payments.refresh(database, twin, top_up.id, now=now)


def _paid_back(database: Database, twin: Twin, shop: Shop, now: datetime) -> None:
    with database.unit_of_work() as session:
        asked = withdrawals.ask(
            session, brand_id=shop.brand_id, amount=Money(5_000, shop.demo.currency), by_person_id=shop.owner_id,
            now=now,
        )  # fmt: skip
    for one in asked:
        withdrawals.send(database, twin, one.id, now=now)


def _won_dispute(database: Database, twin: Twin, shop: Shop, now: datetime) -> None:
    with database.unit_of_work() as session:
        payment_id, amount = session.query(TopUp.payment_id, TopUp.amount_minor).filter(
            TopUp.brand_id == shop.brand_id, TopUp.payment_id.is_not(None)
        ).order_by(TopUp.created_at).first() or ("", 0)  # fmt: skip
    if not payment_id:
        return
    dispute_id = twin.open_dispute(payment_id, Money(amount, shop.demo.currency))
    chargebacks.refresh(database, twin, dispute_id, now=now)
    twin.end_dispute(dispute_id, won=True)
    chargebacks.refresh(database, twin, dispute_id, now=now)


def _difference(database: Database, world: World, now: datetime) -> None:
    """Found three weeks ago, looked at, and settled with words."""
    seen = now - timedelta(days=20)
    details = {"outcome": "lost", "error": "", "attempts": 4}
    with database.unit_of_work() as session:
        findings.keep(session, [Difference("payout_unsettled", "a payout of that week", details)], now=seen)
        finding = session.query(Finding).filter(Finding.kind == "payout_unsettled").one()
        looked, done = seen + timedelta(hours=5), seen + timedelta(hours=6)
        me = world.operator_id
        findings.acknowledge(session, finding, by=me, words="Looking the transfer up by the payout’s id.", now=looked)
        findings.resolve(
            session, finding, by=me, now=done, words="The provider had it: the answer was lost. Nothing was sent twice."
        )
