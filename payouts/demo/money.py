"""The money of the past: wallets topped up, earnings released, experts paid each Monday."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.core.money import Money
from payouts import connect, earnings, payments, runs, transfers, wallet
from payouts.demo import parlour
from payouts.demo.past import Past
from payouts.demo.world import Member, Shop, World
from payouts.models import TopUp
from payouts.twin import Twin

TOP_UP_MINOR = 30_000
LOW_MINOR = 9_000
"""Below this, a brand tops its wallet up on Monday."""
HEALTHY_MINOR = 60_000
"""At least this is left in each wallet for whoever tries the demonstration."""
_WITHOUT_BANK = 9
"""Every so many experts have not given their bank details yet: the run skips them and says why."""


class Till:
    """Speaks to the payment provider's stand-in, in transactions of its own."""

    def __init__(self, past: Past, world: World):
        self._past = past
        self._world = world
        self._clock = datetime.min.replace(tzinfo=UTC)
        self._twin = Twin(lambda: past.database, past.settings.public_url, clock=lambda: self._clock)

    def open(self, at: datetime) -> None:
        """Accounts that can be paid to, and the first top-ups."""
        self._clock = at
        for number, member in enumerate(self._world.members):
            if number % _WITHOUT_BANK != _WITHOUT_BANK - 1 or member.any_hours:
                self._open_account(member, at)
        for shop in self._world.shops:
            self.top_up(shop, TOP_UP_MINOR, at)

    def payday(self, at: datetime) -> None:
        """Top up what is low, release what passed its window, prepare, approve and execute the week's run."""
        for shop in self._world.shops:
            if self._free(shop, at) < LOW_MINOR:
                self.top_up(shop, TOP_UP_MINOR, at)
        with self._past.database.unit_of_work() as session:
            while earnings.release_due(session, now=at):
                pass
            settings = self._past.settings
            run = runs.prepare(
                session, currency="EUR", minimum_minor=settings.payout_minimum_minor, by=self._world.operator_id, now=at
            )
            limit = settings.payout_second_approval_minor
            approved = at + timedelta(minutes=20)
            runs.approve(session, run, by=self._world.operator_id, limit_minor=limit, now=approved)
            if runs.needs_second(run, limit_minor=limit):
                runs.approve(session, run, by=self._world.second_operator_id, limit_minor=limit, now=approved)
            runs.begin(session, run, now=at + timedelta(minutes=25))
            run_id = run.id
        self._execute(run_id, at + timedelta(minutes=26))

    def close(self, now: datetime) -> None:
        """Leave healthy balances behind, earnings that the next run can pay, and a life of each wallet to look at."""
        for shop in self._world.shops:
            if self._free(shop, now) < HEALTHY_MINOR:
                self.top_up(shop, HEALTHY_MINOR, now)
        with self._past.database.unit_of_work() as session:
            while earnings.release_due(session, now=now):
                pass
        self._clock = now
        parlour.furnish(self._past.database, self._twin, self._world, now=now)

    def _execute(self, run_id: UUID, at: datetime) -> None:
        self._clock = at
        done = transfers.execute(self._past.database, self._twin, run_id, clock=lambda: at, sleep=lambda _seconds: None)
        if not done:
            raise RuntimeError(f"the payout run of {at.date()} was not done")

    def _open_account(self, member: Member, at: datetime) -> None:
        database = self._past.database
        payee = connect.ensure_account(database, self._twin, member.person_id, now=at)
        self._twin.finish_onboarding(payee.account_id)
        connect.refresh(database, self._twin, member.person_id, now=at)

    def _free(self, shop: Shop, at: datetime) -> int:
        with self._past.database.unit_of_work() as session:
            return wallet.funds(session, shop.brand_id, shop.demo.currency, now=at).free.minor

    def top_up(self, shop: Shop, minor: int, at: datetime) -> None:
        """Add money to the brand's wallet: asked for, paid on the provider's page, booked."""
        self._clock = at
        with self._past.database.unit_of_work() as session:
            amount = Money(minor, shop.demo.currency)
            top_up = wallet.start_top_up(
                session, brand_id=shop.brand_id, amount=amount, by_person_id=shop.owner_id, now=at
            )
        payments.open_checkout(
            self._past.database, self._twin, top_up.id, return_url=f"{self._past.settings.public_url}/brand/wallet"
        )
        with self._past.database.unit_of_work() as session:
            checkout_id = session.get_one(TopUp, top_up.id).checkout_id
        if checkout_id is None:
            raise RuntimeError("the payment page was not opened")
        self._twin.pay(checkout_id)
        payments.refresh(self._past.database, self._twin, top_up.id, now=at + timedelta(minutes=2))
