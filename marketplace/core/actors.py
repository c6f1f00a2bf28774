"""Who acts: the one value that every access door looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Audience(StrEnum):
    """Who may enter a blueprint or a namespace at all; rows are then guarded by their access doors."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    EXPERT = "expert"
    BRAND = "brand"
    OPERATOR = "operator"
    SHOPPER = "shopper"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a shopper's visitor, a brand's program, or the system itself.

    `person_id` is set for people; `visitor_id` and `brand_id` for shoppers; `brand_id` alone for a brand's program.
    `brands` maps brand id to role (owner, manager, agent, analyst).
    """

    person_id: UUID | None = None
    visitor_id: UUID | None = None
    brand_id: UUID | None = None
    name: str = ""
    is_operator: bool = False
    is_expert: bool = False
    is_system: bool = False
    brands: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def is_newcomer(self) -> bool:
        """Whether this is a person who has no role yet."""
        return self.person_id is not None and not (self.is_expert or self.is_operator or self.brands)

    def may_enter(self, audience: Audience) -> bool:
        """Whether the audience's door opens for this actor."""
        match audience:
            case Audience.PUBLIC | Audience.WEBHOOK:
                return True
            case Audience.SIGNED_IN:
                return self.person_id is not None
            case Audience.EXPERT:
                return self.is_expert
            case Audience.BRAND:
                return bool(self.brands) or (self.brand_id is not None and self.visitor_id is None)
            case Audience.OPERATOR:
                return self.is_operator
            case Audience.SHOPPER:
                return self.visitor_id is not None


STRANGER = Actor()
SYSTEM = Actor(name="system", is_system=True)
