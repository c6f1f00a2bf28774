"""States of the review of a rating."""

from enum import StrEnum

from marketplace.core.states import Machine


class ReviewState(StrEnum):
    """open > kept | set_aside | dropped."""

    OPEN = "open"
    KEPT = "kept"
    SET_ASIDE = "set_aside"
    DROPPED = "dropped"


class ReviewAction(StrEnum):
    """What moves a review."""

    KEEP = "keep"
    SET_ASIDE = "set_aside"
    DROP = "drop"


REVIEW = Machine(
    "review",
    {
        (ReviewState.OPEN, ReviewAction.KEEP): ReviewState.KEPT,
        (ReviewState.OPEN, ReviewAction.SET_ASIDE): ReviewState.SET_ASIDE,
        (ReviewState.OPEN, ReviewAction.DROP): ReviewState.DROPPED,
    },
)


class ReviewRule(StrEnum):
    """Why a rating is looked at by a person."""

    ABUSIVE_VISITOR = "abusive_visitor"
    FAR_FROM_HISTORY = "far_from_history"
    ASKED = "asked"
