"""(S8) What is the shopper's own: a copy of her conversation by mail, and its erasure.

Erasing takes words, pictures and addresses away and leaves numbers: ratings, counts and the ledger stay exact.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql import cast

from marketplace.brands.models import Brand
from marketplace.chat import conversations, pictures
from marketplace.chat.models import Attachment, Conversation, ConversationEvent, Segment
from marketplace.chat.models_desk import Draft, Note, Transfer
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind
from marketplace.chat.wire import history
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.storage import Storage
from marketplace.mail.models import Mail
from marketplace.mail.outbox import post
from marketplace.questions.models import Question, TriageLabel, Visitor
from marketplace.questions.visitors import clean_email
from marketplace.ratings.models import Rating

MOST_ADDRESSES = 3
"""How many addresses a conversation is copied to, whoever asks and however often."""


class CopiedEnough(Conflict):
    """Copies went to as many addresses as may have one."""

    code = "copied_enough"
    message = "Copies went to three addresses already, no other can be added. Forward one of them instead."


def mail_transcript(session: Session, conversation: Conversation, *, email: str | None, now: datetime) -> str:
    """Mail what was said to `email`, or to the address that was left; the address.

    The conversation is held locked. Raises `Invalid`, `CopiedEnough`.
    """
    to = clean_email(email) if email else session.get_one(Visitor, conversation.visitor_id).email
    if to is None:
        raise Invalid("Where to? Write your e-mail address.", field="email")
    had = set(session.scalars(select(Mail.recipient).where(Mail.id.in_(conversation.copies))))
    if to not in had and len(had) >= MOST_ADDRESSES:
        raise CopiedEnough(field="email")
    events = history(session, conversation.id, after=0, locale=conversation.language)
    lines = [
        {
            "who": event["author"].get("name", ""), "mine": event["author"]["kind"] is AuthorKind.SHOPPER,
            "text": event.get("text") or event.get("product", {}).get("title", ""), "picture": "picture" in event,
        }
        for event in events if event["kind"] is EventKind.MESSAGE
    ]  # fmt: skip
    brand = session.get_one(Brand, conversation.brand_id)
    copy = post(
        session, to=to, locale=conversation.language, template="transcript", now=now,
        context={"brand": brand.name, "lines": lines},
    )  # fmt: skip
    conversation.copies = [*conversation.copies, copy.id]
    return to


def erase(session: Session, storage: Storage, conversation: Conversation, *, now: datetime) -> None:
    """Take everything personal out of a conversation held locked; one that still runs ends first."""
    if conversation.state is not ConversationState.CLOSED:
        conversations.close(
            session, conversation, reason=CloseReason.LEFT, by=AuthorKind.SHOPPER, person_id=None, topic=None, now=now
        )
    session.execute(
        update(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.MESSAGE)
        .values(text="", attachment_id=None, data=cast({"erased": True}, JSONB))
    )
    for picture in session.scalars(select(Attachment).where(Attachment.conversation_id == conversation.id)):
        pictures.forget(session, storage, picture)
    for kept in (Note, Draft):
        session.execute(delete(kept).where(kept.conversation_id == conversation.id))
    session.execute(update(Transfer).where(Transfer.conversation_id == conversation.id).values(comment=""))
    segments = select(Segment.id).where(Segment.conversation_id == conversation.id)
    session.execute(update(Rating).where(Rating.segment_id.in_(segments)).values(comment=""))
    question = session.get_one(Question, conversation.question_id)
    question.text, question.page_url, question.triage = "", "", {}
    session.execute(delete(TriageLabel).where(TriageLabel.question_id == question.id))
    conversation.link_digest = None
    _forget_visitor(session, conversation)


def _forget_visitor(session: Session, conversation: Conversation) -> None:
    """Name and addresses, and the mails that went there, unless another conversation of hers still needs them."""
    visitor = session.get_one(Visitor, conversation.visitor_id)
    others = select(Question.id).where(
        Question.visitor_id == visitor.id, Question.id != conversation.question_id, Question.text != ""
    )
    if session.scalar(others.limit(1)) is not None:
        return
    if visitor.email:
        session.execute(
            update(Mail)
            .where(Mail.recipient == visitor.email, Mail.template.in_(["answer", "transcript"]))
            .values(context=cast({}, JSONB), body="", subject="", recipient="")
        )
    visitor.email, visitor.name = None, ""
