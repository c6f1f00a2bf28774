"""Closed months stay closed, and it shows when they do not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from payouts import ledger, sealing
from payouts.audit import audit
from payouts.chart import AccountKind, brand, platform
from payouts.ledger import Sealed
from payouts.sealing import NotOver, OutOfOrder

K = AccountKind
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def book(session: Session, at: datetime) -> None:
    ledger.post(
        session, key=str(uuid4()), type="test", source_type="test", source_id=uuid4(), event_at=at, now=at,
        entries=ledger.moved(
            5, debit=platform(K.STRIPE_AVAILABLE, "EUR"), credit=platform(K.EQUITY_FLOAT, "EUR")
        ),
    )  # fmt: skip


def test_a_month_is_sealed_after_its_end_one_after_another(session: Session) -> None:
    book(session, datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    book(session, datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(NotOver):
        sealing.seal(session, OCTOBER, now=datetime(2026, 11, 3, 23, tzinfo=UTC))
    later = datetime(2026, 12, 20, tzinfo=UTC)
    with pytest.raises(OutOfOrder):
        sealing.seal(session, NOVEMBER, now=later)
    october = sealing.seal(session, date(2026, 10, 17), now=later)
    assert (october.month, october.transactions, october.previous) == (OCTOBER, 1, None)
    with pytest.raises(OutOfOrder):
        sealing.seal(session, OCTOBER, now=later)
    november = sealing.seal(session, NOVEMBER, now=later)
    assert (november.transactions, november.previous) == (1, october.digest)
    assert sealing.broken(session) == []
    with pytest.raises(Sealed):
        book(session, datetime(2026, 11, 30, tzinfo=UTC))
    book(session, datetime(2026, 12, 1, tzinfo=UTC))


def test_what_slips_into_a_sealed_month_is_found(session: Session) -> None:
    book(session, datetime(2026, 10, 5, tzinfo=UTC))
    sealing.seal(session, OCTOBER, now=datetime(2026, 11, 10, tzinfo=UTC))
    session.execute(
        text("""
            WITH made AS (
                INSERT INTO ledger_transaction (id, key, type, source_type, source_id, event_at, created_at,
                    payload_hash, lines)
                VALUES (gen_random_uuid(), 'late', 'x', 'x', gen_random_uuid(), '2026-10-06', now(), '', 2)
                RETURNING id)
            SELECT id FROM made
        """)
    )
    assert sealing.broken(session) == [OCTOBER]
    assert "I16" in {violation.check for violation in audit(session).violations}
    session.rollback()


def test_sealing_waits_for_postings_under_way(make_database: Callable[[], str]) -> None:
    database = Database(make_database(), pool=4)
    posted, go_on = Event(), Event()

    def slow() -> None:
        with database.unit_of_work() as session:
            ledger.post(
                session, key="slow", type="test", source_type="test", source_id=uuid4(),
                event_at=datetime(2026, 10, 9, tzinfo=UTC), now=datetime(2026, 10, 9, tzinfo=UTC),
                entries=ledger.moved(
                    5, debit=platform(K.STRIPE_AVAILABLE, "EUR"), credit=brand(K.BRAND_WALLET, uuid4(), "EUR")
                ),
            )  # fmt: skip
            posted.set()
            go_on.wait(10)

    def close() -> int:
        posted.wait(10)
        with database.unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = '10s'"))
            go_on.set()
            return sealing.seal(session, OCTOBER, now=datetime(2026, 11, 10, tzinfo=UTC)).transactions

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(slow), pool.submit(close)
        first.result()
        assert second.result() == 1
    database.engine.dispose()
