"""The brand's live board: who waits, what runs, what is put off, and how busy each expert is, in one answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import availability
from experts.events import AvailabilityChanged
from experts.models import Enrolment, Expert
from experts.states import EnrolmentState
from marketplace.accounts.models import Person
from marketplace.brands.models import Category
from marketplace.chat import transfers
from marketplace.chat.events import ConversationClosed, ConversationOpened, SegmentOpened
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.models_desk import Transfer
from marketplace.chat.states import AuthorKind, ConversationState, TransferTarget
from marketplace.chat.wire import authors, avatar_url, brand_room
from marketplace.core.events import send
from marketplace.questions.events import QuestionEnded, QuestionTriaged
from marketplace.questions.models import Question, Visitor
from marketplace.questions.promise import promise, usual_wait
from marketplace.questions.states import QuestionState

MOST = 200
"""Rows of each kind; what waits longest comes first."""
_WAITING = (QuestionState.TRIAGED, QuestionState.WAITING, QuestionState.OFFERED)
_TEXT = 160
"""Characters of a question on the board."""


def board_json(session: Session, brand_id: UUID, *, locale: str, now: datetime) -> dict[str, Any]:
    """The whole board; times are ISO 8601, UTC, and `now` is the server's clock."""
    conversations = _conversations(session, brand_id, locale, now)
    return {
        "now": now.isoformat(), "waiting": _waiting(session, brand_id, locale, now), "conversations": conversations,
        "experts": _experts(session, brand_id, conversations, now),
    }  # fmt: skip


def _waiting(session: Session, brand_id: UUID, locale: str, now: datetime) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Question, Category)
        .outerjoin(Category, Category.id == Question.category_id)
        .where(Question.brand_id == brand_id, Question.state.in_(_WAITING))
        .order_by(Question.asked_at)
        .limit(MOST)
    ).all()
    seconds = usual_wait(session, brand_id, now=now) if rows else None
    return [
        {
            "id": str(question.id), "text": question.text[:_TEXT], "language": question.language,
            "category": category.name(locale) if category else None, "state": question.state.value,
            "asked_at": question.asked_at.isoformat(),
            "promise": promise(
                seconds=seconds, live_until=question.live_until, answer_by=question.answer_by, now=now
            ),
        }
        for question, category in rows
    ]  # fmt: skip


def _conversations(session: Session, brand_id: UUID, locale: str, now: datetime) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Conversation, Question, Category, Visitor.name, Segment, Person)
        .join(Question, Question.id == Conversation.question_id)
        .join(Visitor, Visitor.id == Conversation.visitor_id)
        .outerjoin(Category, Category.id == Conversation.category_id)
        .outerjoin(Segment, (Segment.conversation_id == Conversation.id) & Segment.closed_at.is_(None))
        .outerjoin(Person, Person.id == Segment.person_id)
        .where(Conversation.brand_id == brand_id, Conversation.state != ConversationState.CLOSED)
        .order_by(Conversation.last_message_at)
        .limit(MOST)
    ).all()
    asked = _asked_of_agents(session, [row[0].id for row in rows], now)
    return [
        {
            "id": str(talk.id), "question_id": str(question.id), "text": question.text[:_TEXT],
            "language": talk.language, "category": category.name(locale) if category else None,
            "shopper": shopper.split(" ")[0] if shopper else "", "state": talk.state.value,
            "opened_at": talk.opened_at.isoformat(), "by_mail": talk.by_mail, "last_seq": talk.last_seq,
            "last_at": (talk.last_message_at or talk.opened_at).isoformat(),
            "unanswered": talk.last_author in {None, AuthorKind.SHOPPER},
            "snoozed_until": talk.snoozed_until.isoformat() if talk.snoozed_until else None,
            "server": _server(person, segment) if person is not None and segment is not None else None,
            "asked": asked.get(talk.id),
        }
        for talk, question, category, shopper, segment, person in rows
    ]  # fmt: skip


def _asked_of_agents(session: Session, ids: list[UUID], now: datetime) -> dict[UUID, dict[str, Any]]:
    """Conversations that somebody would hand to the brand's own people: who, and what to know."""
    found = {
        key: transfer for key, transfer in transfers.open_transfers(session, ids).items()
        if transfer.target is TransferTarget.AGENTS and transfer.expires_at > now
    }  # fmt: skip
    names = authors(session, {transfer.by_id for transfer in found.values()})
    return {key: _asked(transfer, names) for key, transfer in found.items()}


def _asked(transfer: Transfer, names: dict[UUID, Any]) -> dict[str, Any]:
    return {
        "by": names.get(transfer.by_id, {}).get("name", ""), "comment": transfer.comment,
        "expires_at": transfer.expires_at.isoformat(),
    }  # fmt: skip


def _server(person: Person, segment: Segment) -> dict[str, Any]:
    return {
        "id": str(person.id), "name": person.name, "avatar_url": avatar_url(person.avatar), "kind": segment.kind.value,
    }  # fmt: skip


def _experts(
    session: Session, brand_id: UUID, conversations: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Everybody who may be offered this brand's questions; `live` counts all brands, `here` this one."""
    active = select(Enrolment.person_id).where(Enrolment.brand_id == brand_id, Enrolment.state == EnrolmentState.ACTIVE)
    rows = session.execute(
        select(Expert, Person)
        .join(Person, Person.id == Expert.person_id)
        .where(Expert.person_id.in_(active))
        .order_by(Expert.lease_until.desc().nulls_last(), Person.name)
        .limit(MOST)
    )
    here = [talk["server"]["id"] for talk in conversations if talk["server"] is not None]
    return [
        {
            "id": str(person.id), "name": person.name, "avatar_url": avatar_url(person.avatar),
            "status": availability.of(expert, now).value, "live": expert.live, "capacity": expert.capacity,
            "here": here.count(str(person.id)), "languages": list(expert.languages),
        }
        for expert, person in rows
    ]  # fmt: skip


def _moved(session: Session, brand_id: UUID) -> None:
    """Boards read the whole state again; so a missed nudge costs nothing but a few seconds."""
    send(session, "board", {"brand_id": str(brand_id)}, room=brand_room(brand_id), namespace="/brand")


def on_question(session: Session, event: QuestionTriaged | QuestionEnded) -> None:
    """Somebody waits, or waits no more."""
    _moved(session, session.get_one(Question, event.question_id).brand_id)


def on_conversation(session: Session, event: ConversationOpened | ConversationClosed | SegmentOpened) -> None:
    """A conversation began, changed hands or ended."""
    _moved(session, session.get_one(Conversation, event.conversation_id).brand_id)


def on_availability(session: Session, event: AvailabilityChanged) -> None:
    """An expert came or went."""
    brands = select(Enrolment.brand_id).where(
        Enrolment.person_id == event.person_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    for brand_id in session.scalars(brands.distinct()):
        _moved(session, brand_id)
