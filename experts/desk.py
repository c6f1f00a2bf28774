"""What the workbench shows: availability, offers, conversations, today's earnings."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from experts import availability, consulting, reputation
from experts.models import EarnedDay, Enrolment, Expert
from experts.offers import describe, net_pay, offers_of
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Category, Product, Site
from marketplace.chat import drafts, transfers
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.models_desk import Transfer
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.chat.wire import ProductCard, avatar_url, product_card
from marketplace.core.actors import Actor
from marketplace.core.errors import Forbidden
from marketplace.questions.models import Question, Visitor

R = TypeVar("R", Brand, Question, Visitor, Product, Category)

TOPICS = ("choice", "size", "compatibility", "use", "care", "other")
"""What a conversation was about, asked at its end."""


def own_id(actor: Actor) -> UUID:
    """The expert's own key. Raises `Forbidden` for who is not a person."""
    if actor.person_id is None:
        raise Forbidden
    return actor.person_id


def desk_state(session: Session, expert: Expert, *, locale: str, now: datetime) -> dict[str, Any]:
    """Everything that the workbench shows, in one answer."""
    person = session.get_one(Person, expert.person_id)
    return {
        "me": {"id": str(person.id), "name": person.name, "avatar_url": avatar_url(person.avatar)},
        "now": now.isoformat(),
        "availability": availability_json(expert, now=now),
        "offers": [describe(session, offer, question) for offer, question in offers_of(session, person.id, now=now)],
        "conversations": conversations_json(session, person.id, locale=locale),
        "transfers": transfers.asked_of(session, person.id, now=now),
        "consultations": consulting.open_for(session, person.id, now=now),
        "time_zone": person.time_zone,
        "today": today_json(session, expert, person, now=now),
        "topics": list(TOPICS),
    }


def shop_origins(session: Session, person_id: UUID) -> list[str]:
    """The sites of the brands the expert answers for: their product pictures are shown on the desk."""
    query = select(Site.origin).join(Enrolment, Enrolment.brand_id == Site.brand_id)
    return list(session.scalars(query.where(Enrolment.person_id == person_id).distinct().order_by(Site.origin)))


def site_origins(session: Session, brand_id: UUID) -> list[str]:
    """The sites of one brand, for the desk of its agents."""
    return list(session.scalars(select(Site.origin).where(Site.brand_id == brand_id).order_by(Site.origin)))


def availability_json(expert: Expert, *, now: datetime) -> dict[str, Any]:
    """The switch and what stands between the expert and the next offer."""
    status = availability.of(expert, now)
    return {
        "on": expert.switched_on, "capacity": expert.capacity, "live": expert.live,
        "paused_because": expert.paused_because,
        "on_duty_until": expert.on_duty_until.isoformat() if expert.on_duty_until else None,
        "status": status.value,
    }  # fmt: skip


def conversations_json(session: Session, person_id: UUID, *, locale: str) -> list[dict[str, Any]]:
    """What the person serves now, longest waiting first."""
    rows = session.scalars(
        select(Conversation)
        .join(Segment, Segment.conversation_id == Conversation.id)
        .where(Segment.person_id == person_id, Segment.closed_at.is_(None))
        .order_by(Conversation.last_message_at)
    )
    own = list(rows)
    kept = drafts.drafts_of(session, person_id, [each.id for each in own])
    shown = _rows(session, own, locale=locale)
    return [{**row, "draft": kept.get(each.id, "")} for each, row in zip(own, shown, strict=True)]


def conversation_json(session: Session, conversation: Conversation, *, locale: str) -> dict[str, Any]:
    """One conversation as a row of the workbench's list; amounts in minor units, after commission."""
    return _rows(session, [conversation], locale=locale)[0]


def _rows(session: Session, conversations: Sequence[Conversation], *, locale: str) -> list[dict[str, Any]]:
    """A fixed number of queries however many there are: everybody who connects again asks for this at once."""
    ids = [each.id for each in conversations]
    brands = _by_id(session, Brand, [each.brand_id for each in conversations])
    questions = _by_id(session, Question, [each.question_id for each in conversations])
    visitors = _by_id(session, Visitor, [each.visitor_id for each in conversations])
    products = _by_id(session, Product, [each.product_id for each in conversations])
    categories = _by_id(session, Category, [each.category_id for each in conversations])
    asked = transfers.open_transfers(session, ids)
    last = {
        event.conversation_id: event
        for event in session.scalars(
            select(ConversationEvent)
            .distinct(ConversationEvent.conversation_id)
            .where(ConversationEvent.conversation_id.in_(ids), ConversationEvent.kind == EventKind.MESSAGE)
            .order_by(ConversationEvent.conversation_id, ConversationEvent.seq.desc())
        )
    }  # fmt: skip
    return [
        _row(
            each, brand=brands[each.brand_id], question=questions[each.question_id],
            visitor=visitors[each.visitor_id], product=products.get(each.product_id),
            category=categories.get(each.category_id), last=last.get(each.id), transfer=asked.get(each.id),
            locale=locale,
        )
        for each in conversations
    ]  # fmt: skip


