"""Socket events of those who serve conversations, as experts or as a brand's agents: the same in both namespaces."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Category
from marketplace.chat import canned, colleagues, conversations, drafts, notes, snoozing, transfers
from marketplace.chat.access import access_conversation, access_served, live_segment, reads_contacts
from marketplace.chat.models import Conversation
from marketplace.chat.socket import ConversationIn, ConversationVerbs
from marketplace.chat.states import AuthorKind, CloseReason, NoteKind, TransferTarget
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.realtime import Payload, SocketEvent
from marketplace.core.web import Platform
from marketplace.questions import blocks
from marketplace.questions.learning import correct_category
from marketplace.questions.models import Question, Visitor

T = TypeVar("T")


class TransferIn(Payload):
    """Whom to hand the conversation to, and what that person should know."""

    conversation_id: UUID
    target: TransferTarget = TransferTarget.GROUP
    person_id: UUID | None = None
    category_id: UUID | None = None
    comment: str = Field("", max_length=2_000)


class TransferAnswerIn(Payload):
    """A transfer that one was asked to take."""

    transfer_id: UUID


class SnoozeIn(Payload):
    """Until when a conversation is put off."""

    conversation_id: UUID
    until: AwareDatetime | None = None


class TextIn(Payload):
    """A private note, or the draft of a message as it is now."""

    conversation_id: UUID
    text: str = Field("", max_length=4_000)


class CategoryIn(Payload):
    """What a conversation is really about."""

    conversation_id: UUID
    category_id: UUID | None = None


class BlockIn(Payload):
    """Why this shopper should not ask again."""

    conversation_id: UUID
    reason: str = Field("", max_length=1_000)


class DeskVerbs:
    """What one can do with a conversation that one serves. Each verb opens its own transaction."""

    def __init__(self, parts: Platform, conversations: ConversationVerbs):
        self._database = parts.database_now
        self._gates = conversations.gates

    def transfer(self, actor: Actor, wish: TransferIn) -> dict[str, Any]:
        """Ask others to take over."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_served(session, actor, wish.conversation_id)
            by_id = _person(actor)
            people = colleagues.chosen(
                session, conversation, target=wish.target, person_id=wish.person_id, category_id=wish.category_id,
                but=by_id,
            )  # fmt: skip
            made = transfers.ask(
                session,
                conversation,
                by_id=by_id,
                target=wish.target,
                people=people,
                comment=wish.comment,
                now=utcnow(),
            )
            return {"transfer": transfers.summary(made)}

        return self._in(wish.conversation_id, work)

    def withdraw(self, actor: Actor, about: ConversationIn) -> dict[str, Any]:
        """Keep the conversation after all."""

        def work(session: Session) -> dict[str, Any]:
            transfers.withdraw(session, access_served(session, actor, about.conversation_id), now=utcnow())
            return {}

        return self._in(about.conversation_id, work)

    def accept(self, actor: Actor, answer: TransferAnswerIn) -> dict[str, Any]:
        """Take a conversation over; the first to do so wins."""
        work: Callable[[Session], UUID] = lambda s: transfers.accept(s, actor, answer.transfer_id, now=utcnow()).id  # noqa: E731
        return {"conversation_id": str(self._database().run(work))}

    def decline(self, actor: Actor, answer: TransferAnswerIn) -> dict[str, Any]:
        """Pass on a conversation that a colleague would hand over."""
        self._database().run(lambda session: transfers.decline(session, actor, answer.transfer_id, now=utcnow()))
        return {}

    def colleagues(self, actor: Actor, about: ConversationIn, *, locale: str) -> dict[str, Any]:
        """Whom the conversation can be handed to."""
        with self._database().unit_of_work() as session:
            conversation = access_served(session, actor, about.conversation_id, lock=False)
            return colleagues.choices(session, conversation, but=actor.person_id, locale=locale)

    def snooze(self, actor: Actor, wish: SnoozeIn) -> dict[str, Any]:
        """Put the conversation off, or take it up again without a time."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_served(session, actor, wish.conversation_id)
            now: datetime = utcnow()
            if wish.until is not None:
                snoozing.snooze(session, conversation, until=wish.until, by_id=_person(actor), now=now)
            else:
                snoozing.wake(
                    session, conversation, by=_kind(session, conversation), person_id=actor.person_id, now=now
                )
            return {}

        return self._in(wish.conversation_id, work)

    def note(self, actor: Actor, written: TextIn) -> dict[str, Any]:
        """Keep a private note; of the brand's team beside the conversation it is a whisper."""
        with self._database().unit_of_work() as session:
            conversation = _seen_from_behind(session, actor, written.conversation_id)
            serving = live_segment(session, conversation.id)
            own = serving is not None and serving.person_id == actor.person_id
            beside = not own and reads_contacts(actor, conversation)
            made = notes.add(
                session, conversation, person_id=_person(actor), text=written.text, now=utcnow(),
                author=serving.kind if own and serving else AuthorKind.AGENT if beside else AuthorKind.EXPERT,
                kind=NoteKind.WHISPER if beside else NoteKind.NOTE,
            )  # fmt: skip
            return {"note_id": str(made.id)}

    def notes(self, actor: Actor, about: ConversationIn) -> dict[str, Any]:
        """The private notes that this person may read."""
        with self._database().unit_of_work() as session:
            conversation = _seen_from_behind(session, actor, about.conversation_id)
            reader = None if reads_contacts(actor, conversation) else actor.person_id
            return {"notes": notes.notes_of(session, conversation, reader=reader)}

    def draft(self, actor: Actor, written: TextIn) -> dict[str, Any]:
        """Keep what is being written."""
        with self._database().unit_of_work() as session:
            conversation = access_served(session, actor, written.conversation_id, lock=False)
            drafts.keep(
                session, person_id=_person(actor), conversation_id=conversation.id, text=written.text, now=utcnow()
            )
            return {}

    def canned(self, actor: Actor, about: ConversationIn) -> dict[str, Any]:
        """The ready replies, filled in."""
        with self._database().unit_of_work() as session:
            conversation = access_served(session, actor, about.conversation_id, lock=False)
            return {"replies": canned.ready_for(session, conversation, person_id=_person(actor))}

    def categories(self, actor: Actor, about: ConversationIn, *, locale: str) -> dict[str, Any]:
        """The brand's categories, to say what a question is really about."""
        with self._database().unit_of_work() as session:
            conversation = access_served(session, actor, about.conversation_id, lock=False)
            query = select(Category).where(Category.brand_id == conversation.brand_id).order_by(Category.path_key)
            found = [{"id": str(each.id), "name": each.name(locale)} for each in session.scalars(query)]
            return {"categories": found}

    def recategorise(self, actor: Actor, told: CategoryIn) -> dict[str, Any]:
        """Say what the question is really about: the brand's model learns from it."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_served(session, actor, told.conversation_id)
            question = _question(session, conversation)
            if told.category_id is None:
                raise NotFound
            correct_category(session, question, told.category_id, by=_person(actor), now=utcnow())
            conversation.category_id = told.category_id
            category = session.get_one(Category, told.category_id)
            return {"category": category.name(conversation.language)}

        return self._in(told.conversation_id, work)

    def block(self, actor: Actor, wish: BlockIn) -> dict[str, Any]:
        """End the conversation and keep its shopper from asking again until the brand has looked at it."""

        def work(session: Session) -> dict[str, Any]:
            now = utcnow()
            conversation = access_served(session, actor, wish.conversation_id)
            kind = _kind(session, conversation)
            visitor = session.get_one(Visitor, conversation.visitor_id)
            blocks.block(
                session, visitor, by_id=_person(actor), reason=wish.reason, conversation_id=conversation.id, now=now
            )
            conversations.close(
                session,
                conversation,
                reason=CloseReason.ABUSIVE,
                by=kind,
                person_id=actor.person_id,
                topic=None,
                now=now,
            )
            return {}

        return self._in(wish.conversation_id, work)

    def _in(self, conversation_id: UUID, work: Callable[[Session], T]) -> T:
        """In the one sequence of what happens in this conversation."""
        with self._gates.of(conversation_id):
            return self._database().run(work)

    def events(self) -> tuple[SocketEvent[Any], ...]:
        """The verbs as socket events, for `/expert` and `/brand`."""
        return (
            SocketEvent("transfer", TransferIn, lambda c, p: self.transfer(c.actor, p)),
            SocketEvent("transfer_withdraw", ConversationIn, lambda c, p: self.withdraw(c.actor, p)),
            SocketEvent("transfer_accept", TransferAnswerIn, lambda c, p: self.accept(c.actor, p)),
            SocketEvent("transfer_decline", TransferAnswerIn, lambda c, p: self.decline(c.actor, p)),
            SocketEvent("colleagues", ConversationIn, lambda c, p: self.colleagues(c.actor, p, locale=c.locale)),
            SocketEvent("snooze", SnoozeIn, lambda c, p: self.snooze(c.actor, p)),
            SocketEvent("note", TextIn, lambda c, p: self.note(c.actor, p)),
            SocketEvent("notes", ConversationIn, lambda c, p: self.notes(c.actor, p)),
            SocketEvent("draft", TextIn, lambda c, p: self.draft(c.actor, p)),
            SocketEvent("canned", ConversationIn, lambda c, p: self.canned(c.actor, p)),
            SocketEvent("categories", ConversationIn, lambda c, p: self.categories(c.actor, p, locale=c.locale)),
            SocketEvent("recategorise", CategoryIn, lambda c, p: self.recategorise(c.actor, p)),
            SocketEvent("block", BlockIn, lambda c, p: self.block(c.actor, p)),
        )


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Forbidden
    return actor.person_id


def _kind(session: Session, conversation: Conversation) -> AuthorKind:
    serving = live_segment(session, conversation.id)
    return serving.kind if serving else AuthorKind.EXPERT


def _question(session: Session, conversation: Conversation) -> Question:
    return session.scalars(select(Question).where(Question.id == conversation.question_id).with_for_update()).one()


def _seen_from_behind(session: Session, actor: Actor, conversation_id: UUID) -> Conversation:
    """The conversation as those see it who answer; a shopper finds nothing of it here."""
    if actor.visitor_id is not None:
        raise NotFound
    return access_conversation(session, actor, conversation_id)
