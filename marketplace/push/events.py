"""What happens to devices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class DeviceReached(Event):
    """A call arrived on a person's device: it is on, wherever its screen is."""

    person_id: UUID
    at: datetime
