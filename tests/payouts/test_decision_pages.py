"""Pages about orders, bonuses, decisions and disputes: who sees them, and what a click does."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts import signins
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.clock import utcnow
from marketplace.mail.models import Mail
from payouts import disputes
from payouts.models import Assessment, Dispute, Earning
from payouts.states import DisputeState, Rule
from tests.factories.accounts import make_person
from tests.factories.experts import make_enrolment, make_expert
from tests.factories.payouts import close_one, earn, make_market, open_one, place, say

WORDS = "I was polite: read the conversation."


def browser(app: Flask, session: Session, person_id: UUID) -> FlaskClient:
    sign_in = signins.start(session, session.get_one(Person, person_id), device="test", now=utcnow())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = str(sign_in.id)
        cookie["_fresh"] = True
    return client


@pytest.fixture(autouse=True)
def without_csrf(app: Flask) -> Iterator[None]:
    """The token of the forms is tried elsewhere."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def owner_of(session: Session, brand: Brand) -> UUID:
    return session.scalars(select(Member.person_id).where(Member.brand_id == brand.id)).one()


def refused(session: Session) -> tuple[Brand, Person, Assessment]:
    shop, mission, person = make_market(session)
    make_expert(session, person=person, now=utcnow())
    conversation = open_one(session, mission, person, now=utcnow())
    say(session, conversation, (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
    close_one(session, conversation, reason=CloseReason.FORCED, broken_rule="rude")
    return shop, person, session.scalars(select(Assessment).where(Assessment.person_id == person.id)).one()


def test_an_expert_is_told_disputes_and_is_paid_when_the_brand_gives_way(app: Flask, session: Session) -> None:
    shop, person, assessment = refused(session)
    mail = session.scalars(select(Mail).where(Mail.recipient == person.email)).one()
    assert mail.template == "decision"
    mine, brand = browser(app, session, person.id), browser(app, session, owner_of(session, shop))
    assert "Insult or contempt" in mine.get("/expert/decisions").text
    address = f"/expert/decisions/segments/{assessment.segment_id}"
    assert mine.post(address, data={"statement": "No."}).status_code == 422
    shown = mine.post(address, data={"statement": WORDS}).location
    assert WORDS in mine.get(shown).text
    dispute = session.scalars(select(Dispute)).one()
    assert WORDS in brand.get(f"/brand/disputes/{dispute.id}").text
    assert str(dispute.id) in brand.get("/brand/disputes").text
    brand.post(f"/brand/disputes/{dispute.id}/concede")
    session.refresh(dispute)
    assert (dispute.state, session.scalars(select(Earning.net_minor)).one()) == (DisputeState.UPHELD, 320)
    assert brand.post(f"/brand/disputes/{dispute.id}/concede").status_code == 409


def test_an_operator_decides_what_the_brand_answered(app: Flask, session: Session) -> None:
    shop, _person, assessment = refused(session)
    dispute = disputes.open_unpaid(session, assessment, statement=WORDS, now=utcnow())
    brand = browser(app, session, owner_of(session, shop))
    brand.post(f"/brand/disputes/{dispute.id}/answer", data={"answer": "He called her stupid."})
    operator = browser(app, session, make_person(session, is_operator=True).id)
    assert "He called her stupid." in operator.get(f"/operator/disputes/{dispute.id}").text
    operator.post(f"/operator/disputes/{dispute.id}/reject", data={"decision": "He did call her so."})
    session.refresh(dispute)
    assert dispute.state is DisputeState.REJECTED
    assert "Decided against the expert" in operator.get(f"/operator/disputes/{dispute.id}").text


def test_nobody_sees_the_disputes_orders_and_earnings_of_others(app: Flask, session: Session) -> None:
    _, mission, person = make_market(session, pay_minor=200, sale_bps=500)
    order = place(session, earn(session, mission, person), 8_400)
    earning = session.scalars(select(Earning).where(Earning.rule == Rule.SALE)).one()
    _, _, assessment = refused(session)
    dispute = disputes.open_unpaid(session, assessment, statement=WORDS, now=utcnow())
    other_shop, _, _ = make_market(session)
    stranger = browser(app, session, owner_of(session, other_shop))
    for address in (f"/brand/orders/{order.id}", f"/brand/earnings/{earning.id}", f"/brand/disputes/{dispute.id}"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/brand/disputes/{dispute.id}/concede").status_code == 404
    expert = browser(app, session, make_expert(session, person=make_person(session), now=utcnow()).person_id)
    for address in (
        f"/expert/disputes/{dispute.id}", f"/expert/decisions/earnings/{earning.id}",
        f"/expert/decisions/segments/{assessment.segment_id}",
    ):  # fmt: skip
        assert expert.get(address).status_code == 404
    assert order.external_id not in stranger.get("/brand/orders").text


def test_a_brand_finds_its_orders_explained_and_exports_them(app: Flask, session: Session) -> None:
    shop, mission, person = make_market(session, pay_minor=200, sale_bps=500)
    order = place(session, earn(session, mission, person), 8_400, number="=W77")
    brand = browser(app, session, owner_of(session, shop))
    assert "=W77" in brand.get("/brand/orders?q=W77&state=attributed").text
    assert "Nothing matches" in brand.get("/brand/orders?q=nobody").text
    shown = brand.get(f"/brand/orders/{order.id}").text
    assert "5 % of €84.00: €4.20." in shown
    assert person.name in shown
    rows = brand.get("/brand/orders.csv").text.splitlines()
    assert rows[1].split(",")[1:5] == ["W77", "EUR", "84.00", "0.00"]


def test_a_brand_takes_pay_back_only_by_naming_a_rule(app: Flask, session: Session) -> None:
    shop, mission, person = make_market(session)
    earn(session, mission, person, now=utcnow())
    earning = session.scalars(select(Earning).where(Earning.person_id == person.id)).one()
    brand = browser(app, session, owner_of(session, shop))
    address = f"/brand/earnings/{earning.id}"
    assert brand.post(address, data={"rule": "ugly", "because": "I do not like it."}).status_code == 422
    assert brand.post(address, data={"rule": "copied", "because": "Copied from our guide."}).status_code == 302
    session.refresh(earning)
    assert (earning.reversed_rule, earning.state.value) == ("copied", "reversed")
    assert session.scalars(select(Mail.template).where(Mail.recipient == person.email)).all() == ["decision"]


def test_a_bonus_form_sent_twice_gives_one(app: Flask, session: Session) -> None:
    shop, mission, person = make_market(session)
    make_enrolment(session, mission, expert=make_expert(session, person=person, now=utcnow()), now=utcnow())
    brand = browser(app, session, owner_of(session, shop))
    form = {"id": str(uuid4()), "person_id": str(person.id), "amount": "5.00", "reason": "Thank you"}
    assert [brand.post("/brand/bonuses", data=form).status_code for _ in range(2)] == [302, 302]
    assert brand.post("/brand/bonuses", data={**form, "amount": "6.00"}).status_code == 422
    assert session.scalars(select(Earning.gross_minor).where(Earning.rule == Rule.BONUS_BRAND)).all() == [500]
    assert "Thank you" in brand.get("/brand/bonuses").text
