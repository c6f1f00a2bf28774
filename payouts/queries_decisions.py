"""Reads about decisions on pay: what an expert can dispute, disputes of each side, orders, bonuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select
from sqlalchemy.orm import Session

from experts.models import Enrolment
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.models import Conversation
from marketplace.orders.models import Order, OrderMove, OrderReturn
from marketplace.orders.states import OrderState
from marketplace.questions.models import Question
from payouts import disputes
from payouts.models import Assessment, Dispute, DisputeMove, Earning
from payouts.states import DisputeState, EarningState, Rule

SHOWN = timedelta(days=90)
"""How far back an expert's page of decisions goes; disputes stay for good."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something decided against an expert: a segment that is not paid, or an earning that was taken back."""

    row: Assessment | Earning
    at: datetime
    code: str
    brand: str
    question: str
    conversation_id: UUID
    dispute: Dispute | None
    can_dispute: bool
    because: str = ""

    @property
    def is_earning(self) -> bool:
        """Whether it is an earning that was taken back."""
        return isinstance(self.row, Earning)


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute with whom and what it is about."""

    dispute: Dispute
    brand: str
    person: str
    question: str


def decisions_of(session: Session, person_id: UUID, *, now: datetime) -> list[Decision]:
    """Decisions against the expert, newest first, with the dispute about each."""
    since = now - SHOWN
    refused: Any = session.execute(
        select(Assessment, Brand.name, Question.text, Dispute)
        .join(Conversation, Conversation.id == Assessment.conversation_id)
        .join(Brand, Brand.id == Conversation.brand_id)
        .join(Question, Question.id == Conversation.question_id)
        .outerjoin(Dispute, (Dispute.segment_id == Assessment.segment_id) & Dispute.earning_id.is_(None))
        .where(
            Assessment.person_id == person_id, Assessment.qualified.is_(False), Assessment.at >= since,
            Assessment.reason.in_(disputes.DISPUTABLE),
        )
    ).tuples()  # fmt: skip
    taken: Any = session.execute(
        select(Earning, Brand.name, Question.text, Dispute)
        .join(Conversation, Conversation.id == Earning.conversation_id)
        .join(Brand, Brand.id == Conversation.brand_id)
        .join(Question, Question.id == Conversation.question_id)
        .outerjoin(Dispute, Dispute.earning_id == Earning.id)
        .where(Earning.person_id == person_id, Earning.reversed_at >= since)
    ).tuples()
    found = [
        Decision(
            row, row.at, str(row.facts.get("broken_rule") or row.reason), brand, question, row.conversation_id, dispute,
            dispute is None and disputes.can_dispute(row, now=now),
        )
        for row, brand, question, dispute in refused
    ]  # fmt: skip
    for earning, brand, question, dispute in taken:
        found.append(
            Decision(
                earning, earning.reversed_at, earning.reversed_rule or "", brand, question, earning.conversation_id,
                dispute, dispute is None and disputes.can_dispute(earning, now=now), earning.reversed_because or "",
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.at, reverse=True)


def count_disputable(session: Session, person_id: UUID, *, now: datetime) -> int:
    """How many decisions the expert has not reacted to and still can."""
    return sum(one.can_dispute for one in decisions_of(session, person_id, now=now))


def disputes_where(
    session: Session, *which: ColumnElement[bool], open_only: bool = False, page: int = 1, size: int = 25
) -> list[Disputed]:
    """Disputes, those that wait first by their deadline; one more than `size` when there is a next page."""
    statement = (
        select(Dispute, Brand.name, Person.name, Question.text)
        .join(Brand, Brand.id == Dispute.brand_id)
        .join(Person, Person.id == Dispute.person_id)
        .join(Conversation, Conversation.id == Dispute.conversation_id)
        .join(Question, Question.id == Conversation.question_id)
        .where(*which)
    )
    if open_only:
        statement = statement.where(Dispute.due_at.is_not(None))
    ordered = statement.order_by(Dispute.due_at.asc().nulls_last(), Dispute.opened_at.desc(), Dispute.id)
    rows = session.execute(ordered.offset((page - 1) * size).limit(size + 1)).tuples()
    return [Disputed(*row) for row in rows]


def count_disputes(session: Session, state: DisputeState, brand_id: UUID | None = None) -> int:
    """How many disputes are in this state, of one brand or of all."""
    statement = select(func.count()).select_from(Dispute).where(Dispute.state == state)
    if brand_id is not None:
        statement = statement.where(Dispute.brand_id == brand_id)
    return session.scalar(statement) or 0


def moves_of(session: Session, dispute_id: UUID) -> Sequence[DisputeMove]:
    """Each step of a dispute, oldest first."""
    return session.scalars(
        select(DisputeMove).where(DisputeMove.dispute_id == dispute_id).order_by(DisputeMove.at, DisputeMove.id)
    ).all()


def orders_of(
    session: Session, brand_id: UUID, *, state: OrderState | None = None, search: str = "", differing: bool = False,
    page: int = 1, size: int | None = 25,
) -> list[tuple[Order, int]]:  # fmt: skip
    """Orders with what they cost in shares (gross, returns subtracted), newest first; one more than `size`."""
    cost = (
        select(cast(func.coalesce(func.sum(Earning.gross_minor), 0), BigInteger))
        .where(Earning.order_id == Order.id)
        .scalar_subquery()
    )  # fmt: skip
    statement = select(Order, cost).where(Order.brand_id == brand_id)
    if state is not None:
        statement = statement.where(Order.state == state)
    if differing:
        statement = statement.where(Order.differs)
    if search:
        helped = select(Earning.order_id).join(Person, Person.id == Earning.person_id)
        named = helped.where(Person.name.icontains(search, autoescape=True))
        statement = statement.where(or_(Order.external_id.icontains(search, autoescape=True), Order.id.in_(named)))
    statement = statement.order_by(Order.placed_at.desc(), Order.id.desc())
    if size is not None:
        statement = statement.offset((page - 1) * size).limit(size + 1)
    return list(session.execute(statement).tuples())


def shares_of(session: Session, order_id: UUID) -> list[tuple[Earning, str]]:
    """What an order earned and what was taken back of it, with the experts' names, oldest first."""
    rows = session.execute(
        select(Earning, Person.name)
        .join(Person, Person.id == Earning.person_id)
        .where(Earning.order_id == order_id)
        .order_by(Earning.earned_at, Earning.id)
    ).tuples()
    return list(rows)


