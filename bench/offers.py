"""Offers made, taken, declined, lapsed and closed by several processes at once: is any rule ever broken?

    DATABASE_URL=postgresql://... .venv/bin/python -m bench.offers [--offers 10000] [--processes 2] [--threads 4]

Makes a database of its own and drops it. Each offer is checked by a trigger in the moment in which it is written,
against the facts themselves and not against the pool; the other invariants are counted at the end. Time is made to
pass by moving a question's times back. Ends with 1 when any invariant was broken.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.match import attach, own_database, put
from experts import availability, dispatch, offers
from experts.models import Expert, Offer
from marketplace.chat.conversations import close
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import DomainError
from marketplace.questions.models import Question
from marketplace.questions.moves import move
from marketplace.questions.states import QuestionAction, QuestionState
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free
from tests.factories.payouts import fund

EXPERTS = 40
MOST_WAITING = 40
"""Above so many questions without an answer no more are asked."""
STEP = timedelta(seconds=20)
"""How far a question's times are moved back at once."""

CHECK = """
CREATE TABLE broken (at timestamptz DEFAULT clock_timestamp(), offer_id uuid, rule text);
CREATE FUNCTION check_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE e expert; q question; family uuid;
BEGIN
    SELECT * INTO e FROM expert WHERE person_id = NEW.person_id;
    SELECT * INTO q FROM question WHERE id = NEW.question_id;
    SELECT parent_id INTO family FROM category WHERE id = q.category_id;
    INSERT INTO broken (offer_id, rule) SELECT NEW.id, failed.rule FROM (VALUES
        ('switched off', e.switched_on), ('paused', e.paused_because IS NULL),
        ('absent', e.lease_until > now()), ('off hours', e.on_duty_until > now()),
        ('at capacity', e.live < e.capacity), ('language', q.language = ANY(e.languages)),
        ('question over', q.state IN ('triaged', 'waiting', 'offered')),
        ('asked twice', NOT EXISTS (SELECT 1 FROM offer o WHERE o.question_id = q.id
            AND o.person_id = NEW.person_id AND o.id <> NEW.id)),
        ('category', EXISTS (SELECT 1 FROM enrolment n JOIN enrolment_category ec ON ec.enrolment_id = n.id
            JOIN category c ON c.id = ec.category_id
            WHERE n.id = NEW.enrolment_id AND n.person_id = NEW.person_id AND n.state = 'active'
              AND ec.certified_at IS NOT NULL AND (q.category_id IS NULL OR c.id IN (q.category_id, family)
                OR (q.widened AND c.parent_id = family))))
        ) AS failed(rule, holds) WHERE holds IS NOT TRUE;
    RETURN NULL;
END $$;
CREATE TRIGGER check_offer AFTER INSERT ON offer FOR EACH ROW EXECUTE FUNCTION check_offer();
"""

INVARIANTS = {
    "offers to somebody not eligible at that moment": "SELECT count(*) FROM broken WHERE rule <> 'asked twice'",
    "offers to somebody asked before": "SELECT count(*) FROM broken WHERE rule = 'asked twice'",
    "questions taken by two": "SELECT count(*) FROM (SELECT 1 FROM offer WHERE state = 'accepted'"
    " GROUP BY question_id HAVING count(*) > 1) AS x",
    "conversations served by two": "SELECT count(*) FROM (SELECT 1 FROM segment WHERE closed_at IS NULL"
    " GROUP BY conversation_id HAVING count(*) > 1) AS x",
    "experts above their capacity, or miscounted": "SELECT count(*) FROM expert e WHERE live > capacity OR live <>"
    " (SELECT count(*) FROM segment s WHERE s.person_id = e.person_id AND s.closed_at IS NULL)",
    "experts with two live offers": "SELECT count(*) FROM (SELECT 1 FROM offer WHERE state = 'made' AND live"
    " GROUP BY person_id HAVING count(*) > 1) AS x",
    "unanswered questions without a timer": "SELECT count(*) FROM question WHERE due_at IS NULL"
    " AND state IN ('triaged', 'waiting', 'offered')",
    "open offers of questions that are over": "SELECT count(*) FROM offer o JOIN question q ON q.id = o.question_id"
    " WHERE o.state = 'made' AND q.state NOT IN ('triaged', 'waiting', 'offered')",
}


