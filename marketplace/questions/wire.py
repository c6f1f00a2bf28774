"""What travels about a question: where it stands, what is promised, who was found.

The scripts' types are written from these (`marketplace/widget/wire_cli.py`).
"""

from typing import Literal, Required, TypedDict

from marketplace.questions.states import QuestionState


class Promised(TypedDict, total=False):
    """What a shopper may count on."""

    kind: Required[Literal["live", "later", "none"]]
    seconds: int | None
    """Usual wait, while somebody is looked for live."""
    until: str
    """End of the live search."""
    by: str
    """The dated promise of an answer by e-mail."""


class Choice(TypedDict):
    """A category that the question may be about."""

    category_id: str
    name: str


class Reputed(TypedDict):
    """What ratings in a category add up to."""

    mean: float
    count: int
    category: str | None


class ExpertCard(TypedDict, total=False):
    """What the shopper sees of the person who answers; only what was computed."""

    id: str
    name: Required[str]
    avatar_url: str | None
    headline: str | None
    rating: Reputed | None
    why: str | None
    """One sentence: why this person was chosen."""
    agent: bool
    """Works for the brand, instead of being an independent enthusiast whom it pays."""


class Redirection(TypedDict, total=False):
    """Where a question that is not for an enthusiast belongs."""

    reason: str
    """The intent that was recognised; or why nobody is asked live: `closed`, `queue_full`, `budget`."""
    help_url: str | None
    help_email: str | None


class QuestionNews(Redirection, total=False):
    """Where a question stands."""

    question_id: Required[str]
    state: Required[QuestionState]
    client_id: str
    conversation_id: str
    text: str
    promise: Promised
    asked_at: str
    asked: int | None
    """How many experts are being asked, or were."""
    expert: ExpertCard | None
    email_left: bool
    closed: bool
    notice: str
    """The brand's own words when nobody is asked live; may be empty."""
    choose: list[Choice]
    """The likely categories, while it is not known which one the question is about."""


class OpenThread(QuestionNews, total=False):
    """A thread that the visitor has not finished, as listed on connecting."""

    last: int
    """Its highest `seq`."""
