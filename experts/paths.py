"""The whole path of a question: what was understood, who was considered, asked and why, and what came of it (E11)."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts.models import Decision, Offer
from experts.rules import Exclusion
from experts.scoring import Weights
from experts.states import OfferState
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Category, Product
from marketplace.chat.models import Conversation, Segment
from marketplace.core.money import Money
from marketplace.questions.models import Question, QuestionMove
from marketplace.ratings.models import Rating

NAMED = 12
"""Excluded people named per rule; the others are counted."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened on the way. `kind` is a move, an offer's state, first_reply or rated."""

    at: datetime
    kind: str
    who: str = ""
    reason: str = ""
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer and what came of it; `delay` is seconds until it was answered, taken back or lapsed."""

    offer: Offer
    name: str
    delay: float | None
    pays: Money


@dataclass(frozen=True, slots=True)
class Considered:
    """A candidate of a decision, with the parts of his score put back into what they were measured from.

    `share` is the score in relation to the best; `delay` and `idle` are seconds; `quick` and `rested` are the S and I
    that were made of them, 0 to 1; none when drawn by lot.
    """

    person_id: UUID
    name: str
    rank: int
    share: float | None = None
    acceptance: float | None = None
    delay: float | None = None
    quality: float | None = None
    fairness: float | None = None
    idle: float | None = None
    quick: float | None = None
    rested: float | None = None
    offer: Asked | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many one rule kept out, some of them by name."""

    rule: str
    count: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision: who could be asked then, in which order, and who could not."""

    decision: Decision
    candidates: Sequence[Considered]
    excluded: Sequence[Excluded]
    changed: dict[str, float]
    """Weights that the brand moved away from the published ones."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What the conversation earned: the brand pays `gross`, the expert receives `net`."""

    name: str
    gross: Money
    net: Money
    state: str


@dataclass(frozen=True, slots=True)
class Served:
    """What one person served of the conversation, how it was rated and why it earned or not (`reason`, or empty)."""

    segment: Segment
    name: str
    rating: Rating | None
    reason: str


@dataclass(slots=True)
class Path:
    """Everything that is known of a question's way."""

    question: Question
    brand: Brand
    product: Product | None
    category: Category | None
    top: Sequence[tuple[str, float]]
    moments: list[Moment] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    conversation: Conversation | None = None
    served: list[Served] = field(default_factory=list)
    earned: list[Earned] = field(default_factory=list)

    @property
    def rating(self) -> Rating | None:
        """The rating of whoever served last and was rated."""
        return next((each.rating for each in reversed(self.served) if each.rating is not None), None)


def follow(session: Session, question: Question, *, locale: str) -> Path:
    """The path of a question that the caller was let through to. All of it belongs to the question's own brand."""
    path = Path(
        question=question, brand=session.get_one(Brand, question.brand_id),
        product=session.get(Product, question.product_id) if question.product_id else None,
        category=session.get(Category, question.category_id) if question.category_id else None,
        top=_top_categories(session, question, locale),
    )  # fmt: skip
    decisions = session.scalars(
        select(Decision).where(Decision.question_id == question.id).order_by(Decision.at, Decision.id)
    ).all()
    offers = session.scalars(select(Offer).where(Offer.question_id == question.id).order_by(Offer.made_at)).all()
    moves = session.scalars(
        select(QuestionMove).where(QuestionMove.question_id == question.id).order_by(QuestionMove.at, QuestionMove.id)
    ).all()
    names = _names(session, _people(decisions, offers, moves))
    path.asked = [_asked(offer, names) for offer in offers]
    path.choices = [_choice(decision, path.asked, names) for decision in decisions]
    if question.conversation_id is not None:
        path.conversation = session.get(Conversation, question.conversation_id)
        path.earned = _earned(session, question.conversation_id)
        path.served = _served(session, question.conversation_id)
    path.moments = _moments(path, moves, names)
    return path


def _people(decisions: Iterable[Decision], offers: Iterable[Offer], moves: Iterable[QuestionMove]) -> set[UUID]:
    found = {offer.person_id for offer in offers}
    for decision in decisions:
        found |= {UUID(row["person_id"]) for row in decision.candidates}
        for keys in decision.excluded.values():
            found |= {UUID(key) for key in keys[:NAMED]}
    return found | {key for key in (_key(move.by) for move in moves) if key is not None}


def _key(text_of_key: str) -> UUID | None:
    try:
        return UUID(text_of_key)
    except ValueError:
        return None


def _names(session: Session, keys: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(keys)))
    return dict(rows.tuples().all())


def _asked(offer: Offer, names: dict[UUID, str]) -> Asked:
    delay = (offer.answered_at - offer.made_at).total_seconds() if offer.answered_at else None
    return Asked(offer, names.get(offer.person_id, ""), delay, Money(offer.pays_minor, offer.currency))


