"""Why (not) me: an expert reads each decision that looked at him, and nobody else's questions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from experts import considered
from experts.models import Decision, Expert, Offer, OnlineSpan
from experts.states import OfferState
from marketplace.brands.models import Brand, Category
from marketplace.core.clock import new_id
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from tests.factories.brands import make_brand, make_category, make_mission
from tests.factories.experts import make_enrolment, make_expert

PARTS = {"total": 0.4, "acceptance": 0.8, "speed": 0.7, "quality": 0.9, "fairness": 0.5, "idle": 0.1}


class Market:
    """A brand, a category, and experts enrolled there."""

    def __init__(self, session: Session, now: datetime):
        self.session, self.now = session, now
        self.brand: Brand = make_brand(session)
        self.category: Category = make_category(session, self.brand, "Shoes")
        self.mission = make_mission(session, self.brand, categories=[self.category])
        self.experts = [make_expert(session) for _ in range(4)]
        self.enrolments = [make_enrolment(session, self.mission, expert=expert) for expert in self.experts]
        session.execute(text("SET LOCAL session_replication_role = replica"))

    def decide(self, *, ranked: list[Expert], excluded: dict[str, list[Expert]], minutes_ago: int = 5) -> Decision:
        """A decision about a new question."""
        question, at = new_id(), self.now - timedelta(minutes=minutes_ago)
        self.session.add(
            Question(
                id=question, brand_id=self.brand.id, visitor_id=new_id(), client_id=question, asked_at=at,
                text="Do they run small?", category_id=self.category.id, state=QuestionState.EXPIRED,
            )
        )  # fmt: skip
        self.session.flush()
        decision = Decision(
            question_id=question, at=at, rules_version="2", rule="score", weights={}, chosen_id=None,
            candidates=[{"person_id": str(e.person_id), "rank": n, **PARTS} for n, e in enumerate(ranked, 1)],
            excluded={rule: [str(e.person_id) for e in people] for rule, people in excluded.items()},
        )  # fmt: skip
        self.session.add(decision)
        self.session.flush()
        return decision

    def offer(self, decision: Decision, number: int, state: OfferState = OfferState.LAPSED) -> None:
        """An offer that came of it."""
        given: dict[str, Any] = {
            "question_id": decision.question_id, "person_id": self.experts[number].person_id, "terms": {},
            "enrolment_id": self.enrolments[number].id, "decision_id": decision.id, "state": state, "pays_minor": 320,
            "currency": "EUR", "made_at": decision.at, "expires_at": decision.at, "answered_at": decision.at,
        }  # fmt: skip
        self.session.add(Offer(**given))
        self.session.flush()

    def online(self, number: int, hours: float) -> None:
        """Time online, ended now."""
        started = self.now - timedelta(hours=hours)
        self.session.add(OnlineSpan(person_id=self.experts[number].person_id, started_at=started, ended_at=self.now))
        self.session.flush()

    def seen_by(self, person_id: UUID) -> list[considered.Considered]:
        """What one person reads."""
        return list(considered.considered(self.session, person_id, now=self.now))


@pytest.fixture
def market(session: Session, now: datetime) -> Market:
    return Market(session, now)


def test_each_reads_his_own_rank_or_what_excluded_him(market: Market) -> None:
    first, second, third, unseen = market.experts
    decision = market.decide(ranked=[first, second], excluded={"switched_off": [third]})
    market.offer(decision, 0)
    (mine,) = market.seen_by(first.person_id)
    assert (mine.rank, mine.candidates, mine.offer_state, mine.question) == (1, 2, "lapsed", "Do they run small?")
    assert mine.parts == PARTS
    (behind,) = market.seen_by(second.person_id)
    assert (behind.rank, behind.offer_state, behind.question) == (2, None, None)
    (out,) = market.seen_by(third.person_id)
    assert (out.rank, out.excluded_by, out.parts) == (None, "switched_off", {})
    assert market.seen_by(unseen.person_id) == []


def test_decisions_are_read_page_by_page_and_only_of_four_weeks(
    market: Market, session: Session, now: datetime
) -> None:
    me = market.experts[0]
    for minutes in (1, 2, 3, 60 * 24 * 40):
        market.decide(ranked=[me], excluded={}, minutes_ago=minutes)
    page = considered.considered(session, me.person_id, now=now, limit=2)
    rest = considered.considered(session, me.person_id, now=now, before=page[-1].at, limit=2)
    assert [now - row.at for row in (*page, *rest)] == [timedelta(minutes=n) for n in (1, 2, 3)]


def test_shares_of_offers_stand_beside_shares_of_time(market: Market, session: Session, now: datetime) -> None:
    for number, hours in ((0, 1.0), (1, 3.0), (2, 4.0)):
        market.online(number, hours)
    for number in (0, 0, 1):
        market.offer(market.decide(ranked=[market.experts[number]], excluded={}), number, OfferState.DECLINED)
    shares = considered.shares(session, market.experts[0].person_id, now=now)
    assert shares.share_of_time == 0.125
    assert shares.share_of_offers == pytest.approx(2 / 3)
    assert (shares.per_hour, shares.peers) == (2.0, 3)
    assert shares.spread is not None
    assert shares.spread[1] == pytest.approx(1 / 3)


def test_somebody_without_missions_sees_zeros(session: Session, now: datetime) -> None:
    shares = considered.shares(session, make_expert(session).person_id, now=now)
    assert (shares.share_of_time, shares.share_of_offers, shares.per_hour, shares.spread) == (0.0, 0.0, 0.0, None)
