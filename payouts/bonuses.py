"""Bonuses: a brand thanks an expert from its wallet, the platform from its own money. Each with a reason he reads."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from experts.models import Enrolment, Expert
from experts.states import EnrolmentState
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.money import Money
from payouts import booking, ledger
from payouts.booking import Ground
from payouts.chart import Account, AccountKind, brand, platform
from payouts.models import Earning, LedgerAccount
from payouts.states import Rule
from payouts.wallet import WalletShort

K = AccountKind
LEAST_MINOR, MOST_MINOR = 50, 100_000
"""Bounds of one bonus, in minor units."""
_SERVED = (EnrolmentState.ACCEPTED, EnrolmentState.ACTIVE, EnrolmentState.PAUSED, EnrolmentState.LEFT)
_OWN = (K.REVENUE_COMMISSION, K.EQUITY_FLOAT)
_SPENT = (K.EXPENSE_STRIPE_FEES, K.EXPENSE_BONUS, K.EXPENSE_BAD_DEBT, K.BANK_PLATFORM)


class NotOurExpert(Invalid):
    """A brand thanks experts of its own missions."""

    code = "not_our_expert"
    message = "Choose an expert who is or was enrolled on one of your missions."


class NoOwnMoney(Conflict):
    """The platform would pay with money that belongs to brands and experts."""

    code = "no_own_money"
    message = "The platform’s own money does not cover this bonus."


class BonusDiffers(Conflict):
    """The same form was sent before, with other content."""

    code = "bonus_differs"
    message = "This bonus was already given, with other content. Open the page again for another one."


def give_by_brand(
    session: Session, *, id: UUID, brand_id: UUID, person_id: UUID, amount: Money, reason: str, by: UUID | None,
    commission_bps: int, now: datetime,
) -> Earning:  # fmt: skip
    """Dr the brand's wallet; the platform keeps its commission. `id` names the bonus: the same again gives it once.

    Raises `Invalid`, `NotOurExpert`, `WalletShort`, `BonusDiffers`.
    """
    served = exists().where(
        Enrolment.brand_id == brand_id, Enrolment.person_id == person_id, Enrolment.state.in_(_SERVED)
    )
    if not session.scalar(select(served)):
        raise NotOurExpert(field="person_id")
    ground = Ground(Rule.BONUS_BRAND, person_id, brand_id)
    account = brand(K.BRAND_WALLET, brand_id, amount.currency)
    try:
        return _give(session, id, ground, amount, reason, by, account=account, commission_bps=commission_bps, now=now)
    except ledger.Insufficient:
        raise WalletShort("The wallet does not hold this bonus.", field="amount") from None


def give_by_platform(
    session: Session, *, id: UUID, person_id: UUID, amount: Money, reason: str, by: UUID | None, now: datetime
) -> Earning:
    """Dr our bonus expense, without commission. Raises `Invalid`, `NotOurExpert`, `NoOwnMoney`, `BonusDiffers`."""
    if session.get(Expert, person_id) is None:
        raise NotOurExpert("Choose an expert.", field="person_id")
    account = platform(K.EXPENSE_BONUS, amount.currency)
    ledger.lock(session, [account])  # one bonus after another, or two could spend the same money
    if session.get(Earning, id) is None and own_money(session, amount.currency) < amount:
        raise NoOwnMoney(field="amount")
    ground = Ground(Rule.BONUS_PLATFORM, person_id, None)
    return _give(session, id, ground, amount, reason, by, account=account, commission_bps=0, now=now)


def own_money(session: Session, currency: str) -> Money:
    """What of the money at the provider is the platform's: commissions and own additions, less what it spent."""
    total = 0
    for kind, balance in session.execute(
        select(LedgerAccount.kind, LedgerAccount.balance).where(
            LedgerAccount.kind.in_([*_OWN, *_SPENT]), LedgerAccount.currency == currency
        )
    ):
        total += balance if kind in _OWN else -balance
    return Money(total, currency)


def _give(
    session: Session, id: UUID, ground: Ground, amount: Money, reason: str, by: UUID | None, *,
    account: Account, commission_bps: int, now: datetime,
) -> Earning:  # fmt: skip
    reason = " ".join(reason.split())
    if not LEAST_MINOR <= amount.minor <= MOST_MINOR:
        raise Invalid("A bonus is between 0.50 and 1,000.", field="amount")
    if not 3 <= len(reason) <= 300:
        raise Invalid("Say in a few words what the bonus is for: the expert reads it.", field="reason")
    known = session.get(Earning, id)
    if known is not None:
        same = (known.rule, known.person_id, known.brand_id, known.gross_minor, known.currency)
        if same != (ground.rule, ground.person_id, ground.brand_id, amount.minor, amount.currency):
            raise BonusDiffers
        return known
    ledger.lock(
        session,
        [
            *booking.accounts_of(people=[ground.person_id], currency=amount.currency, brand_id=ground.brand_id),
            account,
        ],
    )
    earning = booking.book(
        session, ground, amount, payer=account, commission_bps=commission_bps, available_on=now, now=now, id=id,
        calculation={
            "reason": reason, "by": str(by) if by else "", "base_minor": amount.minor, "weight": 1, "weights": 1
        },
    )  # fmt: skip
    booking.release(session, [earning], now=now)
    return earning
