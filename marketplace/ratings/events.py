"""What happens to ratings."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class RatingSaved(Event):
    """A rating was given or changed."""

    rating_id: UUID
    first: bool


@dataclass(frozen=True, slots=True)
class ReviewDecided(Event):
    """A review ended with a decision; the rating's `counts` is already what was decided."""

    review_id: UUID
