"""One decision (a triaged question to its committed offer) with 1,000, 10,000 and 100,000 experts in the pool.

    DATABASE_URL=postgresql://... .venv/bin/python -m bench.match [--experts 1000,10000,100000] [--decisions 300]

Makes databases of its own and drops them. All experts belong to one brand and are free: the worst case. The bare SQL
is the same lookup of candidates without anything of ours around it. Ends with 1 when a decision at the greatest size
takes more than 1.5 times as long as at the least.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from pydantic import SecretStr
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from app import create_app
from experts import candidates, dispatch, pool
from experts.explaining import explain
from experts.models import Decision
from marketplace.brands.models import Category
from marketplace.core import schema
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database, sqlalchemy_url
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from marketplace.questions.models import Question, Visitor
from marketplace.questions.moves import move
from marketplace.questions.states import QuestionAction, QuestionState
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.payouts import fund

WANTED = 1.5
"""Greatest ratio of a decision's time at the greatest size to that at the least."""
WARM_UP = 30
TURN = 20
"""Decisions at one size before the next size has its turn."""
THREADS = (1, 4, 8)


def attach(url: str, folder: Path) -> Platform:
    """The platform of this process on a migrated database."""
    settings = Settings(
        _env_file=None, environment="test", database_url=url, redis_url=None, var_dir=folder,
        secret_key=SecretStr("for-this-measurement-only-and-long-enough"), public_url="http://127.0.0.1:9240",
    )  # fmt: skip
    platform: Platform = create_app(settings).extensions["comptoir"]
    return platform


@contextmanager
def own_database(prefix: str) -> Iterator[str]:
    """The address of a new migrated database, dropped at the end."""
    server, name = os.environ["DATABASE_URL"], f"{prefix}_{os.getpid()}_{new_id().hex[-6:]}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        engine = create_engine(sqlalchemy_url(url))
        schema.upgrade(engine)
        engine.dispose()
        yield url
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


CROWD = """
INSERT INTO person (id, email, name, password_hash, locale, time_zone, theme, is_operator, created_at)
    SELECT md5('m' || n)::uuid, 'm' || n || '@match.example', 'Expert', '', 'en', 'UTC', '', false, :now
    FROM generate_series(1, :experts) AS n;
INSERT INTO expert (person_id, public_name, headline_en, headline_fr, bio, country, languages, capacity, live,
        switched_on, lease_until, on_duty_until, duty_due_at, ignored, offered, accepted, answer_delay, idle_since,
        joined_at)
    SELECT md5('m' || n)::uuid, 'Expert', '', '', '', 'FR',
        CASE n % 3 WHEN 0 THEN ARRAY['en', 'fr'] WHEN 1 THEN ARRAY['fr'] ELSE ARRAY['en'] END, 3, 0, true,
        :until, :until, :until, 0, 0, 0, 5 + n % 997 * 0.04, :now, :now
    FROM generate_series(1, :experts) AS n;
INSERT INTO enrolment (id, mission_id, brand_id, person_id, state, motivation, answer, applied_at, decided_at)
    SELECT md5('e' || n)::uuid, :mission, :brand, md5('m' || n)::uuid, 'active', '', '', :now, :now
    FROM generate_series(1, :experts) AS n;
INSERT INTO enrolment_category (enrolment_id, category_id, certified_at)
    SELECT md5('e' || n)::uuid, CASE n / 3 % 2 WHEN 0 THEN CAST(:shoes AS uuid) ELSE CAST(:packs AS uuid) END, :now
    FROM generate_series(1, :experts) AS n;
INSERT INTO expert_pool (category_id, language, person_id, enrolment_id, mission_id, base)
    SELECT c.id, spoken, e.person_id, n.id, n.mission_id,
           power(4 / 5.5, 2) * exp(-e.answer_delay / 60 * 11) * power(0.5, 12.5)
    FROM enrolment n JOIN expert e USING (person_id) JOIN enrolment_category ec ON ec.enrolment_id = n.id
    JOIN category c ON ec.category_id IN (c.id, c.parent_id) CROSS JOIN LATERAL unnest(e.languages) AS spoken
"""
"""Written at once; that the pool is what the service would have made of it is checked on a sample."""


