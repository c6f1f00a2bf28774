"""What the brand's team does from the live board: whisper, take over, end with a named rule or none."""

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from experts.access import access_steered
from experts.board import board_json
from marketplace.brands.access import access_brand
from marketplace.brands.states import Role
from marketplace.chat import conversations, notes, transfers
from marketplace.chat.conduct import ConductRule
from marketplace.chat.socket import ConversationVerbs
from marketplace.chat.states import AuthorKind, CloseReason, NoteKind
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden, Invalid
from marketplace.core.realtime import Payload, SocketEvent
from marketplace.core.web import Platform


class BoardIn(Payload):
    """Whose board."""

    brand_id: UUID


class SteerIn(Payload):
    """A conversation of the brand."""

    conversation_id: UUID


class WhisperIn(SteerIn):
    """Words for the expert alone."""

    text: str = Field("", max_length=notes.LONGEST)


class ForceIn(SteerIn):
    """The end, decided by the brand. Without a rule the expert keeps the pay; with one, `why` says what happened."""

    rule: ConductRule | None = None
    why: str = Field("", max_length=notes.LONGEST)


LEAST_WHY = 10
"""Characters in which a broken rule is explained."""


class BoardVerbs:
    """The verbs of the board. Each opens its own transaction."""

    def __init__(self, parts: Platform, verbs: ConversationVerbs):
        self._database = parts.database_now
        self._gates = verbs.gates

    def board(self, actor: Actor, wish: BoardIn, *, locale: str) -> dict[str, Any]:
        """Everything that the board shows."""
        with self._database().unit_of_work() as session:
            brand = access_brand(session, actor, wish.brand_id)
            return board_json(session, brand.id, locale=locale, now=utcnow())

    def whisper(self, actor: Actor, words: WhisperIn) -> dict[str, Any]:
        """Tell whoever serves the conversation something that the shopper never sees."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_steered(session, actor, words.conversation_id, at_least=Role.AGENT)
            note = notes.add(
                session, conversation, person_id=_person(actor), text=words.text, now=utcnow(),
                author=AuthorKind.AGENT, kind=NoteKind.WHISPER,
            )  # fmt: skip
            return {"id": str(note.id)}

        return self._database().run(work)

    def take_over(self, actor: Actor, about: SteerIn) -> dict[str, Any]:
        """Serve the conversation oneself from now on; the shopper is told, the expert's part ends."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_steered(session, actor, about.conversation_id, at_least=Role.AGENT)
            person_id, now = _person(actor), utcnow()
            asked = transfers.open_transfer(session, conversation.id)
            if asked is not None and person_id in asked.asked and asked.expires_at > now:
                transfers.accept(session, actor, asked.id, now=now)  # the comment of who asked comes along
            else:
                transfers.hand_over(
                    session, conversation, to_id=person_id, kind=AuthorKind.AGENT, by_id=person_id, comment="", now=now
                )
            return {}

        with self._gates.of(about.conversation_id):
            return self._database().run(work)

    def force(self, actor: Actor, end: ForceIn) -> dict[str, Any]:
        """End the conversation. A named rule takes the pay away, and its reason stays as a note for the expert."""
        if end.rule is not None and len(end.why.strip()) < LEAST_WHY:
            raise Invalid("Say in a sentence what happened: the expert reads it and may dispute it.", field="why")

        def work(session: Session) -> dict[str, Any]:
            conversation = access_steered(session, actor, end.conversation_id, at_least=Role.MANAGER)
            now, person_id = utcnow(), _person(actor)
            if end.why.strip():
                notes.add(
                    session, conversation, person_id=person_id, text=end.why, now=now, author=AuthorKind.AGENT,
                    kind=NoteKind.WHISPER,
                )  # fmt: skip
            conversations.close(
                session, conversation, reason=CloseReason.FORCED, by=AuthorKind.AGENT, person_id=person_id, topic=None,
                now=now, broken_rule=end.rule,
            )  # fmt: skip
            return {}

        with self._gates.of(end.conversation_id):
            return self._database().run(work)

    def events(self) -> tuple[SocketEvent[Any], ...]:
        """The verbs as socket events of `/brand`."""
        return (
            SocketEvent("board", BoardIn, lambda c, p: self.board(c.actor, p, locale=c.locale)),
            SocketEvent("whisper", WhisperIn, lambda c, p: self.whisper(c.actor, p)),
            SocketEvent("take_over", SteerIn, lambda c, p: self.take_over(c.actor, p)),
            SocketEvent("force_close", ForceIn, lambda c, p: self.force(c.actor, p)),
        )


def _person(actor: Actor) -> UUID:
    """Programs of a brand may read the board; what is said and decided is a person's."""
    if actor.person_id is None:
        raise Forbidden
    return actor.person_id
