"""What happens to orders."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class OrderReported(Event):
    """An order is recorded, or new facts about it reopened it."""

    order_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderReturned(Event):
    """More of a recorded order came back."""

    order_id: UUID
    at: datetime
