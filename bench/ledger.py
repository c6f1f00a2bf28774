"""Postings per second beside a bare `UPDATE ... balance` of the same database, and building a large payout run.

    DATABASE_URL=postgresql://... .venv/bin/python -m bench.ledger [--seconds 4] [--experts 100000 --entries 5000000]

Makes a database of its own and drops it. A ratio of 2 means that a posting (two accounts locked and moved, a
transaction and two entries written, checks by trigger at the commit) takes twice the time of the bare update.
"""

import argparse
import os
import resource
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import create_engine, text

import payouts.connect
import payouts.earnings  # noqa: F401
from marketplace.core import schema
from marketplace.core.clock import new_id
from marketplace.core.db import Database, sqlalchemy_url
from payouts import ledger, runs
from payouts.chart import Account, AccountKind, brand, platform

K = AccountKind
NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


def post_one(database: Database, wallet: Account, held: Account) -> None:
    """One posting in its own transaction, as a conversation that begins does it."""
    with database.unit_of_work() as session:
        ledger.post(
            session, key=str(uuid4()), type="bench", source_type="bench", source_id=new_id(), event_at=NOW, now=NOW,
            entries=ledger.moved(2, debit=wallet, credit=held),
        )  # fmt: skip


def update_one(database: Database, account_id: UUID) -> None:
    """The bare update: one balance, one commit."""
    with database.unit_of_work() as session:
        session.execute(text("UPDATE bare SET balance = balance - 2 WHERE id = :id"), {"id": account_id})


def rate(threads: int, seconds: float, work: Callable[[int], None]) -> float:
    """How often per second all threads together finish `work(n)`."""
    done = [0] * threads
    stop = time.monotonic() + seconds

    def run(number: int) -> None:
        turn = number
        while time.monotonic() < stop:
            work(turn)
            done[number] += 1
            turn += threads

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.monotonic() - began)


def compare(database: Database, seconds: float) -> None:
    """The table of rates."""
    owners = [uuid4() for _ in range(1_000)]
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE bare (id uuid PRIMARY KEY, balance bigint NOT NULL)"))
        for owner in owners:
            session.execute(text("INSERT INTO bare VALUES (:id, 0)"), {"id": owner})
            ledger.post(
                session, key=f"fill:{owner}", type="bench", source_type="bench", source_id=owner, event_at=NOW,
                now=NOW,
                entries=ledger.moved(10**9, debit=platform(K.STRIPE_AVAILABLE, "EUR"), credit=wallet_of(owner)),
            )  # fmt: skip
    for wallet in owners:
        post_one(database, wallet_of(wallet), held_of(wallet))
    print(f"{'wallets':>8} {'threads':>8} {'update/s':>10} {'post/s':>10} {'ratio':>7}")
    for wallets in (1, 1_000):
        chosen = owners[:wallets]

        def update(turn: int, chosen: list[UUID] = chosen) -> None:
            update_one(database, chosen[turn % len(chosen)])

        def post(turn: int, chosen: list[UUID] = chosen) -> None:
            owner = chosen[turn % len(chosen)]
            post_one(database, wallet_of(owner), held_of(owner))

        for threads in (1, 4, 8):
            bare, posted = rate(threads, seconds, update), rate(threads, seconds, post)
            print(f"{wallets:>8} {threads:>8} {bare:>10.0f} {posted:>10.0f} {bare / posted:>7.2f}")


def wallet_of(owner: UUID) -> Account:
    return brand(K.BRAND_WALLET, owner, "EUR")


def held_of(owner: UUID) -> Account:
    return brand(K.BRAND_HELD, owner, "EUR")


FILL = """
INSERT INTO person (id, email, name, password_hash, locale, time_zone, theme, is_operator, created_at)
    SELECT md5('person' || n)::uuid, 'e' || n || '@bench.example', 'Expert', '', 'en', 'UTC', '', false, :now
    FROM generate_series(1, :experts) AS n;
INSERT INTO payee (person_id, account_id, version, state, missing, created_at, checked_at)
    SELECT md5('person' || n)::uuid, 'acct_' || n, 'v2', 'active', '[]', :now, :now
    FROM generate_series(1, :experts) AS n;
SET LOCAL session_replication_role = replica;
INSERT INTO earning (id, segment_id, conversation_id, brand_id, person_id, rule, currency, gross_minor,
        commission_minor, vat_minor, net_minor, calculation, state, earned_at, available_on)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
        md5('person' || (1 + n % :experts))::uuid, 'conversation', 'EUR', 400, 80, 0, 320, '{}',
        'available', :now, :now
    FROM generate_series(1, :earnings) AS n;
"""


def build_run(database: Database, experts: int, entries: int) -> None:
    """Seconds and memory to prepare a run of `experts` who share `entries` ledger entries (two per earning)."""
    given = {"now": NOW, "experts": experts, "earnings": entries // 2}
    with database.engine.begin() as connection:
        for statement in filter(str.strip, FILL.split(";\n")):
            connection.execute(text(statement), {k: v for k, v in given.items() if f":{k}" in statement})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with database.unit_of_work() as session:
        run = runs.prepare(session, currency="EUR", minimum_minor=100, by=None, now=NOW)
    seconds = time.monotonic() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"run of {run.payouts} payouts from {entries} entries: {seconds:.1f} s, memory grew by {grown:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--experts", type=int, default=0)
    parser.add_argument("--entries", type=int, default=5_000_000)
    options = parser.parse_args()
    server, name = os.environ["DATABASE_URL"], f"payouts_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    try:
        engine = create_engine(sqlalchemy_url(url))
        schema.upgrade(engine)
        engine.dispose()
        database = Database(url, pool=10)
        compare(database, options.seconds)
        if options.experts:
            build_run(database, options.experts, options.entries)
        database.engine.dispose()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
