"""What happens to money that others may want to know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.events import Event


@dataclass(frozen=True, slots=True)
class EarningPosted(Event):
    """An expert earned something."""

    earning_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class PayRefused(Event):
    """A segment is not paid because the brand named a rule of conduct; the expert may dispute it."""

    segment_id: UUID
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EarningTakenBack(Event):
    """An earning was returned to the brand; the expert may dispute it."""

    earning_id: UUID
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class DisputeMoved(Event):
    """A dispute was opened, answered, decided or withdrawn; `action` names the step (“open” for the first)."""

    dispute_id: UUID
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WalletLow(Event):
    """A brand's free money fell below where it wants to be warned; `empty`: below one more conversation."""

    brand_id: UUID
    currency: str
    empty: bool = False


@dataclass(frozen=True, slots=True)
class AutomaticTopUpFailed(Event):
    """A wallet could not fill itself."""

    top_up_id: UUID
    brand_id: UUID


@dataclass(frozen=True, slots=True)
class ChargebackMoved(Event):
    """A payment of a brand is disputed, or that was decided."""

    chargeback_id: UUID
    brand_id: UUID


@dataclass(frozen=True, slots=True)
class PayeeStopped(Event):
    """An expert's account can no longer be paid to."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PayoutSettled(Event):
    """A transfer to an expert was made, or refused for certain."""

    payout_id: UUID
    person_id: UUID
    paid: bool