def _choice(decision: Decision, asked: Sequence[Asked], names: dict[UUID, str]) -> Choice:
    offers = {each.offer.person_id: each for each in asked if each.offer.decision_id == decision.id}
    best = max((row.get("total") or 0.0 for row in decision.candidates), default=0.0)
    order = [*(rule.value for rule in Exclusion), "ranked_lower"]
    excluded = [
        Excluded(rule, len(keys), [names.get(UUID(key), "") for key in keys[:NAMED]])
        for rule in order
        if (keys := decision.excluded.get(rule))
    ]
    published = {name: getattr(Weights(), name) for name in Weights.bounds()}
    changed = {name: value for name, value in decision.weights.items() if published.get(name) != value}
    candidates = [
        considered_of(row, decision.weights, best, name=names.get(key, ""), offer=offers.get(key))
        for row in decision.candidates if (key := UUID(row["person_id"]))
    ]  # fmt: skip
    return Choice(decision, candidates, excluded, changed)


def considered_of(
    row: Mapping[str, Any], weights: Mapping[str, float], best: float, *, name: str = "", offer: Asked | None = None
) -> Considered:
    """One candidate as a decision kept him; `best` is the first's score.

    Undoes S = exp(-delay / speed_scale) and I = 1 - exp(-idle / idle_scale) (`experts/scoring.py`).
    """
    key = UUID(row["person_id"])
    if "total" not in row:
        return Considered(key, name, row["rank"], offer=offer)
    return Considered(
        key, name, row["rank"], offer=offer, share=row["total"] / best if best else 0.0,
        acceptance=row["acceptance"], quality=row["quality"], fairness=row["fairness"], quick=row["speed"],
        rested=row["idle"],
        delay=-math.log(max(row["speed"], 1e-4)) * weights.get("speed_scale", Weights().speed_scale),
        idle=-math.log(max(1.0 - row["idle"], 1e-4)) * weights.get("idle_scale", Weights().idle_scale),
    )  # fmt: skip


def _top_categories(session: Session, question: Question, locale: str) -> list[tuple[str, float]]:
    """Triage keeps path keys; their names are read here, as they are now."""
    top = [(str(key), float(p)) for key, p in question.triage.get("category", {}).get("top", [])]
    rows = session.scalars(
        select(Category).where(Category.brand_id == question.brand_id, Category.path_key.in_([key for key, _ in top]))
    )
    known = {category.path_key: category.name(locale) for category in rows}
    return [(known.get(key, key), p) for key, p in top]


# Earnings belong to a later layer; the table is read by name.
_EARNED = text(
    "SELECT p.name, e.gross_minor, e.net_minor, e.currency, e.state FROM earning e JOIN person p ON p.id = e.person_id "
    "WHERE e.conversation_id = :conversation ORDER BY e.earned_at"
)


def _earned(session: Session, conversation_id: UUID) -> list[Earned]:
    return [
        Earned(row.name, Money(row.gross_minor, row.currency), Money(row.net_minor, row.currency), row.state)
        for row in session.execute(_EARNED, {"conversation": conversation_id})
    ]


_ASSESSED = text("SELECT segment_id, reason FROM assessment WHERE conversation_id = :conversation")


def _served(session: Session, conversation_id: UUID) -> list[Served]:
    reasons = dict(session.execute(_ASSESSED, {"conversation": conversation_id}).tuples().all())
    rows = session.execute(
        select(Segment, Person.name, Rating)
        .join(Person, Person.id == Segment.person_id)
        .outerjoin(Rating, Rating.segment_id == Segment.id)
        .where(Segment.conversation_id == conversation_id)
        .order_by(Segment.opened_at, Segment.id)
    )
    return [Served(segment, name, rating, reasons.get(segment.id, "")) for segment, name, rating in rows]


def _moments(path: Path, moves: Iterable[QuestionMove], names: dict[UUID, str]) -> list[Moment]:
    found = [Moment(path.question.asked_at, "asked")]
    for move in moves:
        key = _key(move.by)
        found.append(Moment(move.at, move.action, names.get(key, "") if key else "", move.reason))
    for each in path.asked:
        found.append(Moment(each.offer.made_at, "made", each.name))
        if each.offer.answered_at is not None and each.offer.state is not OfferState.ACCEPTED:
            found.append(Moment(each.offer.answered_at, each.offer.state.value, each.name, each.offer.reason))
    talk = path.conversation
    if talk is not None and talk.first_reply_at is not None:
        found.append(Moment(talk.first_reply_at, "first_reply"))
    found += [
        Moment(each.rating.rated_at, "rated", each.name, stars=each.rating.stars)
        for each in path.served if each.rating is not None
    ]  # fmt: skip
    return sorted((one for one in found if one.kind != "offer"), key=lambda one: one.at)
