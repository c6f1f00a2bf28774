"""From a conversation to an earning: held, qualified, booked, released, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation, Segment
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.db import Database
from marketplace.core.states import ForbiddenMove
from payouts import audit, earnings, ledger
from payouts.chart import AccountKind, brand, expert, platform
from payouts.models import Assessment, Earning, Hold
from payouts.states import EarningState, HoldState
from payouts.wallet import WalletShort
from tests.factories.accounts import make_person
from tests.factories.payouts import About, close_one, earn, make_market, open_one, say

K = AccountKind


def wallet_of(session: Session, brand_id: UUID) -> tuple[int, int]:
    """(free, held)"""
    return (
        ledger.balance(session, brand(K.BRAND_WALLET, brand_id, "EUR")),
        ledger.balance(session, brand(K.BRAND_HELD, brand_id, "EUR")),
    )


def owed_to(session: Session, person_id: UUID) -> tuple[int, int]:
    """(pending, available)"""
    return (
        ledger.balance(session, expert(K.EXPERT_PENDING, person_id, "EUR")),
        ledger.balance(session, expert(K.EXPERT_AVAILABLE, person_id, "EUR")),
    )


def test_a_conversation_holds_its_fee_from_the_start(session: Session) -> None:
    shop, mission, person = make_market(session, money=1_000)
    open_one(session, mission, person)
    assert wallet_of(session, shop.id) == (600, 400)


def test_a_qualified_conversation_is_earned_less_commission_and_explained(session: Session) -> None:
    shop, mission, person = make_market(session, money=1_000)
    before = ledger.balance(session, platform(K.REVENUE_COMMISSION, "EUR"))
    conversation = earn(session, mission, person)
    earning = session.scalars(select(Earning).where(Earning.conversation_id == conversation.id)).one()
    assert (earning.gross_minor, earning.commission_minor, earning.net_minor) == (400, 80, 320)
    assert earning.state is EarningState.AVAILABLE
    assert earning.calculation["commission_bps"] == 2_000
    assert wallet_of(session, shop.id) == (600, 0)
    assert owed_to(session, person.id) == (0, 320)
    assert ledger.balance(session, platform(K.REVENUE_COMMISSION, "EUR")) == before + 80


def test_closing_twice_earns_once(session: Session) -> None:
    shop, mission, person = make_market(session, money=1_000)
    conversation = earn(session, mission, person)
    earnings.on_conversation_closed(session, About(conversation.id))
    assert wallet_of(session, shop.id) == (600, 0)


@pytest.mark.parametrize(
    ("reason", "spoke", "verdict"),
    [
        (CloseReason.MISROUTED, True, "misrouted"),
        (CloseReason.ABUSIVE, True, "spam"),
        (CloseReason.SILENT, False, "no_reply"),
    ],
)
def test_what_does_not_qualify_gives_the_fee_back_and_says_why(
    session: Session, reason: CloseReason, spoke: bool, verdict: str
) -> None:
    shop, mission, person = make_market(session, money=1_000)
    conversation = open_one(session, mission, person)
    say(session, conversation, (AuthorKind.SHOPPER, None), (AuthorKind.EXPERT, person))
    if spoke:
        say(session, conversation, (AuthorKind.SHOPPER, None))
    close_one(session, conversation, reason=reason)
    assert session.scalars(select(Earning).where(Earning.conversation_id == conversation.id)).all() == []
    assert session.scalars(select(Assessment.reason).where(Assessment.person_id == person.id)).all() == [verdict]
    assert wallet_of(session, shop.id) == (1_000, 0)
    assert session.scalars(select(Hold.state).where(Hold.brand_id == shop.id)).all() == [HoldState.RELEASED]


def test_a_forced_close_pays_unless_it_names_the_broken_rule(session: Session) -> None:
    _, mission, person = make_market(session)
    for broken_rule in ("", "rude"):
        conversation = open_one(session, mission, person)
        say(session, conversation, (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
        close_one(session, conversation, reason=CloseReason.FORCED, broken_rule=broken_rule)
    assert owed_to(session, person.id) == (0, 320)


def test_two_who_helped_share_the_fee_by_what_each_wrote(session: Session) -> None:
    shop, mission, first = make_market(session, money=1_000)
    second = make_person(session, name="Second")
    conversation = open_one(session, mission, first)
    say(session, conversation, (AuthorKind.EXPERT, first), (AuthorKind.SHOPPER, None))
    segment = session.scalars(select(Segment).where(Segment.conversation_id == conversation.id)).one()
    segment.messages, segment.closed_at = 1, conversation.opened_at
    session.flush()
    later = conversation.opened_at + timedelta(minutes=1)
    session.add(Segment(conversation_id=conversation.id, person_id=second.id, opened_at=later, first_seq=3, messages=2))
    session.flush()
    say(session, conversation, (AuthorKind.EXPERT, second), (AuthorKind.EXPERT, second), (AuthorKind.SHOPPER, None))
    close_one(session, conversation)
    gross = dict(session.execute(select(Earning.person_id, Earning.gross_minor)).tuples().all())
    assert (gross[first.id], gross[second.id]) == (133, 267)
    assert wallet_of(session, shop.id) == (600, 0)


def test_a_wallet_too_low_refuses_the_start(session: Session) -> None:
    _, mission, person = make_market(session, money=1_000)
    open_one(session, mission, person)
    open_one(session, mission, person)
    with pytest.raises(WalletShort):
        open_one(session, mission, person)


def test_an_earning_waits_for_its_window(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _, mission, person = make_market(session)
    kept = session.info["settings"]
    session.info["settings"] = kept.model_copy(update={"earning_window_hours": 168})
    conversation = earn(session, mission, person)
    session.info["settings"] = kept
    assert owed_to(session, person.id) == (320, 0)
    closed: datetime = conversation.closed_at or conversation.opened_at
    assert earnings.release_due(session, now=closed + timedelta(days=6)) == 0
    assert earnings.release_due(session, now=closed + timedelta(days=7)) == 1
    assert earnings.release_due(session, now=closed + timedelta(days=8)) == 0
    assert owed_to(session, person.id) == (0, 320)


def test_an_earning_taken_back_returns_to_the_brand_once(session: Session, now: datetime) -> None:
    shop, mission, person = make_market(session, money=1_000)
    conversation = earn(session, mission, person)
    earning = session.scalars(select(Earning).where(Earning.conversation_id == conversation.id)).one()
    earnings.take_back(session, earning, because="The answer was copied.", now=now)
    assert wallet_of(session, shop.id) == (1_000, 0)
    assert owed_to(session, person.id) == (0, 0)
    with pytest.raises(ForbiddenMove):
        earnings.take_back(session, earning, because="Again", now=now)


def test_beginnings_endings_and_releases_side_by_side_wait_for_nobody_in_a_circle(
    own_database: Database, now: datetime
) -> None:
    with own_database.unit_of_work() as session:
        _, mission, first = make_market(session, money=200_000)
        people = [first, *(make_person(session) for _ in range(3))]

    def live(number: int) -> None:
        person, other = people[number % 4], people[(number + 1) % 4]
        with own_database.unit_of_work() as session:
            conversation = open_one(session, mission, person, now=now)
            say(session, conversation, (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
            at = conversation.opened_at
            part = session.scalars(select(Segment).where(Segment.conversation_id == conversation.id)).one()
            part.closed_at = at
            session.flush()
            session.add(Segment(conversation_id=conversation.id, person_id=other.id, opened_at=at, first_seq=3))
            session.flush()
            say(session, conversation, (AuthorKind.EXPERT, other), (AuthorKind.SHOPPER, None))
        with own_database.unit_of_work() as session:
            close_one(session, session.get_one(Conversation, conversation.id))
        with own_database.unit_of_work() as session:
            earnings.release_due(session, now=now + timedelta(days=1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(live, range(48)))
    with own_database.unit_of_work() as session:
        assert audit.audit(session).violations == []
