"""Disputes: opened by the expert, answered by the brand, decided by an operator or by a deadline that passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.conduct import ConductRule
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.errors import Invalid
from marketplace.core.states import ForbiddenMove
from payouts import audit, disputes, earnings, ledger, sales
from payouts.chart import AccountKind, brand, expert
from payouts.models import Assessment, Dispute, DisputeMove, Earning
from payouts.states import DISPUTE, DisputeAction, DisputeState, EarningState, Rule
from tests.factories.payouts import NOW, close_one, earn, make_market, open_one, place, say, send_back

K = AccountKind
WORDS = "I was polite: read the conversation."


def refused(
    session: Session, *, reason: CloseReason = CloseReason.FORCED, rule: str = "rude", messages: int = 1,
    **market: Any,
) -> tuple[Brand, Person, Assessment]:  # fmt: skip
    """A conversation that was answered and not paid."""
    shop, mission, person = make_market(session, **market)
    conversation = open_one(session, mission, person)
    say(session, conversation, *[(AuthorKind.EXPERT, person)] * messages, (AuthorKind.SHOPPER, None))
    close_one(session, conversation, reason=reason, broken_rule=rule)
    found = session.scalars(select(Assessment).where(Assessment.conversation_id == conversation.id)).one()
    return shop, person, found


def opened(session: Session, **market: Any) -> tuple[Brand, Person, Dispute]:
    shop, person, assessment = refused(session, **market)
    return shop, person, disputes.open_unpaid(session, assessment, statement=WORDS, now=NOW + timedelta(days=1))


def available(session: Session, person: Person) -> int:
    return ledger.balance(session, expert(K.EXPERT_AVAILABLE, person.id, "EUR"))


def test_a_refused_conversation_is_earned_when_an_operator_decides_so(session: Session) -> None:
    shop, person, dispute = opened(session, money=1_000)
    assert (dispute.rule, dispute.amount_minor, dispute.due_at) == ("rude", 400, dispute.opened_at + timedelta(days=5))
    disputes.answer(session, dispute, text="He called her stupid.", by=None, now=NOW + timedelta(days=2))
    assert dispute.due_at == NOW + timedelta(days=9)
    disputes.decide(session, dispute, for_expert=True, text="He did not.", by=None, now=NOW + timedelta(days=3))
    earning = session.get_one(Earning, dispute.outcome_id)
    assert (earning.rule, earning.net_minor, earning.state) == (Rule.CONVERSATION, 320, EarningState.AVAILABLE)
    assert (available(session, person), ledger.balance(session, brand(K.BRAND_WALLET, shop.id, "EUR"))) == (320, 600)
    steps = session.scalars(select(DisputeMove.action).where(DisputeMove.dispute_id == dispute.id).order_by("at")).all()
    assert steps == ["open", "answer", "uphold"]
    assert audit.audit(session).violations == []


def test_a_brand_that_gives_way_pays_at_once(session: Session) -> None:
    _, person, dispute = opened(session)
    disputes.concede(session, dispute, by=None, now=NOW)
    assert (dispute.state, available(session, person)) == (DisputeState.UPHELD, 320)
    assert audit.audit(session).violations == []
    dispute.amount_minor += 1  # decided otherwise than booked
    session.flush()
    assert {each.check for each in audit.audit(session).violations} == {"I24"}


def test_a_dispute_that_is_rejected_or_withdrawn_books_nothing(session: Session) -> None:
    _, person, dispute = opened(session)
    disputes.answer(session, dispute, text="He called her stupid.", by=None, now=NOW)
    disputes.decide(session, dispute, for_expert=False, text="He did call her so.", by=None, now=NOW)
    _, other, second = opened(session)
    disputes.withdraw(session, second, now=NOW)
    assert (available(session, person), available(session, other)) == (0, 0)
    assert {dispute.state, second.state} == {DisputeState.REJECTED, DisputeState.WITHDRAWN}
    assert dispute.ended_at is not None
    assert dispute.due_at is None


@pytest.mark.parametrize("answered", [False, True])
def test_whoever_lets_the_deadline_pass_decides_for_the_expert(session: Session, answered: bool) -> None:
    _, person, dispute = opened(session)
    if answered:
        disputes.answer(session, dispute, text="He called her stupid.", by=None, now=dispute.opened_at)
    due = dispute.due_at
    assert due is not None
    assert disputes.expire_due(session, now=due - timedelta(seconds=1)) == 0
    assert disputes.expire_due(session, now=due) == 1
    assert disputes.expire_due(session, now=due) == 0
    assert (dispute.state, available(session, person)) == (DisputeState.UPHELD, 320)


def test_an_empty_wallet_owes_what_was_decided(session: Session) -> None:
    shop, person, dispute = opened(session, money=1_000, pay_minor=1_000)
    wallet = brand(K.BRAND_WALLET, shop.id, "EUR")
    ledger.post(
        session, key="spent", type="bench", source_type="bench", source_id=shop.id, event_at=NOW, now=NOW,
        entries=ledger.moved(900, debit=wallet, credit=brand(K.BRAND_HELD, shop.id, "EUR")),
    )  # fmt: skip
    disputes.concede(session, dispute, by=None, now=NOW)
    assert available(session, person) == 800
    assert ledger.balance(session, brand(K.BRAND_CREDIT, shop.id, "EUR")) == 900


@pytest.mark.parametrize(
    ("reason", "messages", "can"),
    [
        (CloseReason.SPAM, 1, True), (CloseReason.MISROUTED, 1, True), (CloseReason.FORCED, 1, True),
        (CloseReason.FORCED, 0, False), (CloseReason.SILENT, 0, False),
    ],
)  # fmt: skip
def test_only_a_judgement_on_answers_can_be_disputed(
    session: Session, reason: CloseReason, messages: int, can: bool
) -> None:
    _, _, assessment = refused(session, reason=reason, messages=messages)
    assert disputes.can_dispute(assessment, now=NOW) is can
    assert not disputes.can_dispute(assessment, now=NOW + timedelta(days=31))
    if not can:
        with pytest.raises(disputes.NotDisputable):
            disputes.open_unpaid(session, assessment, statement=WORDS, now=NOW)


def test_each_decision_is_disputed_once_and_in_words(session: Session) -> None:
    _, _, assessment = refused(session)
    with pytest.raises(Invalid):
        disputes.open_unpaid(session, assessment, statement="No.", now=NOW)
    disputes.open_unpaid(session, assessment, statement=WORDS, now=NOW)
    with pytest.raises(disputes.AlreadyDisputed):
        disputes.open_unpaid(session, assessment, statement=WORDS, now=NOW)


def test_an_earning_taken_back_is_earned_anew(session: Session) -> None:
    _, mission, person = make_market(session)
    conversation = earn(session, mission, person)
    earning = session.scalars(select(Earning).where(Earning.conversation_id == conversation.id)).one()
    earnings.take_back(session, earning, because="Copied.", rule=ConductRule.COPIED, now=NOW)
    dispute = disputes.open_taken_back(session, earning, statement=WORDS, now=NOW)
    assert (dispute.rule, available(session, person)) == ("copied", 0)
    disputes.concede(session, dispute, by=None, now=NOW)
    anew = session.get_one(Earning, dispute.outcome_id)
    assert (anew.round, available(session, person)) == (2, 320)
    earnings.take_back(session, anew, because="Again.", rule=ConductRule.COPIED, now=NOW)
    assert available(session, person) == 0
    assert audit.audit(session).violations == []


def test_a_share_of_a_sale_earned_anew_still_follows_its_returns(session: Session) -> None:
    _, mission, person = make_market(session, pay_minor=200, sale_bps=500)
    order = place(session, earn(session, mission, person), 8_400)
    send_back(session, order, 2_100, name="R1", now=NOW)
    sale = session.scalars(select(Earning).where(Earning.order_id == order.id, Earning.rule == Rule.SALE)).one()
    row = sales.take_back(session, sale, because="Friends.", rule=ConductRule.STAGED, now=NOW)
    disputes.concede(
        session, disputes.open_taken_back(session, row, statement=WORDS, now=NOW), by=None, now=order.placed_at
    )

    def left() -> int:
        return session.scalar(select(func.sum(Earning.gross_minor)).where(Earning.order_id == order.id)) or 0

    assert left() == 315
    send_back(session, order, 2_100, name="R2", now=NOW)
    assert left() == 210
    send_back(session, order, 9_999, name="R3", now=NOW)
    assert left() == 0
    assert audit.audit(session).violations == []


def test_an_ended_dispute_moves_no_more(session: Session) -> None:
    _, person, dispute = opened(session)
    disputes.concede(session, dispute, by=None, now=NOW)
    with pytest.raises(ForbiddenMove):
        disputes.concede(session, dispute, by=None, now=NOW)
    with pytest.raises(ForbiddenMove):
        disputes.withdraw(session, dispute, now=NOW)
    with pytest.raises(ForbiddenMove):
        disputes.decide(session, dispute, for_expert=True, text="Twice is better.", by=None, now=NOW)
    assert available(session, person) == 320


@pytest.mark.parametrize("state", DisputeState)
@pytest.mark.parametrize("action", DisputeAction)
def test_every_pair_of_state_and_action_is_listed_or_forbidden(state: DisputeState, action: DisputeAction) -> None:
    live = {DisputeState.OPENED, DisputeState.ANSWERED}
    assert DISPUTE.is_final(state) is (state not in live)
    if state not in live:
        assert not DISPUTE.allows(state, action)
