"""Conversations with a past, and brands with money: what earnings and payouts start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.missions import terms_of
from marketplace.brands.models import Brand, Mission
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind
from marketplace.core.clock import new_id
from marketplace.core.money import Money
from marketplace.orders.models import Order
from marketplace.orders.recording import Told, record, take_return
from marketplace.orders.states import Source
from marketplace.questions.models import Question, Visitor
from marketplace.questions.states import QuestionState
from payouts import earnings, wallet
from payouts.models import Payee, TopUp
from payouts.states import PayeeState, TopUpAction
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_mission

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class About:
    """Stands for an event that carries a conversation."""

    conversation_id: UUID


def fund(session: Session, brand: Brand, minor: int, *, now: datetime = NOW, currency: str = "EUR") -> TopUp:
    """A paid top-up without a fee; its money is available at once."""
    top_up = wallet.start_top_up(session, brand_id=brand.id, amount=Money(minor, currency), by_person_id=None, now=now)
    paid = wallet.Payment(
        TopUpAction.PAY, payment_id=f"pi_{top_up.id.hex}", amount=Money(minor, currency), available_on=now
    )
    wallet.settle(session, top_up, paid, now=now)
    return top_up


def make_market(session: Session, *, money: int = 100_000, **mission: Any) -> tuple[Brand, Mission, Person]:
    """A funded brand with an open mission, and somebody who answers."""
    brand = make_brand(session)
    if money:
        fund(session, brand, money)
    return brand, make_mission(session, brand, **mission), make_person(session)


def open_one(session: Session, mission: Mission, person: Person, *, now: datetime = NOW) -> Conversation:
    """A conversation that just began, its fee held."""
    visitor = Visitor(brand_id=mission.brand_id, created_at=now, seen_at=now, digest=uuid4().bytes * 2)
    session.add(visitor)
    session.flush()
    question = Question(
        brand_id=mission.brand_id, visitor_id=visitor.id, client_id=uuid4(), text="Does it run large?",
        asked_at=now, state=QuestionState.ASKED,
    )  # fmt: skip
    session.add(question)
    session.flush()
    terms = {**terms_of(mission), "mission_id": str(mission.id)}
    conversation = Conversation(
        id=new_id(), brand_id=mission.brand_id, question_id=question.id, visitor_id=visitor.id,
        mission_id=mission.id, language="en", terms=terms, opened_at=now,
    )  # fmt: skip
    session.add(conversation)
    session.flush()
    question.conversation_id = conversation.id
    question.state = QuestionState.MATCHED
    session.add(Segment(conversation_id=conversation.id, person_id=person.id, opened_at=now, first_seq=1))
    session.flush()
    earnings.on_conversation_opened(session, About(conversation.id))
    return conversation


def say(session: Session, conversation: Conversation, *lines: tuple[AuthorKind, Person | None]) -> None:
    """Messages, one second apart."""
    for author, person in lines:
        conversation.last_seq += 1
        session.add(
            ConversationEvent(
                conversation_id=conversation.id, seq=conversation.last_seq, id=new_id(), client_id=uuid4(),
                kind=EventKind.MESSAGE, author=author, person_id=person.id if person else None, text="...",
                at=conversation.opened_at + timedelta(seconds=conversation.last_seq),
            )
        )  # fmt: skip
    session.flush()


def close_one(
    session: Session, conversation: Conversation, *, reason: CloseReason = CloseReason.SOLVED,
    after: timedelta = timedelta(minutes=10), broken_rule: str = "",
) -> None:  # fmt: skip
    """Close it, and let what follows happen."""
    now = conversation.opened_at + after
    conversation.state = ConversationState.CLOSED
    conversation.closed_at = now
    conversation.close_reason = reason
    conversation.last_seq += 1
    session.add(
        ConversationEvent(
            conversation_id=conversation.id, seq=conversation.last_seq, id=new_id(), client_id=None,
            kind=EventKind.CLOSED, author=AuthorKind.SYSTEM, at=now,
            data={"reason": reason.value, **({"broken_rule": broken_rule} if broken_rule else {})},
        )
    )  # fmt: skip
    session.flush()
    earnings.on_conversation_closed(session, About(conversation.id))


def earn(session: Session, mission: Mission, people: Person | Sequence[Person], *, now: datetime = NOW) -> Conversation:
    """A qualified conversation from beginning to end."""
    person = people if isinstance(people, Person) else people[0]
    conversation = open_one(session, mission, person, now=now)
    say(session, conversation, (AuthorKind.SHOPPER, None), (AuthorKind.EXPERT, person), (AuthorKind.SHOPPER, None))
    close_one(session, conversation)
    return conversation


def make_payee(
    session: Session, person: Person, *, state: PayeeState = PayeeState.ACTIVE, account_id: str | None = None
) -> Payee:
    """The person's account at the provider."""
    payee = Payee(
        person_id=person.id, account_id=account_id or f"acct_{person.id.hex}", version="v2", state=state, missing=[],
        created_at=NOW, checked_at=NOW,
    )  # fmt: skip
    session.add(payee)
    session.flush()
    return payee


def place(
    session: Session, about: Conversation, minor: int, *, number: str = "W1", source: Source = Source.SERVER,
    currency: str = "EUR", after: timedelta = timedelta(hours=1), known: bool = True, now: datetime | None = None,
) -> Order:  # fmt: skip
    """An order of the conversation's shopper, placed `after` its end or beginning, told of at once."""
    placed_at = (about.closed_at or about.opened_at) + after
    told = Told(number, Money(minor, currency), placed_at, about.visitor_id if known else None)
    return record(session, about.brand_id, told, source=source, now=now or placed_at)


def send_back(session: Session, order: Order, minor: int, *, name: str, now: datetime) -> None:
    """Some of the order's goods came back."""
    take_return(
        session, order.brand_id, order_external_id=order.external_id, external_id=name,
        amount=Money(minor, order.currency), reason="", returned_at=now, now=now,
    )  # fmt: skip
