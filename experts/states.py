"""States of enrolments, offers and rehearsals."""

from enum import StrEnum

from marketplace.core.states import Machine


class EnrolmentState(StrEnum):
    """applied > quizzed > trial > accepted > active > paused | suspended | left; declined."""

    APPLIED = "applied"
    QUIZZED = "quizzed"
    TRIAL = "trial"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    LEFT = "left"
    DECLINED = "declined"


class EnrolmentAction(StrEnum):
    """What moves an enrolment."""

    PASS_QUIZ = "pass_quiz"
    START_TRIAL = "start_trial"
    ACCEPT = "accept"
    DECLINE = "decline"
    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    LEAVE = "leave"


_S, _A = EnrolmentState, EnrolmentAction
ENROLMENT = Machine(
    "enrolment",
    {
        (_S.APPLIED, _A.PASS_QUIZ): _S.QUIZZED,
        (_S.QUIZZED, _A.START_TRIAL): _S.TRIAL,
        (_S.APPLIED, _A.START_TRIAL): _S.TRIAL,
        (_S.APPLIED, _A.ACCEPT): _S.ACCEPTED,
        (_S.QUIZZED, _A.ACCEPT): _S.ACCEPTED,
        (_S.TRIAL, _A.ACCEPT): _S.ACCEPTED,
        (_S.APPLIED, _A.DECLINE): _S.DECLINED,
        (_S.QUIZZED, _A.DECLINE): _S.DECLINED,
        (_S.TRIAL, _A.DECLINE): _S.DECLINED,
        (_S.ACCEPTED, _A.ACTIVATE): _S.ACTIVE,
        (_S.ACTIVE, _A.PAUSE): _S.PAUSED,
        (_S.PAUSED, _A.RESUME): _S.ACTIVE,
        (_S.ACTIVE, _A.SUSPEND): _S.SUSPENDED,
        (_S.PAUSED, _A.SUSPEND): _S.SUSPENDED,
        (_S.SUSPENDED, _A.REINSTATE): _S.ACTIVE,
        (_S.APPLIED, _A.LEAVE): _S.LEFT,
        (_S.QUIZZED, _A.LEAVE): _S.LEFT,
        (_S.TRIAL, _A.LEAVE): _S.LEFT,
        (_S.ACCEPTED, _A.LEAVE): _S.LEFT,
        (_S.ACTIVE, _A.LEAVE): _S.LEFT,
        (_S.PAUSED, _A.LEAVE): _S.LEFT,
        (_S.SUSPENDED, _A.LEAVE): _S.LEFT,
    },
)


class OfferState(StrEnum):
    """made > accepted | declined | lapsed | withdrawn."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class OfferAction(StrEnum):
    """What moves an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


OFFER = Machine(
    "offer",
    {
        (OfferState.MADE, OfferAction.ACCEPT): OfferState.ACCEPTED,
        (OfferState.MADE, OfferAction.DECLINE): OfferState.DECLINED,
        (OfferState.MADE, OfferAction.LAPSE): OfferState.LAPSED,
        (OfferState.MADE, OfferAction.WITHDRAW): OfferState.WITHDRAWN,
    },
)


class RehearsalState(StrEnum):
    """queued > running > done | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RehearsalAction(StrEnum):
    """What moves a rehearsal."""

    START = "start"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


REHEARSAL = Machine(
    "rehearsal",
    {
        (RehearsalState.QUEUED, RehearsalAction.START): RehearsalState.RUNNING,
        (RehearsalState.QUEUED, RehearsalAction.FAIL): RehearsalState.FAILED,
        (RehearsalState.QUEUED, RehearsalAction.CANCEL): RehearsalState.CANCELLED,
        (RehearsalState.RUNNING, RehearsalAction.FINISH): RehearsalState.DONE,
        (RehearsalState.RUNNING, RehearsalAction.FAIL): RehearsalState.FAILED,
        (RehearsalState.RUNNING, RehearsalAction.CANCEL): RehearsalState.CANCELLED,
    },
)
