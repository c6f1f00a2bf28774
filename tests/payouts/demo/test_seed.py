"""The demonstration's past is made by the services: its books balance, and one seed tells one story."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from payouts.audit import audit
from payouts.demo.seed import is_empty, seed

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
QUESTIONS = 24
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(400)]  # told twice, and once only for all

_STORY = text(
    """
    SELECT q.asked_at, q.text, q.state, c.closed_at, c.close_reason, p.email, r.stars, e.net_minor, e.state
      FROM question q LEFT JOIN conversation c ON c.question_id = q.id
      LEFT JOIN segment s ON s.conversation_id = c.id LEFT JOIN person p ON p.id = s.person_id
      LEFT JOIN rating r ON r.segment_id = s.id LEFT JOIN earning e ON e.segment_id = s.id
     ORDER BY q.asked_at, p.email, e.earned_at, e.gross_minor, e.round
    """
)


def told(url: str, var_dir: Path) -> Flask:
    """An application whose database holds a small demonstration."""
    settings = Settings(
        _env_file=None, environment="test", database_url=url, secret_key="x" * 40, var_dir=var_dir,
    )  # fmt: skip
    app = create_app(settings)
    parts: Platform = app.extensions["comptoir"]
    assert is_empty(parts.database)
    seed(app, number=7, questions=QUESTIONS, now=NOW, progress=lambda _line: None)
    return app


@pytest.fixture(scope="module")
def demo(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    app = told(make_database(), tmp_path_factory.mktemp("demo"))
    parts: Platform = app.extensions["comptoir"]
    yield parts
    parts.database.engine.dispose()


def number(demo: Platform, query: str) -> int:
    with demo.database.unit_of_work() as session:
        return int(session.scalar(text(query)) or 0)


def test_the_books_of_the_past_pass_the_audit(demo: Platform) -> None:
    with demo.database.unit_of_work() as session:
        assert audit(session).violations == []
    assert number(demo, "SELECT count(*) FROM earning") > 0


def test_every_qualified_conversation_earned_once(demo: Platform) -> None:
    qualified = number(demo, "SELECT count(*) FROM assessment WHERE qualified")
    assert qualified == number(
        demo, "SELECT count(*) FROM earning WHERE rule IN ('conversation', 'floor') AND round = 1"
    )
    assert qualified > QUESTIONS // 4


def test_there_are_three_brands_forty_experts_and_a_week_of_pay_for_each_monday(demo: Platform) -> None:
    assert number(demo, "SELECT count(*) FROM brand") == 3
    assert number(demo, "SELECT count(*) FROM expert WHERE is_enthusiast") == 40
    assert (
        number(demo, "SELECT count(*) FROM person JOIN expert ON person_id = id WHERE avatar IS NULL AND is_enthusiast")
        == 0
    )
    assert number(demo, "SELECT count(*) FROM payout_run WHERE state = 'done'") >= 11


def test_nobody_of_the_past_is_still_at_work_and_nothing_is_left_to_do(demo: Platform) -> None:
    assert number(demo, "SELECT count(*) FROM expert WHERE switched_on OR lease_until IS NOT NULL") == 0
    assert number(demo, "SELECT count(*) FROM expert_pool") == 0
    assert number(demo, "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%mail%'") == 0
    assert number(demo, "SELECT count(*) FROM mail WHERE state <> 'sent'") == 0
    left = number(demo, "SELECT count(*) FROM conversation WHERE state <> 'closed'")
    assert left == number(demo, "SELECT sum(live) FROM expert") == 2 * 3, "one put off and one handed over per brand"


def test_nothing_happened_in_the_future(demo: Platform) -> None:
    for table, column in (("question", "asked_at"), ("conversation_event", "at"), ("rating", "rated_at")):
        assert number(demo, f"SELECT count(*) FROM {table} WHERE {column} > '{NOW.isoformat()}'") == 0


def test_one_seed_tells_one_story(demo: Platform, make_database: Callable[[], str], tmp_path: Path) -> None:
    again: Platform = told(make_database(), tmp_path).extensions["comptoir"]
    with demo.database.unit_of_work() as one, again.database.unit_of_work() as other:
        assert one.execute(_STORY).all() == other.execute(_STORY).all()
    again.database.engine.dispose()
