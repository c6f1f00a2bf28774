"""What shoppers of the demonstration buy after they were helped, and send back; thanks and quarrels about pay."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat.conduct import ConductRule
from marketplace.chat.models import Conversation
from marketplace.core.clock import new_id
from marketplace.core.money import Money
from marketplace.demo.model import DemoProduct
from marketplace.orders.recording import Told, record, take_return
from marketplace.orders.states import Source
from payouts import bonuses, disputes, earnings
from payouts.demo.past import Past
from payouts.demo.world import Shop, World
from payouts.models import Earning
from payouts.states import EarningState, Rule

BUYS, RETURNS = 0.4, 0.2
"""Share of helped shoppers who order, and of orders of which something comes back."""
_ALONE = {Source.TAG: 0.12, Source.SERVER: 0.06}
"""How often only the page, or only the server, tells of an order."""
_DIFFERS = 0.05
_THANKS = (
    "Twelve patient answers on a Sunday evening", "Your advice on sizes halved our returns", "Best rated in October",
)  # fmt: skip

Add = Callable[[datetime, Callable[[Session, datetime], datetime]], None]


class Shopping:
    """Plans orders and returns in the diary. Each follows from its conversation alone: one seed tells one story."""

    def __init__(self, add: Add):
        self._add = add

    def after(self, conversation: Conversation, product: DemoProduct, now: datetime) -> None:
        """The shopper was helped: perhaps she orders within two days."""
        rng = Random(f"sale:{conversation.id}")
        if rng.random() >= BUYS:
            return
        brand_id, visitor_id = conversation.brand_id, conversation.visitor_id
        number = f"W{rng.randrange(100_000, 999_999)}"
        quantity = 1 if rng.random() < 0.8 else 2
        currency = str(conversation.terms["currency"])
        total = Money(product.price_minor * quantity, currency)
        line = {
            "id": product.external_id,
            "title": product.title.fr,
            "quantity": quantity,
            "total_minor": total.minor,
        }
        alone, differs = rng.random(), rng.random() < _DIFFERS
        at = now + timedelta(minutes=rng.choice((4, 9, 25, 180, 900, 1_700)))

        def tell(
            session: Session, source: Source, told_total: Money, visitor: UUID | None, moment: datetime
        ) -> datetime:
            record(session, brand_id, Told(number, told_total, at, visitor, [line]), source=source, now=moment)
            return moment

        if alone >= _ALONE[Source.SERVER]:
            tagged = Money(total.minor + 590, currency) if differs else total
            self._add(at, lambda s, moment: tell(s, Source.TAG, tagged, visitor_id, moment))
        if not _ALONE[Source.SERVER] <= alone < sum(_ALONE.values()):
            self._add(at + timedelta(minutes=3), lambda s, moment: tell(s, Source.SERVER, total, None, moment))
        if rng.random() < RETURNS:
            part = Money(product.price_minor if rng.random() < 0.6 else product.price_minor // 2, currency)
            back = at + timedelta(days=rng.randint(3, 12))
            self._add(back, lambda s, moment: _send_back(s, brand_id, number, part, moment))


def _send_back(session: Session, brand_id: UUID, number: str, amount: Money, at: datetime) -> datetime:
    take_return(
        session, brand_id, order_external_id=number, external_id=f"R{number[1:]}", amount=amount,
        reason="Trop petit" if amount.minor % 2 else "Changé d’avis", returned_at=at, now=at,
    )  # fmt: skip
    return at


class Quarrels:
    """Bonuses, earnings taken back, and disputes in each of their states."""

    def __init__(self, past: Past, world: World):
        self._past = past
        self._world = world

    def tell(self, at: datetime) -> None:
        """Shortly before the present, in transactions of its own."""
        with self._past.database.unit_of_work() as session:
            for number, shop in enumerate(self._world.shops):
                self._thank(session, shop, number, at)
                for person_id in self._known(shop):
                    self._quarrel(session, shop, person_id, at)
            self._past.settle(session, now=at)

    def _known(self, shop: Shop) -> Iterator[UUID]:
        for member in self._world.members:
            if member.any_hours and shop.demo.slug in member.since:
                yield member.person_id

    def _thank(self, session: Session, shop: Shop, number: int, at: datetime) -> None:
        best = session.execute(
            select(Earning.person_id, func.count())
            .where(Earning.brand_id == shop.brand_id)
            .group_by(Earning.person_id)
            .order_by(func.count().desc(), Earning.person_id)
            .limit(1)
        ).one_or_none()
        if best is None:
            return
        bonuses.give_by_brand(
            session, id=new_id(), brand_id=shop.brand_id, person_id=best[0], reason=_THANKS[number % len(_THANKS)],
            amount=Money(500 + 250 * number, shop.demo.currency), by=shop.owner_id, now=at,
            commission_bps=self._past.settings.commission_bps,
        )  # fmt: skip
        if number == 0 and bonuses.own_money(session, shop.demo.currency).minor > 5_000:
            bonuses.give_by_platform(
                session, id=new_id(), person_id=best[0], amount=Money(1_000, shop.demo.currency), now=at,
                reason="For bringing two friends who answer every evening", by=self._world.operator_id,
            )  # fmt: skip

    def _quarrel(self, session: Session, shop: Shop, person_id: UUID, at: datetime) -> None:
        """Three earnings taken back: one dispute waits for the brand, one for an operator, one is decided."""
        found = session.scalars(
            select(Earning)
            .where(
                Earning.brand_id == shop.brand_id, Earning.person_id == person_id,
                Earning.rule.in_([Rule.CONVERSATION, Rule.FLOOR]), Earning.state == EarningState.AVAILABLE,
                Earning.payout_id.is_(None), Earning.earned_at > at - timedelta(days=12),
            )
            .order_by(Earning.earned_at.desc(), Earning.id)
            .limit(4)
            .with_for_update()
        ).all()  # fmt: skip
        stories = ((ConductRule.NO_HELP, "opened"), (ConductRule.COPIED, "answered"), (ConductRule.RUDE, "upheld"))
        for (rule, becomes), earning in zip(stories, found, strict=False):
            earnings.take_back(
                session, earning, because="Two lines copied from our size guide.", rule=rule, now=at
            )  # fmt: skip
            dispute = disputes.open_taken_back(
                session, earning, now=at + timedelta(minutes=30),
                statement="I wore both pairs last week and said how they differ. Read the second message.",
            )  # fmt: skip
            if becomes == "opened":
                continue
            disputes.answer(
                session, dispute, text="The second message is our size guide, word for word.", by=None,
                now=at + timedelta(minutes=60),
            )  # fmt: skip
            if becomes == "upheld":
                disputes.decide(
                    session, dispute, for_expert=True, by=self._world.operator_id, now=at + timedelta(minutes=90),
                    text="The guide is quoted and credited; the comparison is the expert’s own.",
                )  # fmt: skip
