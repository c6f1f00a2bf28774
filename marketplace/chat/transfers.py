"""Transfers: a conversation passes to a colleague, a group of them or the brand's agents, with a comment.

Whoever serves it goes on until somebody accepts: the first to do so wins. When nobody does in time, or everybody
passes, it stays where it was. The shopper is told who takes over; her history goes along, so that she repeats nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Category, Member, Product
from marketplace.brands.states import Role
from marketplace.chat import notes
from marketplace.chat.access import live_segment
from marketplace.chat.conversations import append, end_segment
from marketplace.chat.events import ConversationClosed, SegmentOpened, TransferAsked
from marketplace.chat.masking import masked
from marketplace.chat.messages import ConversationEnded
from marketplace.chat.models import Conversation, Segment
from marketplace.chat.models_desk import Transfer
from marketplace.chat.states import (
    TRANSFER,
    AuthorKind,
    ConversationState,
    EventKind,
    NoteKind,
    TransferAction,
    TransferState,
    TransferTarget,
)  # fmt: skip
from marketplace.chat.wire import authors, person_room, product_card
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.events import publish, send
from marketplace.core.jobs import defer
from marketplace.questions.models import Question

WAIT = {
    TransferTarget.EXPERT: timedelta(minutes=2),
    TransferTarget.GROUP: timedelta(minutes=3),
    TransferTarget.AGENTS: timedelta(minutes=15),
}
"""How long those asked may think; then the conversation stays where it was."""
MOST_ASKED = 20
"""Most people that one transfer asks."""
_ANSWER = {Role.OWNER, Role.MANAGER, Role.AGENT}


class TransferOpen(Conflict):
    """Only one transfer of a conversation is open at a time."""

    code = "transfer_open"
    message = "You have already asked somebody to take over. Wait for the answer, or take the question back."


class NobodyFree(Conflict):
    """Nobody of those chosen could take the conversation now."""

    code = "nobody_free"
    message = "Nobody of those you chose can take over now. Choose others, or put the conversation off."


class TransferGone(Conflict):
    """Somebody was faster, the time ran out, or the asker thought better of it."""

    code = "transfer_gone"
    message = "This conversation no longer needs somebody else."


def ask(
    session: Session, conversation: Conversation, *, by_id: UUID, target: TransferTarget, people: Collection[UUID],
    comment: str, now: datetime,
) -> Transfer:  # fmt: skip
    """Propose a conversation (held locked) to `people`. The comment is for who takes over, not for the shopper.

    Raises `ConversationEnded`, `TransferOpen`, `NobodyFree`.
    """
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    if open_transfer(session, conversation.id) is not None:
        raise TransferOpen
    serving = live_segment(session, conversation.id)
    asked = [each for each in people if serving is None or each != serving.person_id][:MOST_ASKED]
    if not asked:
        raise NobodyFree
    transfer = Transfer(
        id=new_id(), conversation_id=conversation.id, by_id=by_id, target=target, asked=asked, made_at=now,
        comment=comment.replace("\x00", "").strip()[: notes.LONGEST], expires_at=now + WAIT[target],
    )  # fmt: skip
    session.add(transfer)
    session.flush()
    for person_id in asked:
        _tell(session, transfer, "transfer", describe(session, transfer, conversation), person_id)
    _tell_server(session, conversation, transfer)
    publish(session, TransferAsked(transfer.id))
    defer(session, "chat.transfer_due", schedule_at=transfer.expires_at, transfer_id=str(transfer.id))
    return transfer


def accept(session: Session, actor: Actor, transfer_id: UUID, *, now: datetime) -> Conversation:
    """Take the conversation over; the same again gives the same conversation.

    Raises `NotFound`, `TransferGone`, and whatever keeps this person from serving one more.
    """
    transfer, conversation = _locked(session, actor, transfer_id)
    if transfer.state is TransferState.ACCEPTED and transfer.accepted_by == actor.person_id:
        return conversation
    if transfer.state is not TransferState.ASKED or transfer.expires_at <= now:
        raise TransferGone
    assert actor.person_id is not None
    kind = AuthorKind.AGENT if transfer.target is TransferTarget.AGENTS else AuthorKind.EXPERT
    transfer.accepted_by = actor.person_id
    _end(session, transfer, TransferAction.ACCEPT, now=now)
    hand_over(
        session, conversation, to_id=actor.person_id, kind=kind, by_id=transfer.by_id, comment=transfer.comment, now=now
    )
    return conversation


def decline(session: Session, actor: Actor, transfer_id: UUID, *, now: datetime) -> None:
    """Pass; when everybody has, the conversation stays where it was. Raises `NotFound`."""
    transfer, conversation = _locked(session, actor, transfer_id)
    if transfer.state is not TransferState.ASKED or actor.person_id not in transfer.asked:
        return
    _tell(session, transfer, "transfer_gone", _gone(transfer, "answered"), actor.person_id)
    transfer.asked = [each for each in transfer.asked if each != actor.person_id]
    if not transfer.asked:
        _end(session, transfer, TransferAction.DECLINE, now=now)
        _tell_server(session, conversation, transfer)


def withdraw(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Take an open transfer of a conversation (held locked) back; without one, nothing happens."""
    transfer = open_transfer(session, conversation.id)
    if transfer is not None:
        _end(session, transfer, TransferAction.WITHDRAW, now=now)
        _tell_server(session, conversation, transfer)


