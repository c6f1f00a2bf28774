"""What happens to experts."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class ExpertFree(Event):
    """The expert can be offered questions that he could not be offered a moment ago."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class ExpertFull(Event):
    """The expert serves as many conversations as he said: a live offer still open to him cannot be taken."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """A question was proposed to an expert."""

    offer_id: UUID


@dataclass(frozen=True, slots=True)
class AvailabilityChanged(Event):
    """Switch, capacity, hours, presence or pause changed: what the workbench shows of it is old."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class EnrolmentDecided(Event):
    """A brand accepted or declined an application, or suspended or reinstated an expert."""

    enrolment_id: UUID