def build(database: Database, experts: int) -> tuple[UUID, list[UUID]]:
    """A funded brand with eight categories below two departments, and its free experts; the brand and the leaves."""
    now = utcnow()
    with database.unit_of_work() as session:
        brand = make_brand(session)
        fund(session, brand, 5_000_000, now=now)
        leaves = [make_category(session, brand, top, f"{top} {n}") for top in ("Shoes", "Packs") for n in range(4)]
        roots = [session.get_one(Category, leaf.parent_id) for leaf in (leaves[0], leaves[4])]
        mission = make_mission(session, brand, categories=roots, seats=min(experts, 10_000), starts_on=now.date())
        given = {
            "experts": experts, "now": now, "until": now + timedelta(days=9), "mission": mission.id,
            "brand": brand.id, "shoes": roots[0].id, "packs": roots[1].id,
        }  # fmt: skip
    with database.unit_of_work() as session:
        for statement in filter(str.strip, CROWD.split(";\n")):
            session.execute(text(statement), {name: v for name, v in given.items() if f":{name}" in statement})
    with database.unit_of_work() as session:
        pool_of = text("SELECT p::text FROM expert_pool p ORDER BY person_id, category_id, language LIMIT 100")
        before = session.scalars(pool_of).all()
        sample = list(session.scalars(text("SELECT DISTINCT person_id FROM expert_pool ORDER BY 1 LIMIT 20")))
        came = pool.refresh_many(session, sample, now=now, announce=False)
        after = session.scalars(pool_of).all()
        assert not came, "the crowd is not as the pool's service makes it"
        assert [row[:110] for row in before] == [row[:110] for row in after]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("expert_pool", "expert", "enrolment", "enrolment_category", "online_span"):
            connection.execute(text(f"VACUUM (ANALYZE) {table}"))
    return brand.id, [leaf.id for leaf in leaves]


def put(database: Database, brand_id: UUID, leaves: list[UUID], count: int) -> list[UUID]:
    """Triaged questions; every tenth has no known category."""
    now = utcnow()
    questions = []
    with database.unit_of_work() as session:
        visitor = Visitor(brand_id=brand_id, created_at=now, seen_at=now, digest=new_id().bytes * 2)
        session.add(visitor)
        session.flush()
        for number in range(count):
            questions.append(
                Question(
                    id=new_id(), brand_id=brand_id, visitor_id=visitor.id, client_id=new_id(), asked_at=now,
                    text="Does it run large?", language=("en", "fr")[number % 2], state=QuestionState.TRIAGED,
                    category_id=None if number % 10 == 9 else leaves[number % len(leaves)], due_at=now,
                    live_until=now + timedelta(minutes=3),
                )
            )  # fmt: skip
        session.add_all(questions)
    return [question.id for question in questions]


def decide(database: Database, question_id: UUID) -> None:
    """The measured thing: everything between a triaged question and its committed offer."""

    def work(session: Session) -> None:
        question = session.get_one(Question, question_id, with_for_update=True)
        dispatch.advance(session, question, now=utcnow())
        assert question.state is QuestionState.OFFERED, question.state

    database.run(work)


def end(database: Database, questions: list[UUID]) -> None:
    """Withdraw the questions, so that everybody is free again (not measured)."""
    for question_id in questions:
        with database.unit_of_work() as session:
            question = session.get_one(Question, question_id, with_for_update=True)
            move(session, question, QuestionAction.WITHDRAW, by="shopper", now=utcnow())


def timed(work: Callable[[UUID], object], ids: list[UUID]) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for each in ids:
        began = time.perf_counter()
        work(each)
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


def lookups(database: Database, ids: list[UUID]) -> list[float]:
    """Milliseconds of the bare lookup of candidates for each question, in autocommit on a plain connection."""
    statement = candidates.FREE.compile(database.engine, compile_kwargs={"render_postcompile": True})
    with database.unit_of_work() as session:
        now = utcnow()
        given = {
            each: candidates.values_for(question, categories=candidates.reach(session, question), live=True, now=now)
            for each in ids
            for question in [session.get_one(Question, each)]
        }
    with psycopg.connect(database.url, autocommit=True) as plain:
        return timed(lambda each: plain.execute(str(statement), given[each]).fetchall(), ids)