def lapse(session: Session, transfer_id: UUID, *, now: datetime) -> bool:
    """The deadline passed without an answer: the conversation stays where it was; whether it did."""
    found = session.get(Transfer, transfer_id)
    if found is None:
        return False
    conversation = _lock(session, found.conversation_id)
    session.refresh(found)
    if found.state is not TransferState.ASKED:
        return False
    if found.expires_at > now:  # the job came too early: nobody is asked for ever
        defer(session, "chat.transfer_due", schedule_at=found.expires_at, transfer_id=str(found.id))
        return False
    _end(session, found, TransferAction.LAPSE, now=now)
    _tell_server(session, conversation, found)
    return True


def on_closed(session: Session, event: ConversationClosed) -> None:
    """Nobody needs to take over what has ended."""
    conversation = session.get_one(Conversation, event.conversation_id)
    withdraw(session, conversation, now=conversation.closed_at or conversation.opened_at)


def hand_over(
    session: Session, conversation: Conversation, *, to_id: UUID, kind: AuthorKind, by_id: UUID, comment: str,
    now: datetime,
) -> Segment:  # fmt: skip
    """Let somebody else serve a conversation (held locked) from now on: also for a brand's agent who takes over.

    The old segment ends, a new one opens, the shopper is told by a numbered event. Raises `ConversationEnded`, and
    whatever keeps this person from serving one more.
    """
    if conversation.state is ConversationState.CLOSED:
        raise ConversationEnded
    before = live_segment(session, conversation.id)
    if before is not None and before.person_id == to_id:
        return before
    withdraw(session, conversation, now=now)
    conversation.state, conversation.snoozed_until = ConversationState.OPEN, None
    if before is not None:
        end_segment(session, before, now=now)
    segment = Segment(
        id=new_id(), conversation_id=conversation.id, person_id=to_id, kind=kind, opened_at=now,
        first_seq=conversation.last_seq + 1,
    )  # fmt: skip
    session.add(segment)
    session.flush()
    introduction = session.info["introduce"](session, conversation, to_id, kind, now)
    append(
        session, conversation, kind=EventKind.TRANSFERRED, author=kind, person_id=to_id,
        data={"introduction": introduction}, at=now, also=before.person_id if before else None,
    )  # fmt: skip
    if comment:
        by = before.kind if before and before.person_id == by_id else kind
        notes.add(session, conversation, person_id=by_id, author=by, text=comment, kind=NoteKind.TRANSFER, now=now)
    publish(session, SegmentOpened(segment.id, conversation.id, to_id))
    return segment


def agents_of(session: Session, brand_id: UUID) -> Sequence[UUID]:
    """The brand's own people who may answer shoppers."""
    return session.scalars(select(Member.person_id).where(Member.brand_id == brand_id, Member.role.in_(_ANSWER))).all()


def open_transfer(session: Session, conversation_id: UUID) -> Transfer | None:
    """The transfer that waits for an answer."""
    query = select(Transfer).where(Transfer.conversation_id == conversation_id, Transfer.state == TransferState.ASKED)
    return session.scalar(query)


def open_transfers(session: Session, conversation_ids: Sequence[UUID]) -> dict[UUID, Transfer]:
    """Those of several conversations."""
    waiting = Transfer.conversation_id.in_(conversation_ids), Transfer.state == TransferState.ASKED
    return {each.conversation_id: each for each in session.scalars(select(Transfer).where(*waiting))}


