"""What happens to brands."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class CatalogueChanged(Event):
    """Products or categories came or changed."""

    brand_id: UUID


@dataclass(frozen=True, slots=True)
class MissionChanged(Event):
    """A mission was published, paused, closed or edited: who may answer for it is not what it was."""

    mission_id: UUID