def build(database: Database) -> None:
    """A funded brand, six leaf categories below two departments, experts of differing languages and capacity."""
    now = utcnow()
    with database.unit_of_work() as session:
        brand = make_brand(session)
        fund(session, brand, 5_000_000, now=now)
        leaves = [make_category(session, brand, top, f"{top} {n}") for top in ("Shoes", "Packs") for n in range(3)]
        mission = make_mission(session, brand, categories=leaves, seats=EXPERTS, starts_on=now.date(), pay_minor=100)
        for number in range(EXPERTS):
            languages = (["en", "fr"], ["fr"], ["en"])[number % 3]
            expert = make_expert(session, now=now, languages=languages, capacity=1 + number % 3)
            make_enrolment(session, mission, expert=expert, categories=leaves[number % 6 :][:3], now=now)
            make_free(session, expert, capacity=1 + number % 3, now=now)
        session.execute(text("UPDATE expert SET lease_until = :until, on_duty_until = :until, duty_due_at = :until"),
                        {"until": now + timedelta(days=1)})  # fmt: skip
        session.connection().exec_driver_sql(CHECK)


class Crowd:
    """One process's people: acts at random until enough offers were made or the time is over."""

    def __init__(self, database: Database, *, offers: int, until: float) -> None:
        self.database, self.wanted, self.until = database, offers, until
        self.failures: list[str] = []
        with database.unit_of_work() as session:
            self.brand_id = session.scalar(text("SELECT id FROM brand"))
            leaves = session.scalars(text("SELECT id FROM category WHERE parent_id IS NOT NULL ORDER BY path_key"))
            self.leaves: list[UUID] = list(leaves)
            self.people = list(session.scalars(select(Expert.person_id)))

    def work(self, seed: int) -> None:
        """One thread."""
        chance = random.Random(seed)
        deeds: tuple[Callable[[random.Random], None], ...] = (
            self.ask, *(self.answer,) * 6, self.close, self.close, self.age,
            self.toggle, self.withdraw, lambda _: dispatch.sweep(self.database),
        )  # fmt: skip
        while time.monotonic() < self.until and not self.is_done():
            for _ in range(10):
                try:
                    chance.choice(deeds)(chance)
                except DomainError:
                    continue  # a colleague was faster, or somebody is full: refused, as it must be
                except Exception as error:
                    self.failures.append(f"{type(error).__name__}: {error}"[:300])

    def is_done(self) -> bool:
        """Whether enough offers were made, by all processes together."""
        with self.database.unit_of_work() as session:
            return int(session.scalar(text("SELECT count(*) FROM offer")) or 0) >= self.wanted

    def pick(self, query: str, **values: object) -> UUID | None:
        """One of the rows, at random."""
        with self.database.unit_of_work() as session:
            found: UUID | None = session.scalar(text(f"{query} ORDER BY random() LIMIT 1"), values)
            return found

    def ask(self, chance: random.Random) -> None:
        """A shopper asks; the sweep of whichever process is first moves the question on."""
        with self.database.unit_of_work() as session:
            waiting = session.scalar(
                text("SELECT count(*) FROM question WHERE state IN ('triaged', 'waiting', 'offered')")
            )
        if (waiting or 0) < MOST_WAITING:
            chance.shuffle(leaves := list(self.leaves))
            put(self.database, self.brand_id, leaves, chance.randint(1, 4))
            dispatch.sweep(self.database)

    def answer(self, chance: random.Random) -> None:
        """Somebody accepts or declines, in another moment than he was asked."""
        offer_id = self.pick("SELECT id FROM offer WHERE state = 'made'")
        if offer_id is None:
            return
        with self.database.unit_of_work() as session:
            actor = Actor(person_id=session.get_one(Offer, offer_id).person_id, is_expert=True)

        def work(session: Session) -> None:
            if accepts:
                offers.accept(session, actor, offer_id, now=utcnow())
            else:
                question = offers.decline(session, actor, offer_id, reason="not now", now=utcnow())
                dispatch.advance(session, question, now=utcnow())

        accepts = chance.random() < 0.3
        self.database.run(work)

    def close(self, _chance: random.Random) -> None:
        """A conversation ends."""
        conversation_id = self.pick("SELECT id FROM conversation WHERE state = 'open'")

        def work(session: Session) -> None:
            conversation = session.scalars(
                select(Conversation).where(Conversation.id == conversation_id).with_for_update()
            ).one()
            if conversation.state is not ConversationState.CLOSED:
                close(session, conversation, reason=CloseReason.SOLVED, by=AuthorKind.SHOPPER, person_id=None,
                      topic=None, now=utcnow())  # fmt: skip

        if conversation_id is not None:
            self.database.run(work)

    def age(self, _chance: random.Random) -> None:
        """Twenty seconds pass for one question and its offers."""
        question_id = self.pick("SELECT id FROM question WHERE state IN ('waiting', 'offered')")

        def work(session: Session) -> None:
            question = session.scalars(select(Question).where(Question.id == question_id).with_for_update()).one()
            question.asked_at -= STEP
            for name in ("live_until", "due_at", "later_since"):
                moment = getattr(question, name)
                setattr(question, name, moment and moment - STEP)
            for offer in offers.open_offers(session, question.id):
                offer.made_at -= STEP
                offer.expires_at -= STEP

        if question_id is not None:
            self.database.run(work)
            dispatch.sweep(self.database)

    def toggle(self, chance: random.Random) -> None:
        """Somebody switches off or on, or comes back from a pause."""
        person_id, on = chance.choice(self.people), chance.random() < 0.8

        def work(session: Session) -> None:
            availability.switch(session, session.get_one(Expert, person_id), on=on, now=utcnow())

        self.database.run(work)

    def withdraw(self, chance: random.Random) -> None:
        """A shopper changes her mind."""
        question_id = self.pick("SELECT id FROM question WHERE state IN ('waiting', 'offered')")

        def work(session: Session) -> None:
            question = session.scalars(select(Question).where(Question.id == question_id).with_for_update()).one()
            if question.state in {QuestionState.WAITING, QuestionState.OFFERED}:
                move(session, question, QuestionAction.WITHDRAW, by="shopper", now=utcnow())

        if question_id is not None and chance.random() < 0.3:
            self.database.run(work)


