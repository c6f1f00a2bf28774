"""The ledger: balanced, guarded, idempotent, append-only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from payouts import ledger
from payouts.chart import Account, AccountKind, brand, expert, platform
from payouts.ledger import Entry, Insufficient, KeyReused, OverReversed, Sealed, Unbalanced, moved
from payouts.models import LedgerEntry, LedgerSeal

K = AccountKind
STRIPE = platform(K.STRIPE_AVAILABLE, "EUR")


def wallet_of(owner: UUID) -> Account:
    return brand(K.BRAND_WALLET, owner, "EUR")


def held_of(owner: UUID) -> Account:
    return brand(K.BRAND_HELD, owner, "EUR")


def book(session: Session, now: datetime, *entries: Entry, key: str = "", **more: object) -> UUID:
    return ledger.post(
        session, key=key or str(uuid4()), type="test", source_type="test", source_id=UUID(int=1),
        entries=entries, event_at=now, now=now, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def fill(session: Session, now: datetime, owner: UUID, amount: int) -> UUID:
    return book(session, now, *moved(amount, debit=STRIPE, credit=wallet_of(owner)))


def test_a_posting_moves_both_balances_and_leaves_two_entries(session: Session, now: datetime) -> None:
    owner = uuid4()
    before = ledger.balance(session, STRIPE)
    transaction = fill(session, now, owner, 500)
    assert ledger.balance(session, wallet_of(owner)) == 500
    assert ledger.balance(session, STRIPE) == before + 500
    amounts = session.scalars(select(LedgerEntry.amount).where(LedgerEntry.transaction_id == transaction)).all()
    assert sorted(amounts) == [-500, 500]


@pytest.mark.parametrize("amounts", [(5, -4), (5,), (0, 0), ()])
def test_what_does_not_sum_to_zero_is_refused(session: Session, now: datetime, amounts: tuple[int, ...]) -> None:
    accounts = (STRIPE, wallet_of(uuid4()))
    with pytest.raises(Unbalanced):
        book(session, now, *[Entry(a, n) for a, n in zip(accounts, amounts, strict=False)])


def test_two_currencies_do_not_balance_each_other(session: Session, now: datetime) -> None:
    with pytest.raises(Unbalanced):
        book(session, now, Entry(STRIPE, 5), Entry(brand(K.BRAND_WALLET, uuid4(), "CHF"), -5))


def test_a_guarded_account_never_goes_below_zero_and_keeps_what_it_had(session: Session, now: datetime) -> None:
    owner = uuid4()
    fill(session, now, owner, 100)
    with pytest.raises(Insufficient):
        book(session, now, *moved(101, debit=wallet_of(owner), credit=held_of(owner)))
    assert ledger.balance(session, wallet_of(owner)) == 100


def test_the_same_key_books_once_and_another_content_is_a_conflict(session: Session, now: datetime) -> None:
    owner = uuid4()
    fill(session, now, owner, 100)
    spend = moved(100, debit=wallet_of(owner), credit=held_of(owner))
    first = book(session, now, *spend, key="same")
    assert book(session, now, *spend, key="same") == first
    assert ledger.balance(session, held_of(owner)) == 100
    with pytest.raises(KeyReused):
        book(session, now, *moved(60, debit=held_of(owner), credit=wallet_of(owner)), key="same")
    with pytest.raises(KeyReused):
        book(session, now, *moved(50, debit=wallet_of(owner), credit=held_of(owner)), key="same")


def test_a_reversal_mirrors_and_happens_once(session: Session, now: datetime) -> None:
    owner = uuid4()
    first = fill(session, now, owner, 70)
    ledger.reverse(session, first, key="back", event_at=now, now=now)
    assert ledger.balance(session, wallet_of(owner)) == 0
    fill(session, now, owner, 70)
    ledger.reverse(session, first, key="back", event_at=now, now=now)
    assert ledger.balance(session, wallet_of(owner)) == 70
    with pytest.raises(OverReversed):
        ledger.reverse(session, first, key="again", event_at=now, now=now)


def test_partial_reversals_never_exceed_the_whole(session: Session, now: datetime) -> None:
    owner = uuid4()
    first = fill(session, now, owner, 70)
    book(session, now, *moved(30, debit=wallet_of(owner), credit=STRIPE), reverses=first)
    book(session, now, *moved(40, debit=wallet_of(owner), credit=STRIPE), reverses=first)
    fill(session, now, owner, 70)
    with pytest.raises(OverReversed):
        book(session, now, *moved(1, debit=wallet_of(owner), credit=STRIPE), reverses=first)


def test_balances_of_a_past_moment_can_be_rebuilt(session: Session, now: datetime) -> None:
    owner = uuid4()
    fill(session, now - timedelta(days=2), owner, 10)
    fill(session, now, owner, 5)
    assert ledger.balance_at(session, wallet_of(owner), now - timedelta(days=1)) == 10
    assert ledger.balance_at(session, wallet_of(owner), now) == 15


def test_a_sealed_month_takes_no_more_postings(session: Session, now: datetime) -> None:
    session.add(LedgerSeal(month=date(2026, 10, 1), transactions=0, digest=b"", previous=None, sealed_at=now))
    with pytest.raises(Sealed):
        fill(session, datetime(2026, 10, 31, 23, tzinfo=UTC), uuid4(), 10)
    fill(session, datetime(2026, 11, 1, tzinfo=UTC), uuid4(), 10)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = amount + 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "UPDATE ledger_transaction SET type = 'x'",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "DELETE FROM ledger_account",
        "UPDATE ledger_account SET currency = 'USD'",
        "UPDATE ledger_account SET balance = -1 WHERE kind = 'brand.wallet'",
        "DELETE FROM ledger_seal",
    ],
)
def test_the_database_refuses_to_change_history(session: Session, now: datetime, statement: str) -> None:
    fill(session, now, uuid4(), 10)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))


ENTRY = """
    INSERT INTO ledger_entry (account_id, account_version, transaction_id, currency, amount, balance_after)
    VALUES (:account, 999, :transaction, 'EUR', 5, 0)
