"""Offers: made to one expert with a deadline; the first to accept wins by one conditional update."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from experts import availability, pool
from experts.events import ExpertFree, ExpertFull, OfferMade
from experts.introductions import introduce, introduce_agent
from experts.models import EarnedDay, Expert, Offer
from experts.scoring import faded, next_mean_delay
from experts.states import OFFER, OfferAction, OfferState
from marketplace.brands.models import Brand, Category, Product
from marketplace.chat.conversations import open_conversation
from marketplace.chat.masking import masked
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind
from marketplace.chat.wire import person_room, product_card
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.events import publish, send
from marketplace.core.money import Money
from marketplace.questions.models import Question

HALF_LIFE = 14 * 86_400.0
"""Seconds after which an accepted or missed offer counts half."""
OPEN_LATER = 12
"""Most questions for later on one expert's list."""


class OfferGone(Conflict):
    """A colleague was faster, the time ran out, or the shopper left."""

    code = "offer_gone"
    message = "The time for this offer ran out."


class AtCapacity(Conflict):
    """The expert serves as many conversations as he said he would."""

    code = "at_capacity"
    message = "You already serve as many conversations as you chose. Close one, or raise your capacity."


def net_pay(terms: dict[str, Any]) -> Money:
    """What a qualified conversation earns under `terms`, after commission."""
    gross = Money(max(terms["pay_minor"], terms["floor_minor"]), terms["currency"])
    return gross - gross.share(terms["commission_bps"])


_CLAIM = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:person AS text), 7))")


def claim(session: Session, person_id: UUID) -> bool:
    """Whether this transaction may change the expert's live offer; never waits.

    Without it an insert would wait for whoever is answering or making this expert's other offer, while that one waits
    for rows of ours: a deadlock each time many ask at once. Who is passed over here is offered what still waits after
    the commit of the other.
    """
    return bool(session.scalar(_CLAIM, {"person": str(person_id)}))


def make_offer(
    session: Session, question: Question, *, person_id: UUID, enrolment_id: UUID | None, decision_id: UUID, rank: int,
    terms: dict[str, Any], live: bool, now: datetime, until: datetime,
) -> Offer | None:  # fmt: skip
    """Propose the question; none when the expert got another live offer in the meantime."""
    pays = net_pay(terms)
    values = {
        "id": new_id(), "question_id": question.id, "person_id": person_id, "enrolment_id": enrolment_id,
        "decision_id": decision_id, "state": OfferState.MADE, "rank": rank, "live": live, "terms": terms,
        "pays_minor": pays.minor, "currency": pays.currency, "made_at": now, "expires_at": until, "reason": "",
    }  # fmt: skip
    offer = session.scalar(insert(Offer).values(**values).on_conflict_do_nothing().returning(Offer))
    if offer is None:
        return None
    send(session, "offer", describe(session, offer, question), room=person_room(person_id), namespace="/expert")
    publish(session, OfferMade(offer.id))
    return offer


def describe(session: Session, offer: Offer, question: Question) -> dict[str, Any]:
    """An offer as the workbench reads it; amounts in minor units, after commission."""
    brand = session.get_one(Brand, question.brand_id)
    product = session.get(Product, question.product_id) if question.product_id else None
    category = session.get(Category, question.category_id) if question.category_id else None
    return {
        "offer_id": str(offer.id), "made_at": offer.made_at.isoformat(), "expires_at": offer.expires_at.isoformat(),
        "live": offer.live,
        "question": {
            "id": str(question.id), "text": masked(question.text), "language": question.language,
            "category": category.name(question.language) if category else None, "page_url": question.page_url,
            "asked_at": question.asked_at.isoformat(),
        },
        "product": product_card(product, question.language) if product else None,
        "brand": {"name": brand.name, "accent": brand.accent},
        "pays": {"minor": offer.pays_minor, "currency": offer.currency},
        "rank": offer.rank,
    }  # fmt: skip


def accept(session: Session, actor: Actor, offer_id: UUID, *, now: datetime) -> Conversation:
    """Take the question: the conversation opens, colleagues read “taken”. The same again gives the same conversation.

    Raises `NotFound`, `OfferGone`, `AtCapacity`.
    """
    offer, question = _locked(session, actor, offer_id)
    if offer.state is OfferState.ACCEPTED and question.conversation_id is not None:
        return session.get_one(Conversation, question.conversation_id)
    _refuse_gone(offer, now)
    taken = session.execute(
        update(Expert)
        .where(Expert.person_id == offer.person_id, Expert.live < Expert.capacity)
        .values(live=Expert.live + 1)
        .returning(Expert.person_id)
    ).scalar()
    if taken is None:
        raise AtCapacity
    _answer(session, offer, OfferAction.ACCEPT, now=now)
    _tell_gone(session, offer, "answered")
    expert = session.get_one(Expert, offer.person_id, populate_existing=True)
    _count(expert, offer, accepted=True, now=now)
    if offer.live and offer.enrolment_id is not None:
        expert.answer_delay = next_mean_delay(expert.answer_delay, (now - offer.made_at).total_seconds())
    expert.idle_since = None
    if expert.live >= expert.capacity:
        publish(session, ExpertFull(expert.person_id))
    withdraw_others(session, question, but=offer.id, why="taken", now=now)
    is_agent = offer.enrolment_id is None
    session.flush()
    pool.refresh(session, offer.person_id, now=now)
    # Last: from here on the brand's wallet is locked, and everybody who takes a question of the brand waits for it.
    return open_conversation(
        session, question=question, person_id=offer.person_id, terms=offer.terms, now=now,
        introduction=introduce_agent(session, offer.person_id) if is_agent
        else introduce(session, expert, question, now=now),
        kind=AuthorKind.AGENT if is_agent else AuthorKind.EXPERT,
    )  # fmt: skip


