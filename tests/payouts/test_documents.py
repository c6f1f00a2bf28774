"""Invoices: their numbers, their sums, what stops them, what corrects them, and that they stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Mission
from marketplace.core.db import Database
from marketplace.core.money import Money
from payouts import booking, document_queries, documents, earned, earnings, facturx, numbering, parties
from payouts.chart import NOBODY, AccountKind, platform
from payouts.models import Document, DocumentLine, DocumentSeries, Earning
from payouts.states import DocumentKind, Rule
from tests.factories.accounts import make_person
from tests.factories.documents import make_buyer, make_platform, make_seller
from tests.factories.payouts import earn, make_market, place, send_back

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
IN_OCTOBER = datetime(2026, 10, 14, 10, 0, tzinfo=UTC)
IN_NOVEMBER = datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
FIRST_OF_NOVEMBER = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@dataclass
class Market:
    brand: Brand
    mission: Mission
    person: Person


@pytest.fixture
def market(session: Session) -> Market:
    found = Market(*make_market(session))
    make_platform(session)
    make_buyer(session, found.brand)
    make_seller(session, found.person)
    return found


def by_kind(outcome: documents.Outcome) -> dict[str, Document]:
    return {one.kind.value: one for one in outcome.issued}


def test_a_month_becomes_an_invoice_to_the_brand_and_one_for_the_commission(session: Session, market: Market) -> None:
    for hour in range(3):
        earn(session, market.mission, market.person, now=IN_OCTOBER + timedelta(hours=hour))
    issued = by_kind(documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER))
    fees, commission = issued["fees"], issued["commission"]
    assert set(issued) == {"fees", "commission"}
    own = session.scalars(select(Earning).where(Earning.person_id == market.person.id)).all()
    assert fees.total_minor == sum(one.gross_minor for one in own)
    assert commission.total_minor == sum(one.commission_minor + one.vat_minor for one in own)
    assert fees.number == f"{numbering.prefix_of(market.person.id)}-2026-0001"
    assert commission.number == "CPT-2026-0001"
    assert fees.content["seller"]["name"] == market.person.name
    assert len(fees.content["lines"]) == 3
    assert documents.altered([fees, commission]) == []


def test_issuing_again_finds_nothing_left(session: Session, market: Market) -> None:
    earn(session, market.mission, market.person, now=IN_OCTOBER)
    documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER)
    assert documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER).issued == []
    assert documents.waiting(session, OCTOBER) == []


def test_a_month_is_not_issued_before_it_is_over(session: Session, market: Market) -> None:
    with pytest.raises(documents.MonthNotOver):
        documents.issue(session, market.person.id, NOVEMBER, now=IN_NOVEMBER)


@pytest.mark.parametrize("lacking", ["details", "mandate", "platform", "brand"])
def test_what_lacks_details_waits_and_is_issued_later(session: Session, lacking: str) -> None:
    brand, mission, person = make_market(session)
    makers: dict[str, Any] = {
        "platform": lambda: make_platform(session), "brand": lambda: make_buyer(session, brand),
        "details": lambda: make_seller(session, person, mandate=lacking != "mandate"),
        "mandate": lambda: parties.accept_mandate(session, person.id, locale="en", address="-", now=IN_OCTOBER),
    }  # fmt: skip
    for name in ("platform", "brand", "details"):
        if name != lacking:
            makers[name]()
    earn(session, mission, person, now=IN_OCTOBER)
    first = documents.issue(session, person.id, OCTOBER, now=FIRST_OF_NOVEMBER)
    assert lacking in {reason for reason, _ in first.blocked}
    assert "fees" not in by_kind(first)
    makers[lacking]()
    later = documents.issue(session, person.id, OCTOBER, now=IN_NOVEMBER)
    assert by_kind(later)["fees"].month == OCTOBER
    assert later.blocked == []


def test_a_commission_that_lacks_its_vat_waits_and_stops_nothing_else(session: Session, market: Market) -> None:
    make_platform(session, vat_status="registered", vat_number="FR40303265045")
    earn(session, market.mission, market.person, now=IN_OCTOBER)
    first = documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER)
    assert (set(by_kind(first)), first.blocked) == ({"fees"}, [("vat", market.person.id)])
    assert document_queries.untaxed(session, OCTOBER) == [("vat", market.person.id, market.person.name)]
    make_platform(session)
    later = documents.issue(session, market.person.id, OCTOBER, now=IN_NOVEMBER)
    assert (set(by_kind(later)), later.blocked) == ({"commission"}, [])
    assert document_queries.untaxed(session, OCTOBER) == []


def test_what_is_taken_back_after_issue_becomes_a_credit_note(session: Session, market: Market) -> None:
    earn(session, market.mission, market.person, now=IN_OCTOBER)
    first = by_kind(documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER))
    earnings.take_back(session, session.scalars(select(Earning)).one(), because="A named rule.", now=IN_NOVEMBER)
    second = by_kind(documents.issue(session, market.person.id, NOVEMBER, now=FIRST_OF_DECEMBER))
    for kind in ("fees", "commission"):
        assert second[kind].corrects_id == first[kind].id
        assert second[kind].total_minor == -first[kind].total_minor
        assert second[kind].content["corrects"]["number"] == first[kind].number
        assert second[kind].sequence == 2


def test_what_is_taken_back_in_its_own_month_is_not_invoiced(session: Session, market: Market) -> None:
    earn(session, market.mission, market.person, now=IN_OCTOBER)
    taken = session.scalars(select(Earning)).one()
    earn(session, market.mission, market.person, now=IN_OCTOBER + timedelta(days=1))
    earnings.take_back(session, taken, because="A named rule.", now=IN_OCTOBER + timedelta(days=2))
    issued = by_kind(documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER))
    assert issued["fees"].total_minor == taken.gross_minor
    assert [line["returned"] for line in issued["fees"].content["lines"]] == [False, False, True]


def test_a_bonus_of_the_platform_is_billed_to_it_by_itself(session: Session, market: Market) -> None:
    booking.book(
        session, booking.Ground(Rule.BONUS_PLATFORM, market.person.id, None), Money(1_500, "EUR"),
        payer=platform(AccountKind.EXPENSE_BONUS, "EUR"), commission_bps=0, calculation={"reason": "", "by": ""},
        available_on=IN_OCTOBER, now=IN_OCTOBER,
    )  # fmt: skip
    issued = by_kind(documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER))
    assert set(issued) == {"bonus"}
    bonus = issued["bonus"]
    assert (bonus.total_minor, bonus.brand_id, facturx.type_code(bonus)) == (1_500, None, "389")
    assert "Self-billing." in bonus.content["mentions"]
    assert bonus.content["buyer"]["name"] == "Comptoir SAS"


def test_goods_that_come_back_after_the_invoice_are_a_credit_note_of_their_share(session: Session) -> None:
    brand, mission, person = make_market(session, pay_minor=200, sale_bps=500, attribution_hours=48, return_days=60)
    make_platform(session)
    make_buyer(session, brand)
    make_seller(session, person)
    order = place(session, earn(session, mission, person, now=IN_OCTOBER), 8_400)
    first = by_kind(documents.issue(session, person.id, OCTOBER, now=FIRST_OF_NOVEMBER))["fees"]
    assert first.total_minor == 200 + 420
    send_back(session, order, 4_200, name="R1", now=IN_NOVEMBER)
    note = by_kind(documents.issue(session, person.id, NOVEMBER, now=FIRST_OF_DECEMBER))["fees"]
    assert (note.total_minor, note.corrects_id) == (-210, first.id)


def test_an_expert_registered_for_vat_bills_it_inside_the_price(session: Session, market: Market) -> None:
    make_seller(session, market.person, vat_status="registered", vat_number="FR40303265045")
    for hour in range(7):
        earn(session, market.mission, market.person, now=IN_OCTOBER + timedelta(hours=hour))
    fees = by_kind(documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER))["fees"]
    assert fees.total_minor == 7 * market.mission.pay_minor
    assert fees.base_minor == round(fees.total_minor / 1.2)
    assert sum(line["base_minor"] for line in fees.content["lines"]) == fees.base_minor
    assert fees.content["vat"]["category"] == "S"


def test_documents_of_a_month_sum_to_the_ledger(session: Session, market: Market) -> None:
    other = make_person(session)
    make_seller(session, other)
    for person in (market.person, other, market.person):
        earn(session, market.mission, person, now=IN_OCTOBER)
    for person_id in documents.waiting(session, OCTOBER):
        documents.issue(session, person_id, OCTOBER, now=FIRST_OF_NOVEMBER)
    booked = earned.sums(earned.movements(session, since=IN_OCTOBER, until=FIRST_OF_NOVEMBER))[0]
    issued = session.scalars(select(Document)).all()
    assert sum(one.total_minor for one in issued if one.kind is DocumentKind.FEES) == booked.gross.minor
    kept = sum(one.total_minor for one in issued if one.kind is DocumentKind.COMMISSION)
    assert kept == (booked.commission + booked.vat).minor


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document SET total_minor = 1, base_minor = 1", "DELETE FROM document_line",
        "UPDATE mandate SET text = ''", "UPDATE document_series SET last = last + 2", "DELETE FROM document_series",
        "UPDATE document_series SET last = last - 1",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_what_was_issued(session: Session, market: Market, statement: str) -> None:
    earn(session, market.mission, market.person, now=IN_OCTOBER)
    documents.issue(session, market.person.id, OCTOBER, now=FIRST_OF_NOVEMBER)
    with pytest.raises(DBAPIError, match=r"stays|next number"), session.begin_nested():
        session.execute(text(statement))


def test_numbers_have_no_gap_under_threads_and_rollbacks(own_database: Database) -> None:
    with own_database.unit_of_work() as session:
        make_platform(session)
        brand, mission, person = make_market(session)
        make_buyer(session, brand)
        people = [person, *(make_person(session) for _ in range(7))]
        for one in people:
            make_seller(session, one)
            earn(session, mission, one, now=IN_OCTOBER)
        ids = [one.id for one in people]

    def work(number: int) -> None:
        for fails in (True, False):
            try:
                with own_database.unit_of_work() as session:
                    documents.issue(session, ids[number], OCTOBER, now=FIRST_OF_NOVEMBER - timedelta(seconds=number))
                    if fails and number % 2:
                        raise RuntimeError
            except RuntimeError:
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(len(ids))))
    with own_database.unit_of_work() as session:
        ours = session.scalars(select(Document).where(Document.kind == "commission").order_by(Document.sequence)).all()
        last = session.scalars(select(DocumentSeries.last).where(DocumentSeries.owner_id == NOBODY)).one()
        assert [one.sequence for one in ours] == list(range(1, len(ids) + 1))
        assert last == len(ids)
        assert [one.issued_at for one in ours] == sorted(one.issued_at for one in ours)
        assert len(session.scalars(select(DocumentLine)).all()) == 2 * len(ids)


def test_a_number_without_a_document_does_not_survive_the_commit(own_database: Database) -> None:
    with pytest.raises(DBAPIError, match="on no document"), own_database.unit_of_work() as session:
        numbering.draw(session, NOBODY, now=IN_OCTOBER)
