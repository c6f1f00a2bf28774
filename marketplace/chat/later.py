"""(S5) Later: what the shopper has not read goes by e-mail after a grace time, with the private link."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Product
from marketplace.chat.events import MessagePosted
from marketplace.chat.links import renew_link
from marketplace.chat.models import Conversation, ConversationEvent
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.core.jobs import defer
from marketplace.core.settings import Settings
from marketplace.mail.outbox import post
from marketplace.questions.models import Question, Visitor

GRACE = timedelta(seconds=60)
"""How long a shopper who was here may take to read before the answer is mailed."""
GRACE_BY_MAIL = timedelta(seconds=10)
"""The same for one who left before anybody answered: just long enough to put several messages into one mail."""


def on_posted(session: Session, event: MessagePosted) -> None:
    """Plan a mail for an answer whose reader left an address."""
    if event.by_shopper or not event.has_email:
        return
    wait = GRACE_BY_MAIL if event.by_mail else GRACE
    defer(session, "chat.mail_answer", schedule_at=event.at + wait, conversation_id=str(event.conversation_id))


def mail_answer(session: Session, conversation_id: UUID, *, settings: Settings, now: datetime) -> bool:
    """Mail what the shopper has neither read nor been mailed; whether there was anything."""
    conversation = session.get(Conversation, conversation_id, with_for_update=True)
    if conversation is None:
        return False
    visitor = session.get_one(Visitor, conversation.visitor_id)
    seen = max(conversation.shopper_read, conversation.mailed_seq)
    if visitor.email is None or seen >= conversation.last_seq:
        return False
    answers = session.scalars(
        select(ConversationEvent)
        .where(
            ConversationEvent.conversation_id == conversation.id, ConversationEvent.seq > seen,
            ConversationEvent.kind == EventKind.MESSAGE, ConversationEvent.author != AuthorKind.SHOPPER,
        )
        .order_by(ConversationEvent.seq)
    ).all()  # fmt: skip
    if not answers:
        return False
    person = session.get_one(Person, answers[-1].person_id)
    token = renew_link(conversation, now=now)
    question = session.get_one(Question, conversation.question_id)
    brand = session.get_one(Brand, conversation.brand_id)
    post(
        session, to=visitor.email, locale=conversation.language, template="answer", now=now,
        context={
            "brand": brand.name, "expert": person.name.split(" ")[0], "question": question.text,
            "answers": _words(session, answers, conversation.language),
            "pictures": sum(answer.attachment_id is not None for answer in answers),
            "link": f"{settings.public_url}/c/{token}",
        },
    )  # fmt: skip
    conversation.mailed_seq = conversation.last_seq
    return True


def _words(session: Session, answers: Sequence[ConversationEvent], locale: str) -> list[str]:
    """What was written, and the products that were shown, in their order."""
    said = []
    for answer in answers:
        if answer.text:
            said.append(answer.text)
        product = session.get(Product, answer.product_id) if answer.product_id else None
        if product is not None:
            said.append(product.title(locale))
    return said