def history_of(session: Session, order: Order) -> tuple[Sequence[OrderReturn], Sequence[OrderMove]]:
    """Returns and changes of state of an order, oldest first."""
    returns = session.scalars(
        select(OrderReturn).where(OrderReturn.order_id == order.id).order_by(OrderReturn.returned_at, OrderReturn.id)
    ).all()
    moves = session.scalars(
        select(OrderMove).where(OrderMove.order_id == order.id).order_by(OrderMove.at, OrderMove.id)
    ).all()
    return returns, moves


def bonuses_of(session: Session, brand_id: UUID | None, *, page: int = 1, size: int = 25) -> list[tuple[Earning, str]]:
    """Bonuses given by a brand, or by the platform when none is named, newest first; one more than `size`."""
    rows = session.execute(
        select(Earning, Person.name)
        .join(Person, Person.id == Earning.person_id)
        .where(
            Earning.rule.in_([Rule.BONUS_BRAND, Rule.BONUS_PLATFORM]), Earning.brand_id.is_not_distinct_from(brand_id)
        )
        .order_by(Earning.earned_at.desc(), Earning.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).tuples()
    return list(rows)


def enrolled_of(session: Session, brand_id: UUID) -> list[tuple[UUID, str]]:
    """(person, name) of the experts whom the brand can thank, by name."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.brand_id == brand_id, Enrolment.state.in_(["accepted", "active", "paused", "left"]))
        .group_by(Person.id)
        .order_by(Person.name)
    ).tuples()
    return list(rows)


def can_take_back(earning: Earning, *, now: datetime) -> bool:
    """Whether a brand may still take it back: an answered conversation's pay or a share of a sale, 14 days long."""
    kind = earning.rule in {Rule.CONVERSATION, Rule.FLOOR, Rule.SALE}
    return kind and earning.state is not EarningState.REVERSED and now - earning.earned_at <= TAKE_BACK_WITHIN


TAKE_BACK_WITHIN = timedelta(days=14)
"""How long a brand may take back an earning by naming a broken rule; an operator may later."""