def asked_of(session: Session, person_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """What a person is asked to take over now, oldest first; as an expert and as an agent of a brand."""
    rows = session.execute(
        select(Transfer, Conversation)
        .join(Conversation, Conversation.id == Transfer.conversation_id)
        .where(*_asks(person_id, now))
        .order_by(Transfer.made_at)
    )
    return [describe(session, transfer, conversation) for transfer, conversation in rows]


def count_asked(session: Session, person_id: UUID, *, now: datetime) -> int:
    """How many conversations a person is asked to take over now."""
    return session.scalar(select(func.count()).select_from(Transfer).where(*_asks(person_id, now))) or 0


def _asks(person_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Transfer.state == TransferState.ASKED, Transfer.asked.contains([person_id]), Transfer.expires_at > now)


def describe(session: Session, transfer: Transfer, conversation: Conversation) -> dict[str, Any]:
    """What those asked read to decide: the question and the comment, not yet what was said."""
    question = session.get_one(Question, conversation.question_id)
    brand = session.get_one(Brand, conversation.brand_id)
    product = session.get(Product, conversation.product_id) if conversation.product_id else None
    category = session.get(Category, conversation.category_id) if conversation.category_id else None
    by = authors(session, {transfer.by_id}).get(transfer.by_id, {})
    return {
        "transfer_id": str(transfer.id), "by": by.get("name", ""), "comment": transfer.comment,
        "made_at": transfer.made_at.isoformat(), "expires_at": transfer.expires_at.isoformat(),
        "question": masked(question.text), "language": conversation.language,
        "brand": {"name": brand.name, "accent": brand.accent},
        "product": product_card(product, conversation.language) if product else None,
        "category": category.name(conversation.language) if category else None,
    }  # fmt: skip


def summary(transfer: Transfer) -> dict[str, Any]:
    """A transfer as whoever serves the conversation reads it."""
    return {
        "transfer_id": str(transfer.id), "target": transfer.target.value, "state": transfer.state.value,
        "expires_at": transfer.expires_at.isoformat(),
    }  # fmt: skip


def _locked(session: Session, actor: Actor, transfer_id: UUID) -> tuple[Transfer, Conversation]:
    """A transfer that this person is or was asked, and its conversation, locked; the conversation first."""
    found = session.get(Transfer, transfer_id)
    if found is None or actor.person_id is None or not (actor.person_id in found.asked or _took(found, actor)):
        raise NotFound
    conversation = _lock(session, found.conversation_id)
    session.refresh(found)
    return found, conversation


def _took(transfer: Transfer, actor: Actor) -> bool:
    return transfer.accepted_by == actor.person_id


def _lock(session: Session, conversation_id: UUID) -> Conversation:
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _end(session: Session, transfer: Transfer, action: TransferAction, *, now: datetime) -> None:
    transfer.state = TRANSFER.after(transfer.state, action)
    transfer.ended_at = now
    session.flush()
    for person_id in transfer.asked:
        why = "answered" if person_id == transfer.accepted_by else transfer.state.value
        _tell(session, transfer, "transfer_gone", _gone(transfer, why), person_id)


def _gone(transfer: Transfer, why: str) -> dict[str, Any]:
    return {"transfer_id": str(transfer.id), "why": why}


def _tell(session: Session, transfer: Transfer, name: str, payload: dict[str, Any], person_id: UUID) -> None:
    _send(session, name, payload, person_id, agent=transfer.target is TransferTarget.AGENTS)


def _send(session: Session, name: str, payload: dict[str, Any], person_id: UUID, *, agent: bool) -> None:
    """An agent looks at the board or sits at the desk, which is the workbench of the experts: both are told."""
    for namespace in ("/expert", "/brand") if agent else ("/expert",):
        send(session, name, payload, room=person_room(person_id), namespace=namespace)


def _tell_server(session: Session, conversation: Conversation, transfer: Transfer) -> None:
    """Whoever serves the conversation sees how the transfer stands."""
    serving = live_segment(session, conversation.id)
    if serving is None:
        return
    payload = {"conversation_id": str(conversation.id), "transfer": summary(transfer)}
    _send(session, "transfer_state", payload, serving.person_id, agent=serving.kind is AuthorKind.AGENT)