def decline(session: Session, actor: Actor, offer_id: UUID, *, reason: str, now: datetime) -> Question:
    """Pass on the question; it is never offered to this expert again. The question, to be moved on by the caller."""
    offer, question = _locked(session, actor, offer_id)
    if offer.state is OfferState.DECLINED:
        return question
    _refuse_gone(offer, now)
    _answer(session, offer, OfferAction.DECLINE, now=now, reason=reason)
    _tell_gone(session, offer, "answered")
    _count(session.get_one(Expert, offer.person_id), offer, accepted=False, now=now)
    return question


def lapse(session: Session, offers: Iterable[Offer], *, now: datetime, pause_after: int = 2) -> None:
    """The deadline passed without an answer; `pause_after` in a row pause the expert."""
    for offer in offers:
        _answer(session, offer, OfferAction.LAPSE, now=now)
        _tell_gone(session, offer, "lapsed")
        if offer.live:
            expert = session.get_one(Expert, offer.person_id)
            _count(expert, offer, accepted=False, now=now)
            availability.note_ignored(session, expert, now=now, pause_after=pause_after)


def withdraw_others(session: Session, question: Question, *, but: UUID | None, why: str, now: datetime) -> None:
    """Take back the open offers of a question; nobody's record suffers."""
    withdraw(session, [o for o in open_offers(session, question.id) if o.id != but], why=why, now=now)


def withdraw(session: Session, offers: Iterable[Offer], *, why: str, now: datetime) -> None:
    """Take offers back, for a reason that is not the expert's."""
    for offer in offers:
        _answer(session, offer, OfferAction.WITHDRAW, now=now, reason=why)
        _tell_gone(session, offer, why)


def open_offers(session: Session, question_id: UUID) -> list[Offer]:
    """The offers of a question that wait for an answer, oldest first."""
    query = select(Offer).where(Offer.question_id == question_id, Offer.state == OfferState.MADE)
    return list(session.scalars(query.order_by(Offer.made_at)))


def offers_of(session: Session, person_id: UUID, *, now: datetime) -> list[tuple[Offer, Question]]:
    """What an expert is asked now, live ones first."""
    rows = session.execute(
        select(Offer, Question)
        .join(Question, Question.id == Offer.question_id)
        .where(Offer.person_id == person_id, Offer.state == OfferState.MADE, Offer.expires_at > now)
        .order_by(Offer.live.desc(), Offer.made_at)
        .limit(OPEN_LATER)
    )
    return [(offer, question) for offer, question in rows]


def note_earned(session: Session, person_id: UUID, *, minor: int, now: datetime) -> None:
    """Remember what was earned today, for fairness."""
    day = insert(EarnedDay).values(person_id=person_id, day=now.date(), minor=minor)
    session.execute(
        day.on_conflict_do_update(index_elements=["person_id", "day"], set_={"minor": EarnedDay.minor + minor})
    )


def _locked(session: Session, actor: Actor, offer_id: UUID) -> tuple[Offer, Question]:
    """The actor's own offer and its question, locked in the order that dispatch locks: the question first."""
    offer = session.get(Offer, offer_id)
    if offer is None or offer.person_id != actor.person_id:
        raise NotFound
    question = session.scalars(select(Question).where(Question.id == offer.question_id).with_for_update()).one()
    session.refresh(offer)
    session.refresh(question)
    return offer, question


def _refuse_gone(offer: Offer, now: datetime) -> None:
    if offer.state is OfferState.MADE and offer.expires_at > now:
        return
    if offer.state is OfferState.WITHDRAWN and offer.reason == "taken":
        raise OfferGone("A colleague took this question.")
    if offer.state is OfferState.WITHDRAWN:
        raise OfferGone("This question was withdrawn.")
    if offer.state is OfferState.DECLINED:
        raise OfferGone("You passed on this question.")
    raise OfferGone


def _answer(session: Session, offer: Offer, action: OfferAction, *, now: datetime, reason: str = "") -> None:
    """An answered live offer makes room for another: whoever still waits is offered at once."""
    if offer.live:
        claim(session, offer.person_id)
    offer.state = OFFER.after(offer.state, action)
    offer.answered_at = now
    offer.reason = reason[:300]
    session.flush()
    if offer.live:
        publish(session, ExpertFree(offer.person_id))


def _tell_gone(session: Session, offer: Offer, why: str) -> None:
    payload = {"offer_id": str(offer.id), "why": why}
    send(session, "offer_gone", payload, room=person_room(offer.person_id), namespace="/expert")


def _count(expert: Expert, offer: Offer, *, accepted: bool, now: datetime) -> None:
    """What is offered to a brand's agent leaves no record: he may be an expert elsewhere."""
    if accepted:
        expert.ignored = 0
    if offer.enrolment_id is None:
        return
    elapsed = (now - expert.counted_at).total_seconds() if expert.counted_at else 0.0
    expert.offered = faded(expert.offered, elapsed=elapsed, half_life=HALF_LIFE) + 1.0
    expert.accepted = faded(expert.accepted, elapsed=elapsed, half_life=HALF_LIFE) + (1.0 if accepted else 0.0)
    expert.counted_at = now
