"""Figures add up to the rows that they open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.chat.states import CloseReason
from marketplace.core.clock import utcnow
from marketplace.insights import filters, rows
from marketplace.insights.attention import items
from marketplace.insights.brand_routes import as_csv
from marketplace.insights.figures import figures, period, served, wanted_of
from tests.marketplace.insights.story import asked
from tests.marketplace.insights.story import served as serve


def test_each_figure_counts_the_rows_that_it_opens(session: Session, brand: Brand) -> None:
    now = utcnow()
    serve(session, brand, stars=5, now=now)
    serve(session, brand, stars=2, now=now)
    serve(session, brand, stars=None, now=now)
    serve(session, brand, stars=1, reason=CloseReason.ABUSIVE, now=now)
    asked(session, brand, now=now)
    asked(session, brand, text="Where is my parcel? My order has not arrived yet.", now=now)
    over = period(brand, 7, now=now)
    found = figures(session, brand, over)
    wanted = wanted_of(brand, over)

    def opened(**more: str) -> int:
        return rows.count(session, replace(wanted, **more))  # type: ignore[arg-type]

    assert (found.asked, opened(outcome="asked")) == (5, 5)
    assert (found.answered, opened(outcome="answered")) == (4, 4)
    assert (found.live, opened(outcome="live")) == (4, 4)
    assert (found.unanswered, opened(outcome="unanswered")) == (1, 1)
    assert (found.redirected, opened(outcome="redirected")) == (1, 1)
    assert (found.rated, opened(outcome="asked", rating="any")) == (2, 2)
    assert opened(rating="low") == 1
    assert found.stars == 3.5
    assert found.wait == 20
    assert sum(day.live + day.later + day.unanswered for day in found.days) == found.asked
    people = served(session, brand, over)
    assert sum(person.conversations for person in people) == 4
    for person in people:
        assert rows.count(session, replace(wanted, person_id=person.person_id)) == person.conversations


def test_costs_are_what_qualified_conversations_earned_before_commission(session: Session, brand: Brand) -> None:
    now = utcnow()
    serve(session, brand, now=now)
    serve(session, brand, now=now)
    found = figures(session, brand, period(brand, 7, now=now))
    assert [(cost.minor, cost.currency) for cost in found.costs] == [(800, "EUR")]


def test_a_day_begins_at_midnight_in_the_brands_time_zone(session: Session, brand: Brand) -> None:
    brand.time_zone = "America/New_York"
    late = datetime(2026, 11, 19, 3, 30, tzinfo=UTC)
    asked(session, brand, now=late)
    over = period(brand, 7, now=late)
    assert over.until == date(2026, 11, 18)
    assert [day.on for day in figures(session, brand, over).days if day.unanswered] == [date(2026, 11, 18)]


def test_rows_are_searched_by_what_was_said(session: Session, brand: Brand) -> None:
    now = utcnow()
    served_one = serve(session, brand, now=now)
    asked(session, brand, text="Is this jacket warm?", now=now)
    found = rows.page(session, rows.Wanted(brand_id=brand.id, search="THICK socks"), number=1)
    assert [row.conversation_id for row in found] == [served_one.id]
    assert found[0].stars == 5
    assert found[0].wait == 20


def test_rows_come_in_pages(session: Session, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    now = utcnow()
    for n in range(3):
        asked(session, brand, text=f"Question {n}?", now=now + timedelta(seconds=n))
    wanted = rows.Wanted(brand_id=brand.id)
    assert [row.question.text for row in rows.page(session, wanted, number=1)] == ["Question 2?", "Question 1?"]
    assert [row.question.text for row in rows.page(session, wanted, number=2)] == ["Question 0?"]


def test_filters_survive_the_way_into_an_address_and_back() -> None:
    asked_for = rows.Wanted(search="trail", outcome="live", rating="low", since=date(2026, 11, 1))
    assert filters.read(filters.write(asked_for), brand_id=None, zone="Europe/Paris") == asked_for
    nonsense = {"from": "yesterday", "expert": "me", "category": "7", "page": "-1"}
    assert not filters.read(nonsense, brand_id=None, zone="Europe/Paris")
    assert filters.page_number(nonsense) == 1


def test_a_file_for_spreadsheets_holds_no_formula(session: Session, brand: Brand) -> None:
    asked(session, brand, text='=HYPERLINK("https://evil.example")', now=utcnow())
    content = as_csv(rows.export(session, rows.Wanted(brand_id=brand.id)), zone="Europe/Paris", locale="en")
    assert "'=HYPERLINK" in content
    assert content.count("\n") == 2


def test_questions_that_nobody_moved_on_wait_for_an_operator(session: Session, brand: Brand) -> None:
    now = utcnow()
    question = asked(session, brand, now=now)
    question.due_at = now - timedelta(minutes=10)
    session.flush()
    found = {item.name: item.count for item in items(session, now=now)}
    assert found == {"overdue_questions": 1}


def test_a_list_costs_the_same_few_statements_however_long_it_is(session: Session, brand: Brand) -> None:
    now = utcnow()
    for n in range(2):
        asked(session, brand, text=f"Question {n}?", now=now)
    wanted = rows.Wanted(brand_id=brand.id)
    few = _statements(session, lambda: rows.page(session, wanted, number=1))
    for n in range(8):
        asked(session, brand, text=f"And question {n}?", now=now)
    assert _statements(session, lambda: rows.page(session, wanted, number=1)) == few == 1


def _statements(session: Session, work: Callable[[], object]) -> int:
    session.flush()
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)