def worker(url: str, *, wanted: int, threads: int, seconds: float, seed: int) -> int:
    """The body of one process; what went wrong is printed."""
    with TemporaryDirectory(prefix="match-") as folder:
        database = attach(url, Path(folder)).database
        crowd = Crowd(database, offers=wanted, until=time.monotonic() + seconds)
        people = [threading.Thread(target=crowd.work, args=(seed * 1_000 + n,)) for n in range(threads)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        database.engine.dispose()
    for failure in crowd.failures:
        print(failure, file=sys.stderr)
    return 1 if crowd.failures else 0


def run(url: str, *, wanted: int, processes: int, threads: int, seconds: float) -> tuple[int, dict[str, int]]:
    """Let the processes act on a migrated database; offers made, and how often each invariant was broken."""
    with TemporaryDirectory(prefix="match-") as folder:
        database = attach(url, Path(folder)).database
        build(database)
        command = [
            sys.executable, "-m", "bench.offers", "--worker", "--offers", str(wanted), "--threads", str(threads),
            "--seconds", str(seconds), "--seed",
        ]  # fmt: skip
        environment = {**os.environ, "DATABASE_URL": url}
        root = Path(__file__).resolve().parents[1]
        others = [
            subprocess.Popen([*command, str(number)], env=environment, cwd=root) for number in range(1, processes + 1)
        ]
        failed = sum(other.wait() != 0 for other in others)
        with database.unit_of_work() as session:
            found = {name: int(session.scalar(text(query)) or 0) for name, query in INVARIANTS.items()}
            rows = session.execute(text("SELECT state, count(*) AS n FROM offer GROUP BY state ORDER BY state"))
            states: dict[str, int] = {row.state: int(row.n) for row in rows}
        database.engine.dispose()
    print("offers:", ", ".join(f"{state} {count}" for state, count in states.items()))
    return sum(states.values()), found | {"processes that met an error": failed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=1_800.0)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        url = os.environ["DATABASE_URL"]
        sys.exit(worker(url, wanted=given.offers, threads=given.threads, seconds=given.seconds, seed=given.seed))
    began = time.monotonic()
    with own_database("match") as url:
        made, found = run(
            url, wanted=given.offers, processes=given.processes, threads=given.threads, seconds=given.seconds
        )
    print(f"{made} offers by {given.processes} processes of {given.threads} threads, {time.monotonic() - began:.0f} s")
    for name, count in found.items():
        print(f"{count:>6}  {name}")
    sys.exit(0 if made >= given.offers and not any(found.values()) else 1)


if __name__ == "__main__":
    main()
