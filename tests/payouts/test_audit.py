"""The self-check finds what it is there to find, and nothing in books that are right."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.core.db import Database
from marketplace.core.web import Platform
from payouts import ledger
from payouts.audit import CHECKS, audit
from payouts.chart import AccountKind, brand, platform
from tests.factories.payouts import earn, fund, make_market, make_payee, open_one

K = AccountKind


def tell_a_story(session: Session) -> None:
    _, mission, person = make_market(session)
    make_payee(session, person)
    earn(session, mission, person)
    open_one(session, mission, person)


def test_books_made_by_the_services_are_clean_and_counted(session: Session) -> None:
    tell_a_story(session)
    report = audit(session)
    assert report.violations == []
    assert report.is_clean
    assert report.counted["I1"] >= 4
    assert set(report.counted) == {check.name for check in CHECKS}


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("I2", "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'brand.wallet'"),
        ("I2", "UPDATE ledger_account SET version = version + 1 WHERE kind = 'brand.wallet'"),
        ("I3", "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only"),
        ("I7", "UPDATE hold SET amount_minor = amount_minor + 1 WHERE state = 'held'"),
        ("I7b", "UPDATE conversation SET state = 'closed', closed_at = now() WHERE state = 'open'"),
        ("I10", "UPDATE earning SET state = 'pending'"),
        ("I11", "UPDATE earning SET gross_minor = gross_minor * 2, net_minor = net_minor + gross_minor"),
        ("I12", "UPDATE earning SET net_minor = net_minor - 1, commission_minor = commission_minor + 1"),
        ("I20", "UPDATE top_up SET amount_minor = amount_minor + 1"),
        ("I11b", "DELETE FROM assessment"),
    ],
)
def test_each_damage_is_found_by_its_check(session: Session, check: str, damage: str) -> None:
    tell_a_story(session)
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text(damage))
    found = {violation.check for violation in audit(session).violations}
    assert check in found


def test_money_owed_without_cover_is_found(session: Session, now: datetime) -> None:
    ledger.post(
        session, key="gift", type="test", source_type="test", source_id=uuid4(), event_at=now, now=now,
        entries=ledger.moved(
            10**9, debit=platform(K.EXPENSE_BONUS, "EUR"), credit=brand(K.BRAND_WALLET, uuid4(), "EUR")
        ),
    )  # fmt: skip
    found = {violation.check for violation in audit(session).violations}
    assert {"I9", "I21"} <= found


def test_money_lent_for_nothing_is_found(session: Session, now: datetime) -> None:
    shop, _, _ = make_market(session)
    ledger.post(
        session, key="lent", type="sale_credit", source_type="order", source_id=uuid4(), event_at=now, now=now,
        entries=ledger.moved(
            500, debit=brand(K.BRAND_CREDIT, shop.id, "EUR"), credit=brand(K.BRAND_WALLET, shop.id, "EUR")
        ),
    )  # fmt: skip
    assert {violation.check for violation in audit(session).violations} == {"I23"}


def test_the_command_prints_clean_and_fails_on_a_violation(
    app: Flask, parts: Platform, make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(make_database(), info=parts.database.info)
    monkeypatch.setattr(parts, "database", database)
    with database.unit_of_work() as session:
        brand_, _, _ = make_market(session)
        fund(session, brand_, 5_000)
    runner = app.test_cli_runner()
    clean = runner.invoke(args=["ledger", "audit"])
    assert clean.exit_code == 0
    assert clean.output.strip().endswith("clean")
    with database.unit_of_work() as session:
        session.execute(text("UPDATE ledger_account SET balance = balance + 1"))
    broken = runner.invoke(args=["ledger", "audit", "--json"])
    assert broken.exit_code == 1
    answer = json.loads(broken.output)
    assert answer["clean"] is False
    assert answer["checked"]["I1"] >= 4
    assert "I2" in {violation["check"] for violation in answer["violations"]}
    database.engine.dispose()
