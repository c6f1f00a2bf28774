"""What happens to brands."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class CatalogueChanged(Event):
    """Products or categories came or changed."""

    brand_id: UUID
