"""Three ways every day: each line of the provider's book has one transaction and back; a difference has a life."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.states import ForbiddenMove
from payouts import findings, reconciliation
from payouts.findings import Difference
from payouts.models import Comparison, Finding, LedgerTransaction, ProviderMovement, TopUp
from payouts.states import FindingState
from tests.factories.accounts import make_person
from tests.payouts.conftest import stripe_of
from tests.payouts.test_transfers import Scene, make_scene
from tests.stripe_server.server import StripeServer


@pytest.fixture
def scene(own_database: Database, stripe_server: StripeServer) -> Scene:
    """A run that was paid, with money of ours there to cover the fees."""
    stripe_server.turn("fund", amount=1_000)
    made = make_scene(own_database, stripe_of(stripe_server))
    assert made.execute()
    return made


def compare(scene: Scene, *, later: timedelta = timedelta(hours=1)) -> dict[str, Difference]:
    found = reconciliation.reconcile(scene.database, scene.provider.gateway, now=utcnow() + later)
    return {one.kind: one for one in found}


def test_each_line_there_is_booked_by_one_transaction_here_and_back(scene: Scene, stripe_server: StripeServer) -> None:
    assert compare(scene) == {}
    with scene.database.unit_of_work() as session:
        lines = session.scalars(select(ProviderMovement)).all()
        assert {line.kind for line in lines} == {"charge", "topup", "transfer"}
        assert len({line.transaction_id for line in lines}) == len(lines) == 4
        net = sum(line.amount_minor - line.fee_minor for line in lines)
        assert net == stripe_server.books()["platform"]["available"]["eur"]
        kept = session.scalars(select(Comparison)).one()
        assert (kept.checked["movements"], kept.checked["matched"], kept.differences) == (4, 4, 0)
    assert compare(scene) == {}


def test_a_movement_that_nobody_booked_is_named_with_its_figures(scene: Scene, stripe_server: StripeServer) -> None:
    with stripe_server.world.books.lock:
        stripe_server.world.books.move("", "adjustment", -150, "eur", "fee_of_somebody")
    found = compare(scene)
    assert set(found) == {"movement_unbooked", "balance_differs"}
    assert found["movement_unbooked"].details["theirs"] == -150
    assert found["balance_differs"].details["ours"] - found["balance_differs"].details["theirs"] == 150


def test_another_amount_than_we_booked_is_named(scene: Scene, stripe_server: StripeServer) -> None:
    with stripe_server.world.books.lock:
        line = next(one for one in stripe_server.world.books.transactions.values() if one["type"] == "transfer")
        line["amount"] -= 5
    found = compare(scene)
    assert found["movement_differs"].details["theirs"] == found["movement_differs"].details["ours"] - 5


def test_what_we_booked_and_its_book_does_not_know_is_named(scene: Scene) -> None:
    compare(scene)
    with scene.database.unit_of_work() as session:
        top_up = session.scalars(select(TopUp)).one()
        line = session.scalars(select(ProviderMovement).where(ProviderMovement.source_id == top_up.charge_id)).one()
        line.transaction_id = None
        line.source_id = top_up.charge_id = None
    found = compare(scene)
    assert {"transaction_unmatched", "movement_unbooked"} <= set(found)
    assert found["transaction_unmatched"].details["key"] == f"top_up:{top_up.id}"


def test_a_comparison_changes_nothing_in_the_ledger(scene: Scene, stripe_server: StripeServer) -> None:
    compare(scene)
    with stripe_server.world.books.lock:
        stripe_server.world.books.move("", "adjustment", -150, "eur", "x")
    with scene.database.unit_of_work() as session:
        before = session.scalar(select(func.count()).select_from(LedgerTransaction))
    compare(scene)
    with scene.database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(LedgerTransaction)) == before


def test_a_balance_of_the_mirror_that_differs_is_named(scene: Scene) -> None:
    with scene.database.unit_of_work() as session:
        session.execute(text("UPDATE ledger_account SET balance = balance + 5 WHERE kind = 'stripe.available'"))
    assert {"books", "balance_differs"} == set(compare(scene))


def test_a_difference_is_taken_looked_at_and_settled_with_words(session: Session) -> None:
    now, me = utcnow(), make_person(session, is_operator=True)
    findings.keep(session, [Difference("movement_unbooked", "txn_1", {"theirs": 5})], now=now)
    finding = session.scalars(select(Finding).where(Finding.name == "movement_unbooked:txn_1")).one()
    findings.acknowledge(session, finding, by=me.id, words="Looking.", now=now)
    assert (finding.state, finding.owner_id) == (FindingState.ACKNOWLEDGED, me.id)
    with pytest.raises(ForbiddenMove):
        findings.acknowledge(session, finding, by=me.id, words="Again.", now=now)
    assert findings.keep(session, [Difference("movement_unbooked", "txn_1", {"theirs": 5})], now=now) == (0, 0)
    assert finding.state is FindingState.ACKNOWLEDGED
    findings.resolve(session, finding, by=me.id, words="Booked by hand.", now=now)
    assert findings.keep(session, [Difference("movement_unbooked", "txn_1", {"theirs": 5})], now=now) == (1, 0)
    assert findings.keep(session, [], now=now) == (0, 1)
    states = [(line["state"], line["by"], line["words"]) for line in finding.history]
    assert states == [
        ("open", "", ""), ("acknowledged", str(me.id), "Looking."), ("resolved", str(me.id), "Booked by hand."),
        ("open", "", ""), ("resolved", "", ""),
    ]  # fmt: skip
