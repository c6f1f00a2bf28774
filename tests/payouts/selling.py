"""Orders, returns, bonuses, takings back and disputes, as steps of the story in `test_story.py`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.conduct import ConductRule
from marketplace.chat.models import Conversation
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.money import Money
from marketplace.orders.models import Order
from marketplace.orders.recording import OrderDiffers, ReturnDiffers
from marketplace.orders.states import Source
from payouts import bonuses, credit, disputes, earnings, sales
from payouts.models import Dispute, Earning
from payouts.states import DisputeState, Rule
from payouts.wallet import WalletShort
from tests.factories.payouts import place, send_back

WORDS = "Read the conversation once more."
LATER = timedelta(minutes=10)


class Selling(RuleBasedStateMachine):
    """What happens to shares of sales, told again and again and from several threads."""

    database: Database
    brand: Brand
    experts: list[Person]

    def _together(self, work: Callable[[Session], None], threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(self.database.run, work) for _ in range(threads)]:
                done.result()

    @rule(
        number=st.integers(1, 4), minor=st.sampled_from([0, 99, 8_400, 250_000]), source=st.sampled_from(Source),
        known=st.booleans(), currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]), threads=st.integers(1, 2),
    )  # fmt: skip
    def order(self, number: int, minor: int, source: Source, known: bool, currency: str, threads: int) -> None:
        def work(session: Session) -> None:
            about = session.scalar(
                select(Conversation).where(Conversation.brand_id == self.brand.id).order_by(Conversation.id).limit(1)
            )
            if about is not None:
                place(
                    session, about, minor, number=f"W{number}", source=source, known=known, currency=currency,
                    after=LATER,
                )  # fmt: skip

        with suppress(OrderDiffers):
            self._together(work, threads)

    @rule(
        number=st.integers(1, 4), name=st.integers(1, 6), minor=st.sampled_from([1, 2_100, 8_400]),
        threads=st.integers(1, 2),
    )  # fmt: skip
    def goods_come_back(self, number: int, name: int, minor: int, threads: int) -> None:
        def work(session: Session) -> None:
            about = Order(brand_id=self.brand.id, external_id=f"W{number}", currency="EUR")
            known = session.scalar(
                select(Order).where(Order.brand_id == self.brand.id, Order.external_id == about.external_id)
            )
            if known is None or known.currency == "EUR":
                send_back(session, about, minor, name=f"R{name}", now=utcnow() + LATER)

        with suppress(ReturnDiffers):
            self._together(work, threads)

    @rule(which=st.integers(0, 1), minor=st.integers(50, 900), platform=st.booleans(), twice=st.booleans())
    def bonus(self, which: int, minor: int, platform: bool, twice: bool) -> None:
        key, amount, person = uuid4(), Money(minor, "EUR"), self.experts[which].id
        for _ in range(2 if twice else 1):
            with (
                suppress(WalletShort, bonuses.NoOwnMoney, bonuses.NotOurExpert),
                self.database.unit_of_work() as session,
            ):
                if platform:
                    bonuses.give_by_platform(
                        session, id=key, person_id=person, amount=amount, reason="Thanks", by=None, now=utcnow()
                    )
                else:
                    bonuses.give_by_brand(
                        session, id=key, brand_id=self.brand.id, person_id=person, amount=amount, reason="Thanks",
                        by=None, commission_bps=2_000, now=utcnow(),
                    )  # fmt: skip

    @rule()
    def take_a_share_back(self) -> None:
        with suppress(sales.NothingLeft), self.database.unit_of_work() as session:
            share = session.scalar(
                select(Earning).where(Earning.rule == Rule.SALE).order_by(Earning.id.desc()).limit(1).with_for_update()
            )
            if share is not None:
                sales.take_back(session, share, because="Friends", rule=ConductRule.STAGED, now=utcnow())

    @rule(outcome=st.sampled_from(["wait", "concede", "uphold", "reject", "withdraw"]))
    def dispute(self, outcome: str) -> None:
        with self.database.unit_of_work() as session:
            known = select(Dispute.earning_id).where(Dispute.earning_id.is_not(None))
            taken = session.scalar(
                select(Earning)
                .where(Earning.reversed_at.is_not(None), Earning.id.not_in(known))
                .order_by(Earning.id)
                .limit(1)
                .with_for_update()
            )
            if taken is None:
                return
            opened = disputes.open_taken_back(session, taken, statement=WORDS, now=utcnow())
            if outcome == "concede":
                disputes.concede(session, opened, by=None, now=utcnow())
            elif outcome == "withdraw":
                disputes.withdraw(session, opened, now=utcnow())
            elif outcome in {"uphold", "reject"}:
                disputes.answer(session, opened, text=WORDS, by=None, now=utcnow())
                disputes.decide(
                    session, opened, for_expert=outcome == "uphold", text=WORDS, by=None, now=utcnow()
                )  # fmt: skip

    @rule(days=st.sampled_from([0, 6, 20]))
    def time_passes(self, days: int) -> None:
        """Sweeps, each from two threads: late disputes, money owed, orders that waited, shares past their returns."""
        late = utcnow() + timedelta(days=days)

        def work(session: Session) -> None:
            disputes.expire_due(session, now=late)
            credit.collect_due(session, now=late)
            sales.retry_unfunded(session, now=late)

        def release(session: Session) -> None:
            earnings.release_due(session, now=late)

        self._together(work, 2)
        self._together(release, 2)

    def shares_match_their_orders(self, session: Session) -> None:
        """What is left of each live share is its part of what was kept of the order, to the unit."""
        for order_id in session.scalars(select(Order.id)):
            order = session.get_one(Order, order_id)
            kept = max(0, order.total_minor - order.returned_minor)
            rows = session.scalars(select(Earning).where(Earning.order_id == order.id)).all()
            left = sum(row.gross_minor for row in rows)
            most = order.total_minor and kept * 500 / 10_000 + len(rows)
            assert 0 <= left <= most, (order.external_id, left, most)

    def no_dispute_waits_without_a_deadline(self, session: Session) -> None:
        """Each open dispute has a deadline; each upheld one an earning."""
        for one in session.scalars(select(Dispute)):
            assert (one.due_at is None) == (one.state not in {DisputeState.OPENED, DisputeState.ANSWERED})
            assert (one.outcome_id is not None) == (one.state is DisputeState.UPHELD)
