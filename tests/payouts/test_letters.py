"""Mails about money: sent for news, readable in both languages, with the figures of the rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.money import Money
from marketplace.mail.models import Mail
from marketplace.mail.rendering import render
from payouts import letters, runs, wallet
from payouts.events import PayoutSettled, WalletLow
from payouts.gateway import Transfer
from payouts.models import Payout, WalletSettings
from payouts.transfers import record
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.factories.payouts import earn, fund, make_market, make_payee


def mails_to(session: Session, address: str) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.recipient == address)))


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_weeks_table_goes_to_who_earned_in_it(app: Flask, session: Session, locale: str) -> None:
    _, mission, person = make_market(session)
    conversation = earn(session, mission, person)
    week = runs.period_of(conversation.opened_at)
    assert letters.send_statements(session, week, now=utcnow()) >= 1
    assert letters.send_statements(session, "2020-W01", now=utcnow()) == 0
    mail = mails_to(session, person.email)[0]
    letter = render(app, mail.template, locale, mail.context)
    assert "3.20" in letter.text.replace(",", ".")
    assert week in letter.subject
    assert f"/expert/statements/{week}" in letter.html


def test_a_payout_made_is_told_and_an_old_one_is_not(app: Flask, session: Session) -> None:
    _, mission, person = make_market(session)
    make_payee(session, person)
    earn(session, mission, person)
    now = utcnow()
    run = runs.prepare(session, currency="EUR", minimum_minor=100, by=None, now=now)
    payout = session.scalars(select(Payout).where(Payout.run_id == run.id)).one()
    runs.reserve(session, payout, now=now)
    record(session, payout, Transfer("tr_1", Money(320, "EUR"), payout.account_id, str(payout.id)), now=now)
    before = len(mails_to(session, person.email))
    letters.on_payout_settled(session, PayoutSettled(payout.id, person.id, paid=True))
    told = mails_to(session, person.email)
    assert len(told) == before + 1
    assert "€3.20" in render(app, "payout", "en", told[-1].context).subject
    assert "could not" in render(app, "payout", "en", {**told[-1].context, "paid": False}).subject
    payout.settled_at = now - timedelta(days=2)
    letters.on_payout_settled(session, PayoutSettled(payout.id, person.id, paid=True))
    assert len(mails_to(session, person.email)) == before + 1


def test_owners_hear_of_a_low_wallet_once_until_the_next_top_up(app: Flask, session: Session) -> None:
    owner = make_person(session)
    brand = make_brand(session, owner=owner)
    fund(session, brand, 1_500)
    wallet.set_limits(session, brand.id, month_cap_minor=None, warn_below_minor=2_000)
    limits = session.get_one(WalletSettings, brand.id)
    limits.warned_at = utcnow()
    before = len(mails_to(session, owner.email))
    letters.on_wallet_low(session, WalletLow(brand.id, "EUR"))
    told = mails_to(session, owner.email)
    assert len(told) == before + 1
    assert "€15.00" in render(app, "wallet_low", "en", told[-1].context).text
    fund(session, brand, 1_500)
    assert limits.warned_at is None
