"""From an order to shares of a sale, and back again when goods are returned."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Mission
from marketplace.brands.states import SaleSplit
from marketplace.chat.conduct import ConductRule
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.db import Database
from marketplace.orders.models import Order, OrderMove
from marketplace.orders.recording import OrderDiffers, ReturnDiffers
from marketplace.orders.states import OrderState, Source
from payouts import audit, credit, earnings, ledger, sales
from payouts.chart import AccountKind, brand, expert
from payouts.models import Earning
from payouts.states import EarningState, Rule
from tests.factories.accounts import make_person
from tests.factories.payouts import NOW, close_one, earn, fund, make_market, open_one, place, say, send_back

K = AccountKind
SALE: dict[str, Any] = {"pay_minor": 200, "sale_bps": 500}
"""Five per cent of a sale beside two euros a conversation."""


def rows(session: Session, order: Order, *, rule: Rule | None = None) -> list[tuple[Rule, int, int, EarningState]]:
    found = session.scalars(select(Earning).where(Earning.order_id == order.id).order_by(Earning.id))
    return [(e.rule, e.gross_minor, e.net_minor, e.state) for e in found if rule in {None, e.rule}]


def left(session: Session, order: Order) -> int:
    return session.scalar(select(func.sum(Earning.gross_minor)).where(Earning.order_id == order.id)) or 0


def has(session: Session, person_id: UUID, kind: AccountKind) -> int:
    return ledger.balance(session, expert(kind, person_id, "EUR"))


def answered(session: Session, mission: Mission, people: list[tuple[Person, int]]) -> Conversation:
    """A qualified conversation that several people served one after another, with what each wrote."""
    conversation = open_one(session, mission, people[0][0])
    for number, (person, count) in enumerate(people):
        if number:
            live = session.scalars(
                select(Segment).where(Segment.conversation_id == conversation.id, Segment.closed_at.is_(None))
            ).one()
            at = conversation.opened_at + timedelta(seconds=conversation.last_seq)
            live.closed_at = at
            session.flush()
            session.add(
                Segment(
                    conversation_id=conversation.id, person_id=person.id, opened_at=at + timedelta(milliseconds=1),
                    first_seq=conversation.last_seq + 1,
                )
            )  # fmt: skip
            session.flush()
        say(session, conversation, *[(AuthorKind.EXPERT, person)] * count)
    say(session, conversation, (AuthorKind.SHOPPER, None))
    close_one(session, conversation)
    return conversation


def test_an_order_after_help_earns_a_share_that_waits_for_the_returns(session: Session) -> None:
    shop, mission, person = make_market(session, **SALE)
    order = place(session, earn(session, mission, person), 8_400)
    assert order.state is OrderState.ATTRIBUTED
    assert rows(session, order) == [(Rule.SALE, 420, 336, EarningState.PENDING)]
    earning = session.scalars(select(Earning).where(Earning.order_id == order.id)).one()
    assert earning.available_on == order.placed_at + timedelta(days=14)
    assert has(session, person.id, K.EXPERT_PENDING) == 336
    earnings.release_due(session, now=order.placed_at + timedelta(days=14))
    assert (has(session, person.id, K.EXPERT_PENDING), has(session, person.id, K.EXPERT_AVAILABLE)) == (0, 160 + 336)
    assert ledger.balance(session, brand(K.BRAND_WALLET, shop.id, "EUR")) == 100_000 - 200 - 420
    assert audit.audit(session).violations == []


@pytest.mark.parametrize(
    ("terms", "changes", "state", "reason"),
    [
        ({}, {"known": False}, OrderState.UNATTRIBUTED, "no_shopper"),
        ({}, {"after": timedelta(hours=49)}, OrderState.UNATTRIBUTED, "nobody_helped"),
        ({"attribution_hours": 72}, {"after": timedelta(hours=49)}, OrderState.ATTRIBUTED, ""),
        ({"sale_bps": 0}, {}, OrderState.UNATTRIBUTED, "nobody_helped"),
        ({}, {"currency": "USD"}, OrderState.REFUSED, "currency"),
        ({}, {"minor": 0}, OrderState.UNATTRIBUTED, "nothing"),
    ],
)
def test_an_order_says_why_nobody_earns_by_it(
    session: Session, terms: dict[str, Any], changes: dict[str, Any], state: OrderState, reason: str
) -> None:
    _, mission, person = make_market(session, **{**SALE, **terms})
    order = place(session, earn(session, mission, person), changes.pop("minor", 8_400), **changes)
    assert (order.state, order.reason) == (state, reason)
    moves = session.scalars(select(OrderMove.to_state).where(OrderMove.order_id == order.id)).all()
    assert moves == [state.value]


def test_help_that_broke_a_rule_or_was_spam_sells_nothing(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    for reason, rule in ((CloseReason.FORCED, "rude"), (CloseReason.SPAM, "")):
        conversation = open_one(session, mission, person)
        say(session, conversation, (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
        close_one(session, conversation, reason=reason, broken_rule=rule)
        assert place(session, conversation, 8_400, number=reason.value).reason == "nobody_helped"


def test_the_last_who_helped_gets_all_or_all_share_as_the_mission_says(session: Session) -> None:
    for split, expected in ((SaleSplit.LAST_HELPER, [420]), (SaleSplit.BY_CONTRIBUTION, [252, 168])):
        _, mission, first = make_market(session, **SALE, sale_split=split)
        second = make_person(session)
        order = place(session, answered(session, mission, [(first, 6), (second, 4)]), 8_400)
        found = session.scalars(select(Earning).where(Earning.order_id == order.id).order_by(Earning.id)).all()
        assert [earning.gross_minor for earning in found] == expected
        assert found[-1].person_id == second.id
        assert found[0].calculation["split"] == split.value


def test_terms_are_those_with_which_the_conversation_began(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    conversation = earn(session, mission, person)
    mission.sale_bps, mission.attribution_hours, mission.return_days = 5_000, 1, 0
    session.flush()
    order = place(session, conversation, 8_400, after=timedelta(hours=40))
    assert rows(session, order) == [(Rule.SALE, 420, 336, EarningState.PENDING)]


def test_a_floor_is_paid_at_the_close_of_a_commission_only_mission_and_the_share_comes_on_top(session: Session) -> None:
    _, mission, person = make_market(session, pay_minor=0, floor_minor=100, sale_bps=500)
    conversation = earn(session, mission, person)
    order = place(session, conversation, 8_400)
    found = session.scalars(select(Earning).where(Earning.person_id == person.id).order_by(Earning.id)).all()
    assert [(one.rule, one.gross_minor) for one in found] == [(Rule.FLOOR, 100), (Rule.SALE, 420)]
    send_back(session, order, 8_400, name="R1", now=order.placed_at)
    assert left(session, order) == 0
    assert session.scalars(select(Earning.gross_minor).where(Earning.rule == Rule.FLOOR)).all() == [100]


RETURNS = ("a", 1_000), ("b", 3_333), ("c", 4_067)


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(3))))
def test_returns_in_any_order_told_twice_take_back_exactly_their_share(
    session: Session, order_of_arrival: tuple[int, ...]
) -> None:
    _, mission, person = make_market(session, **SALE)
    order = place(session, earn(session, mission, person), 8_400)
    for index in order_of_arrival:
        name, minor = RETURNS[index]
        for _ in range(2):
            send_back(session, order, minor, name=name, now=order.placed_at + timedelta(days=1))
        assert left(session, order) == 420 - round(420 * order.returned_minor / 8_400)
    assert left(session, order) == 0
    assert has(session, person.id, K.EXPERT_PENDING) == 0
    assert audit.audit(session).violations == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(total=st.integers(1, 99_999), bps=st.integers(1, 5_000), parts=st.lists(st.integers(1, 50_000), max_size=5))
def test_any_returns_leave_the_share_of_what_was_kept(session: Session, total: int, bps: int, parts: list[int]) -> None:
    with session.begin_nested() as savepoint:
        _, mission, person = make_market(session, pay_minor=200, sale_bps=bps)
        order = place(session, earn(session, mission, person), total)
        whole = left(session, order)
        for number, minor in enumerate(parts):
            send_back(session, order, minor, name=str(number), now=order.placed_at)
            gone = min(sum(parts[: number + 1]), total)
            assert abs(left(session, order) - whole * (total - gone) / total) <= 0.5
        if sum(parts) >= total:
            assert left(session, order) == 0
        savepoint.rollback()


def test_a_return_told_before_its_order_waits_for_it(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    conversation = earn(session, mission, person)
    early = Order(brand_id=conversation.brand_id, external_id="W1", currency="EUR")
    send_back(session, early, 4_200, name="R1", now=NOW)
    order = place(session, conversation, 8_400)
    assert rows(session, order) == [
        (Rule.SALE, 420, 336, EarningState.PENDING), (Rule.SALE_RETURN, -210, -168, EarningState.PENDING),
    ]  # fmt: skip
    with pytest.raises(ReturnDiffers):
        send_back(session, order, 4_201, name="R1", now=NOW)


@pytest.mark.parametrize("paid", [False, True])
def test_a_return_takes_from_where_the_share_stands(session: Session, paid: bool) -> None:
    _, mission, person = make_market(session, **SALE)
    order = place(session, earn(session, mission, person), 8_400)
    late = order.placed_at + timedelta(days=14)
    earnings.release_due(session, now=late)
    sale = session.scalars(select(Earning).where(Earning.order_id == order.id)).one()
    if paid:  # as a settled payout leaves it
        sale.state, sale.paid_at = EarningState.PAID, late
        session.flush()
    send_back(session, order, 4_200, name="R1", now=late)
    account = K.EXPERT_RECEIVABLE if paid else K.EXPERT_AVAILABLE
    assert has(session, person.id, account) == (168 if paid else 160 + 168)
    assert rows(session, order, rule=Rule.SALE_RETURN)[0][3] is (EarningState.PAID if paid else EarningState.AVAILABLE)


def test_what_was_returned_while_pending_is_released_with_its_share(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    order = place(session, earn(session, mission, person), 8_400)
    send_back(session, order, 8_400, name="R1", now=order.placed_at)
    earnings.release_due(session, now=order.placed_at + timedelta(days=15))
    assert {state for *_, state in rows(session, order)} == {EarningState.AVAILABLE}
    assert has(session, person.id, K.EXPERT_AVAILABLE) == 160
    assert audit.audit(session).violations == []


def test_page_and_server_merge_and_the_server_wins(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    conversation = earn(session, mission, person)
    order = place(session, conversation, 8_400, source=Source.TAG)
    assert place(session, conversation, 8_400, source=Source.TAG).id == order.id
    assert not order.differs
    place(session, conversation, 6_000, source=Source.SERVER, known=False)
    session.refresh(order)
    assert (order.total_minor, order.tag_total_minor, order.differs) == (6_000, 8_400, True)
    assert left(session, order) == 300
    assert [row[:2] for row in rows(session, order)] == [(Rule.SALE, 420), (Rule.SALE_RETURN, -420), (Rule.SALE, 300)]
    place(session, conversation, 9_999, source=Source.TAG)
    assert left(session, order) == 300
    with pytest.raises(OrderDiffers):
        place(session, conversation, 6_001, source=Source.SERVER)
    assert audit.audit(session).violations == []


def test_a_server_that_does_not_know_the_shopper_is_helped_by_the_page(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    conversation = earn(session, mission, person)
    order = place(session, conversation, 8_400, known=False)
    assert order.reason == "no_shopper"
    place(session, conversation, 8_000, source=Source.TAG)
    assert (order.state, left(session, order), order.differs) == (OrderState.ATTRIBUTED, 420, True)


def test_a_short_wallet_is_lent_up_to_the_limit_then_the_order_waits(session: Session) -> None:
    shop, mission, person = make_market(session, money=1_000, **SALE)
    conversation = earn(session, mission, person)
    first = place(session, conversation, 216_000, number="W1")
    owed = brand(K.BRAND_CREDIT, shop.id, "EUR")
    assert (first.state, ledger.balance(session, owed)) == (OrderState.ATTRIBUTED, credit.LIMIT_MINOR)
    second = place(session, conversation, 2_000, number="W2")
    assert (second.state, second.reason, left(session, second)) == (OrderState.UNFUNDED, "credit", 0)
    fund(session, shop, 10_050)
    assert credit.collect_due(session, now=NOW) == 1
    assert (ledger.balance(session, owed), sales.retry_unfunded(session, now=NOW)) == (0, 1)
    assert (second.state, left(session, second)) == (OrderState.ATTRIBUTED, 100)
    assert ledger.balance(session, brand(K.BRAND_WALLET, shop.id, "EUR")) == 0
    assert ledger.balance(session, owed) == 50
    send_back(session, first, 216_000, name="R1", now=NOW)
    assert ledger.balance(session, owed) == 0
    assert audit.audit(session).violations == []


def test_a_share_taken_back_for_a_broken_rule_leaves_nothing_to_return(session: Session) -> None:
    _, mission, person = make_market(session, **SALE)
    order = place(session, earn(session, mission, person), 8_400)
    send_back(session, order, 4_200, name="R1", now=NOW)
    sale = session.scalars(select(Earning).where(Earning.order_id == order.id, Earning.rule == Rule.SALE)).one()
    row = sales.take_back(session, sale, because="Friends ordered.", rule=ConductRule.STAGED, now=NOW)
    assert (row.gross_minor, row.reversed_rule, left(session, order)) == (-210, "staged", 0)
    with pytest.raises(sales.NothingLeft):
        sales.take_back(session, sale, because="again", now=NOW)
    send_back(session, order, 4_200, name="R2", now=NOW)
    assert left(session, order) == 0


def test_threads_that_tell_the_same_order_and_return_book_once(own_database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with own_database.unit_of_work() as session:
        _, mission, person = make_market(session, **SALE)
        conversation = earn(session, mission, person)

    def tell(number: int) -> None:
        def work(session: Session) -> None:
            source = Source.SERVER if number % 2 else Source.TAG
            order = place(session, conversation, 8_400, source=source)
            send_back(session, order, 2_100, name="R1", now=order.placed_at)

        own_database.run(work)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, range(8)))
    with own_database.unit_of_work() as session:
        order = session.scalars(select(Order)).one()
        assert [row[:2] for row in rows(session, order)] == [(Rule.SALE, 420), (Rule.SALE_RETURN, -105)]
        assert not order.differs
        assert audit.audit(session).violations == []
