"""What a brand owes for shares of sales that its wallet could not pay: lent up to a limit, collected when it can."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.errors import Conflict
from marketplace.core.money import Money
from payouts import ledger
from payouts.chart import AccountKind, brand
from payouts.ledger import moved
from payouts.models import LedgerAccount, WalletSettings

K = AccountKind
LIMIT_MINOR = 10_000
"""Of brands that have no other agreement."""
BATCH = 100


class CreditExceeded(Conflict):
    """The wallet does not have it, and the brand may not owe so much."""

    code = "credit_exceeded"
    message = "The wallet is too low, and the limit of what may be owed for sales is reached."


def limit_of(session: Session, brand_id: UUID, currency: str) -> Money:
    """The most the brand may owe for shares of sales."""
    limits = session.get(WalletSettings, brand_id)
    return Money(limits.credit_minor if limits is not None else LIMIT_MINOR, currency)


def ensure(
    session: Session, brand_id: UUID, need: Money, *, source: tuple[str, UUID], round: int, now: datetime,
    binding: bool = False,
) -> None:  # fmt: skip
    """See that the wallet holds `need`, lending what is missing; the caller holds both accounts locked.

    `source` is the business row (its kind and id) that needs it. A `binding` debt knows no limit. Raises
    `CreditExceeded`, having booked nothing.
    """
    wallet, owed = brand(K.BRAND_WALLET, brand_id, need.currency), brand(K.BRAND_CREDIT, brand_id, need.currency)
    missing = need.minor - ledger.balance(session, wallet)
    if missing <= 0:
        return
    if not binding and ledger.balance(session, owed) + missing > limit_of(session, brand_id, need.currency).minor:
        raise CreditExceeded
    ledger.post(
        session, key=f"sale_credit:{source[1]}:{round}", type="sale_credit", source_type=source[0],
        source_id=source[1], event_at=now, now=now, entries=moved(missing, debit=owed, credit=wallet),
    )  # fmt: skip


def collect(session: Session, brand_id: UUID, currency: str, *, now: datetime) -> int:
    """Take what is owed out of the wallet, as far as it goes; how much, in minor units."""
    wallet, owed = brand(K.BRAND_WALLET, brand_id, currency), brand(K.BRAND_CREDIT, brand_id, currency)
    ledger.lock(session, [wallet, owed])
    row = session.execute(select(LedgerAccount.balance, LedgerAccount.version).where(LedgerAccount.id == owed.id)).one()
    amount = min(int(row.balance), ledger.balance(session, wallet))
    if amount <= 0:
        return 0
    ledger.post(
        session, key=f"sale_credit_collected:{owed.id}:{row.version}", type="sale_credit_collected",
        source_type="brand", source_id=brand_id, event_at=now, now=now,
        entries=moved(amount, debit=wallet, credit=owed),
    )  # fmt: skip
    return amount


def collect_due(session: Session, *, now: datetime) -> int:
    """Collect from every brand that owes and can; how many did."""
    owing = session.execute(
        select(LedgerAccount.owner_id, LedgerAccount.currency)
        .where(LedgerAccount.kind == K.BRAND_CREDIT, LedgerAccount.balance > 0)
        .limit(BATCH)
    ).tuples()
    return sum(bool(collect(session, brand_id, currency, now=now)) for brand_id, currency in owing.all())
