"""What happens to questions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    """A shopper asked; nothing is known about it yet."""

    question_id: UUID


@dataclass(frozen=True, slots=True)
class QuestionTriaged(Event):
    """Language, intent, product and category are known as well as they can be; it is for an expert."""

    question_id: UUID


@dataclass(frozen=True, slots=True)
class QuestionEnded(Event):
    """Redirected, settled, expired or withdrawn: nobody will be asked any more."""

    question_id: UUID


@dataclass(frozen=True, slots=True)
class EmailLeft(Event):
    """The shopper left an address: the answer may come later."""

    question_id: UUID


@dataclass(frozen=True, slots=True)
class QuestionRecategorised(Event):
    """The shopper or an expert said what the question is really about."""

    question_id: UUID
    at: datetime