"""
TRANSACTION = """
    INSERT INTO ledger_transaction (id, key, type, source_type, source_id, event_at, created_at, payload_hash, lines)
    VALUES (:transaction, 'bare', 'x', 'x', :transaction, now(), now(), '', 2)
"""


def test_the_database_refuses_what_does_not_balance_at_the_commit(session: Session, now: datetime) -> None:
    transaction, account = fill(session, now, uuid4(), 10), _new_account(session, now)
    with pytest.raises(DBAPIError, match="does not balance"):
        _insert_and_check(session, ENTRY, transaction=transaction, account=account)


def test_the_database_refuses_a_transaction_without_entries(session: Session) -> None:
    with pytest.raises(DBAPIError, match="does not balance"):
        _insert_and_check(session, TRANSACTION, transaction=uuid4())


def test_the_database_refuses_entries_added_to_an_old_transaction(
    make_database: Callable[[], str], now: datetime
) -> None:
    database = Database(make_database())
    with database.unit_of_work() as session:
        transaction, account = fill(session, now, uuid4(), 10), _new_account(session, now)
    with pytest.raises(DBAPIError, match="no open ledger transaction"), database.unit_of_work() as session:
        session.execute(text(ENTRY), {"transaction": transaction, "account": account})
    database.engine.dispose()


def _insert_and_check(session: Session, statement: str, **values: object) -> None:
    """Insert by SQL, then let the checks run that wait for the commit."""
    with session.begin_nested():
        session.execute(text(statement), values)
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def _new_account(session: Session, now: datetime) -> UUID:
    owner = uuid4()
    fill(session, now, owner, 1)
    return wallet_of(owner).id


moves = st.lists(
    st.tuples(st.sampled_from(["fill", "hold", "free", "earn", "pay"]), st.integers(1, 300)), min_size=1, max_size=25
)


@given(moves)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_moves_keeps_books_balanced_and_guarded(
    database: Database, now: datetime, steps: list[tuple[str, int]]
) -> None:
    owner, person = uuid4(), uuid4()
    owed = expert(K.EXPERT_AVAILABLE, person, "EUR")
    fee = platform(K.REVENUE_COMMISSION, "EUR")
    with database.unit_of_work() as session:
        for step, amount in steps:
            entries = {
                "fill": moved(amount, debit=STRIPE, credit=wallet_of(owner)),
                "hold": moved(amount, debit=wallet_of(owner), credit=held_of(owner)),
                "free": moved(amount, debit=held_of(owner), credit=wallet_of(owner)),
                "earn": (
                    Entry(held_of(owner), amount),
                    Entry(owed, -(amount - amount // 5)),
                    Entry(fee, -(amount // 5)),
                ),
                "pay": moved(amount, debit=owed, credit=STRIPE),
            }[step]
            try:
                book(session, now, *entries)
            except Insufficient:
                assert step != "fill"
        for account in (wallet_of(owner), held_of(owner), owed):
            kept = ledger.balance(session, account)
            assert kept >= 0
            assert kept == ledger.balance_at(session, account, now)
        assert session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount), 0))) == 0


def test_threads_on_one_wallet_spend_exactly_what_it_holds(make_database: Callable[[], str], now: datetime) -> None:
    database = Database(make_database(), pool=8)
    owner = uuid4()
    with database.unit_of_work() as session:
        fill(session, now, owner, 100)

    def spend(_: int) -> bool:
        try:
            with database.unit_of_work() as session:
                book(session, now, *moved(2, debit=wallet_of(owner), credit=held_of(owner)))
        except Insufficient:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(spend, range(80)))
    with database.unit_of_work() as session:
        assert sum(done) == 50
        assert ledger.balance(session, wallet_of(owner)) == 0
        assert ledger.balance(session, held_of(owner)) == 100
    database.engine.dispose()


def test_the_same_posting_from_many_threads_books_once(make_database: Callable[[], str], now: datetime) -> None:
    database = Database(make_database(), pool=8)
    owner = uuid4()

    def pay_in(_: int) -> UUID:
        with database.unit_of_work() as session:
            return book(session, now, *moved(9, debit=STRIPE, credit=wallet_of(owner)), key="one")

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(pay_in, range(24)))
    with database.unit_of_work() as session:
        assert len(found) == 1
        assert ledger.balance(session, wallet_of(owner)) == 9
    database.engine.dispose()