def _by_id(session: Session, kind: type[R], ids: Iterable[UUID | None]) -> dict[UUID | None, R]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(wanted)))}


def _row(
    conversation: Conversation, *, brand: Brand, question: Question, visitor: Visitor, product: Product | None,
    category: Category | None, last: ConversationEvent | None, transfer: Transfer | None, locale: str,
) -> dict[str, Any]:  # fmt: skip
    pays = net_pay(conversation.terms)
    last_text = "" if last is None else masked(last.text) if last.author is AuthorKind.SHOPPER else last.text
    return {
        "id": str(conversation.id), "brand": {"name": brand.name, "accent": brand.accent},
        "shopper": {"name": visitor.name.split(" ")[0] if visitor.name else ""},
        "product": _card_with_facts(product, locale) if product else None,
        "category": category.name(locale) if category else None, "language": conversation.language,
        "page_url": masked(question.page_url), "opened_at": conversation.opened_at.isoformat(),
        "state": conversation.state.value, "last_seq": conversation.last_seq,
        "last_text": last_text[:200],
        "snoozed_until": conversation.snoozed_until.isoformat() if conversation.snoozed_until else None,
        "transfer": transfers.summary(transfer) if transfer else None,
        "last_by": "shopper" if last is None or last.author is AuthorKind.SHOPPER else "expert",
        "last_at": (conversation.last_message_at or conversation.opened_at).isoformat(),
        "read": {"shopper": conversation.shopper_read, "expert": conversation.server_read},
        "pays": {"minor": pays.minor, "currency": pays.currency}, "by_mail": conversation.by_mail,
    }  # fmt: skip


def _card_with_facts(product: Product, locale: str) -> dict[str, Any]:
    end = "fr" if locale == "fr" else "en"
    facts = [
        {"label": fact.get(f"label_{end}", ""), "value": fact.get(f"value_{end}", "")}
        for fact in product.attributes if isinstance(fact, dict)
    ]  # fmt: skip
    return {**product_card(product, locale), "attributes": facts}


def today_json(session: Session, expert: Expert, person: Person, *, now: datetime) -> dict[str, Any]:
    """Earned today and in the last seven days, net of commission, in the expert's own days."""
    zone = ZoneInfo(person.time_zone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [(midnight - timedelta(days=back)).date() for back in range(6, -1, -1)]
    earned = dict(
        session.execute(
            select(EarnedDay.day, EarnedDay.minor).where(EarnedDay.person_id == person.id, EarnedDay.day >= days[0])
        )
        .tuples()
        .all()
    )
    closed = session.scalar(select(func.count()).where(Segment.person_id == person.id, Segment.closed_at >= midnight))
    standing = reputation.of(session, expert.person_id, None, now=now)
    return {
        "minor": earned.get(days[-1], 0), "currency": "EUR", "conversations": closed or 0,
        "rating": round(standing.mean, 1) if standing.is_published else None,
        "week": [earned.get(day, 0) for day in days],
    }  # fmt: skip


def search_products(session: Session, brand_id: UUID, words: str, *, locale: str, most: int = 8) -> list[ProductCard]:
    """Products of the brand whose title or texts hold the words; without words, the first by title."""
    title = Product.title_fr if locale == "fr" else Product.title_en
    query = select(Product).where(Product.brand_id == brand_id, Product.withdrawn_at.is_(None))
    cleaned = words.strip()
    if cleaned:
        config, column = ("french", Product.search_fr) if locale == "fr" else ("english", Product.search_en)
        pattern = "%" + cleaned.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        matches = column.op("@@")(func.websearch_to_tsquery(config, cleaned))
        query = query.where(or_(matches, title.ilike(pattern)))
    return [product_card(product, locale) for product in session.scalars(query.order_by(title).limit(most))]
