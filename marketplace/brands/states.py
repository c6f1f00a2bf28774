"""States of brands' things."""

from enum import StrEnum

from marketplace.core.states import Machine


class Role(StrEnum):
    """What a member of a brand's team may do: owner > manager > agent; analyst reads."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"
    ANALYST = "analyst"


class MissionState(StrEnum):
    """draft > open <> paused > closed."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class MissionAction(StrEnum):
    """What moves a mission."""

    PUBLISH = "publish"
    PAUSE = "pause"
    CLOSE = "close"


MISSION = Machine(
    "mission",
    {
        (MissionState.DRAFT, MissionAction.PUBLISH): MissionState.OPEN,
        (MissionState.PAUSED, MissionAction.PUBLISH): MissionState.OPEN,
        (MissionState.OPEN, MissionAction.PAUSE): MissionState.PAUSED,
        (MissionState.DRAFT, MissionAction.CLOSE): MissionState.CLOSED,
        (MissionState.OPEN, MissionAction.CLOSE): MissionState.CLOSED,
        (MissionState.PAUSED, MissionAction.CLOSE): MissionState.CLOSED,
    },
)


class SaleSplit(StrEnum):
    """Who gets the share of a sale when several helped: the last of them, or all by the messages each wrote."""

    LAST_HELPER = "last_helper"
    BY_CONTRIBUTION = "by_contribution"


class ImportState(StrEnum):
    """queued > running > done | failed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