def per_second(database: Database, ids: list[UUID], threads: int) -> float:
    """Decisions per second by so many threads together."""
    parts = [ids[number::threads] for number in range(threads)]
    failures: list[BaseException] = []

    def run(part: list[UUID]) -> None:
        try:
            for each in part:
                decide(database, each)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=run, args=(part,)) for part in parts]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return len(ids) / (time.perf_counter() - began)


def explained(database: Database, questions: list[UUID]) -> list[float]:
    """Milliseconds of the job that works out the excluded, just after a decision."""
    with database.unit_of_work() as session:
        made = select(Decision.id).where(Decision.question_id.in_(questions)).limit(20)
        decisions = list(session.scalars(made))

    def one(decision_id: UUID) -> None:
        with database.unit_of_work() as session:
            explain(session, decision_id)

    return timed(one, decisions)


def p(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


class Market:
    """One size: its database, and what was measured there in milliseconds."""

    def __init__(self, url: str, experts: int, folder: Path) -> None:
        self.experts = experts
        self.database = attach(url, folder).database
        self.brand_id, self.leaves = build(self.database, experts)
        self.taken: list[float] = []
        self.bare: list[float] = []
        with self.database.unit_of_work() as session:
            self.rows = session.scalar(text("SELECT count(*) FROM expert_pool"))

    def put(self, count: int) -> list[UUID]:
        """So many triaged questions."""
        return put(self.database, self.brand_id, self.leaves, count)

    def decide_some(self, count: int) -> None:
        """Measure the bare lookup and the decision for a few questions."""
        questions = self.put(count)
        self.bare += lookups(self.database, questions)
        self.taken += timed(lambda each: decide(self.database, each), questions)
        end(self.database, questions)

    def row(self, decisions: int) -> str:
        """The row of the table; throughput and explaining are measured here."""
        rates = []
        for threads in THREADS:
            questions = self.put(decisions)
            rates.append(per_second(self.database, questions, threads))
            why = explained(self.database, questions)
            end(self.database, questions)
        cells = [
            f"{self.experts:,}", f"{self.rows:,}", f"{p(self.taken, 0.5):.1f}", f"{p(self.taken, 0.95):.1f}",
            f"{p(self.bare, 0.5):.2f}", f"{p(self.bare, 0.95):.2f}", *(f"{rate:.0f}" for rate in rates),
            f"{p(why, 0.5):.1f}",
        ]  # fmt: skip
        return "| " + " | ".join(cells) + " |"


def warm_up(market: Market) -> list[UUID]:
    """Decide without measuring, for caches and prepared statements."""
    questions = market.put(WARM_UP)
    timed(lambda each: decide(market.database, each), questions)
    return questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experts", default="1000,10000,100000")
    parser.add_argument("--decisions", type=int, default=300)
    options = parser.parse_args()
    print("| experts | pool rows | decision p50 ms | p95 | bare lookup p50 ms | p95 |", end="")
    print(*(f" {n} threads/s |" for n in THREADS), " explaining p50 ms |", sep="")
    print("| --- " * (7 + len(THREADS)) + "|")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="match-")))
        sizes = map(int, options.experts.split(","))
        markets = [Market(stack.enter_context(own_database("match")), size, folder) for size in sizes]
        for market in markets:
            end(market.database, warm_up(market))
        for _ in range(options.decisions // TURN):  # in turns, so that whatever else the machine does hits all alike
            for market in markets:
                market.decide_some(TURN)
        for market in markets:
            print(market.row(options.decisions), flush=True)
            market.database.engine.dispose()
        ratio = p(markets[-1].taken, 0.5) / p(markets[0].taken, 0.5)
    print(f"decision at the greatest size / at the least: {ratio:.2f} (wanted: at most {WANTED})")
    sys.exit(0 if ratio <= WANTED else 1)


if __name__ == "__main__":
    main()
