"""One row per question: what lists show and figures count.

Figures and lists use the same conditions (`Wanted`), so that a figure always adds up to the rows it opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, case, exists, func, literal, or_, select, true
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.catalogue import descendants_ids
from marketplace.brands.models import Brand, Category, Product
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import ConversationState
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from marketplace.ratings.models import Rating

PAGE = 50


class Outcome(StrEnum):
    """What became of a question. An answer is the first message of a person."""

    LIVE = "live"
    LATER = "later"
    OPEN = "open"
    NONE = "none"
    REDIRECTED = "redirected"


class Group(StrEnum):
    """Outcomes that figures count together."""

    ASKED = "asked"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


_GROUPS = {
    Group.ASKED: (Outcome.LIVE, Outcome.LATER, Outcome.OPEN, Outcome.NONE),
    Group.ANSWERED: (Outcome.LIVE, Outcome.LATER),
    Group.UNANSWERED: (Outcome.OPEN, Outcome.NONE),
}

outcome_column = case(
    (Question.state == QuestionState.REDIRECTED, literal(Outcome.REDIRECTED.value, String)),
    (Conversation.first_reply_at.is_not(None) & Conversation.by_mail, Outcome.LATER.value),
    (Conversation.first_reply_at.is_not(None), Outcome.LIVE.value),
    (Question.ended_at.is_(None), Outcome.OPEN.value),
    else_=Outcome.NONE.value,
)
LATEST = (
    select(Rating.stars, Rating.comment)
    .where(Rating.conversation_id == Conversation.id, Rating.counts)
    .order_by(Rating.rated_at.desc())
    .limit(1)
    .lateral("latest")
)
"""The rating that counts for a conversation: the last one, unless it was misrouted, abusive or closed by force."""
_SERVED = (
    select(Segment.person_id)
    .where(Segment.conversation_id == Conversation.id)
    .order_by(Segment.opened_at.desc())
    .limit(1)
    .lateral("served")
)
RATINGS = ("any", "unrated", "low", "1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions. Empty values ask for everything; dates are days of `zone` on which the question was asked.

    `outcome` is an `Outcome` or a `Group`; `rating` one of `RATINGS` (low: one or two stars); `category_id` takes in
    what is below it; `state` is one of the question, `running` one of the conversation; `due_before` finds questions
    that nobody moved on in time.
    """

    brand_id: UUID | None = None
    zone: str = "Europe/Paris"
    since: date | None = None
    until: date | None = None
    search: str = ""
    outcome: str = ""
    state: str = ""
    running: str = ""
    rating: str = ""
    person_id: UUID | None = None
    category_id: UUID | None = None
    due_before: datetime | None = None

    def __bool__(self) -> bool:
        """Whether anything is left out, beside other brands."""
        return bool(
            self.since or self.until or self.search or self.outcome or self.state or self.running or self.rating
            or self.person_id or self.category_id or self.due_before
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as lists show it. `wait` is seconds from the question to the first answer."""

    question: Question
    conversation_id: UUID | None
    conversation_state: ConversationState | None
    brand: str
    category: Category | None
    product: Product | None
    person_id: UUID | None
    person: str
    outcome: Outcome
    wait: float | None
    stars: int | None
    comment: str


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def from_questions(*columns: Any) -> Select[Any]:
    """A query over questions with their conversation, its last server and its rating."""
    return (
        select(*columns)
        .select_from(Question)
        .outerjoin(Conversation, Conversation.question_id == Question.id)
        .outerjoin(LATEST, true())
        .outerjoin(_SERVED, true())
    )


def conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What `wanted` says, for queries of `from_questions`."""
    found: list[ColumnElement[bool]] = []
    if wanted.brand_id is not None:
        found.append(Question.brand_id == wanted.brand_id)
    if wanted.since is not None:
        found.append(Question.asked_at >= midnight(wanted.since, wanted.zone))
    if wanted.until is not None:
        found.append(Question.asked_at < midnight(wanted.until + timedelta(days=1), wanted.zone))
    if wanted.outcome in set(Group):
        found.append(outcome_column.in_([each.value for each in _GROUPS[Group(wanted.outcome)]]))
    elif wanted.outcome in set(Outcome):
        found.append(outcome_column == wanted.outcome)
    if wanted.state in set(QuestionState):
        found.append(Question.state == QuestionState(wanted.state))
    if wanted.running in set(ConversationState):
        found.append(Conversation.state == ConversationState(wanted.running))
    if wanted.due_before is not None:
        found.append(Question.due_at < wanted.due_before)
    if wanted.person_id is not None:
        served = exists().where(Segment.conversation_id == Conversation.id, Segment.person_id == wanted.person_id)
        found.append(served)
    if wanted.category_id is not None:
        found.append(Question.category_id.in_(descendants_ids(session, [wanted.category_id])))
    return [*found, *_by_rating(wanted.rating), *_by_words(wanted.search)]


def _by_rating(rating: str) -> list[ColumnElement[bool]]:
    stars = LATEST.c.stars
    if rating == "any":
        return [stars.is_not(None)]
    if rating == "unrated":
        return [stars.is_(None), Conversation.id.is_not(None)]
    if rating == "low":
        return [stars <= 2]
    return [stars == int(rating)] if rating in RATINGS else []


def _by_words(search: str) -> list[ColumnElement[bool]]:
    words = search.strip()
    if not words:
        return []
    said = exists().where(
        ConversationEvent.conversation_id == Conversation.id, ConversationEvent.text.icontains(words, autoescape=True)
    )
    return [or_(Question.text.icontains(words, autoescape=True), said)]


def count(session: Session, wanted: Wanted) -> int:
    """How many rows there are."""
    return session.scalar(from_questions(func.count()).where(*conditions(session, wanted))) or 0


def page(session: Session, wanted: Wanted, *, number: int) -> list[QuestionRow]:
    """Page `number` (from 1), newest question first."""
    return list(_rows(session, wanted, limit=PAGE, offset=PAGE * (number - 1)))


def export(session: Session, wanted: Wanted, *, most: int = 20_000) -> Iterator[QuestionRow]:
    """All rows, newest first, at most `most`."""
    return _rows(session, wanted, limit=most, offset=0)


def _rows(session: Session, wanted: Wanted, *, limit: int, offset: int) -> Iterator[QuestionRow]:
    wait = func.extract("epoch", Conversation.first_reply_at - Question.asked_at)
    query = (
        from_questions(
            Question, Conversation.id, Conversation.state, Brand.name, Category, Product, Person.id, Person.name,
            outcome_column, wait, LATEST.c.stars, LATEST.c.comment,
        )
        .join(Brand, Brand.id == Question.brand_id)
        .outerjoin(Category, Category.id == Question.category_id)
        .outerjoin(Product, Product.id == Question.product_id)
        .outerjoin(Person, Person.id == _SERVED.c.person_id)
        .where(*conditions(session, wanted))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    for row in session.execute(query):
        question, talk, state, brand, category, product, person_id, name, outcome, seconds, stars, comment = row
        yield QuestionRow(
            question, talk, state, brand, category, product, person_id, name or "", Outcome(outcome),
            float(seconds) if seconds is not None else None, stars, comment or "",
        )  # fmt: skip


def servers(session: Session, brand_id: UUID) -> list[tuple[UUID, str]]:
    """Everybody who ever served a conversation of the brand, by name: the choices of a filter."""
    served = (
        select(Segment.person_id)
        .join(Conversation, Conversation.id == Segment.conversation_id)
        .where(Conversation.brand_id == brand_id)
    )
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(served)).order_by(Person.name))
    return [(key, name) for key, name in rows]


def categories(session: Session, brand_id: UUID) -> list[Category]:
    """The brand's categories, parents before children: the choices of a filter."""
    return list(session.scalars(select(Category).where(Category.brand_id == brand_id).order_by(Category.path_key)))
