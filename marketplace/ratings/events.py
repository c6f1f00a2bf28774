"""What happens to ratings."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class RatingSaved(Event):
    """A rating was given or changed."""

    rating_id: UUID
    first: bool
