"""States of a question."""

from enum import StrEnum

from marketplace.core.states import Machine


class QuestionState(StrEnum):
    """asked > triaged > waiting > offered > matched > answered; or redirected | settled | expired | withdrawn."""

    ASKED = "asked"
    TRIAGED = "triaged"
    WAITING = "waiting"
    OFFERED = "offered"
    MATCHED = "matched"
    ANSWERED = "answered"
    REDIRECTED = "redirected"
    SETTLED = "settled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class QuestionAction(StrEnum):
    """What moves a question."""

    TRIAGE = "triage"
    REDIRECT = "redirect"
    SETTLE = "settle"
    WAIT = "wait"
    OFFER = "offer"
    MATCH = "match"
    ANSWER = "answer"
    RETURN = "return"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


_S, _A = QuestionState, QuestionAction
QUESTION = Machine(
    "question",
    {
        (_S.ASKED, _A.TRIAGE): _S.TRIAGED,
        (_S.ASKED, _A.REDIRECT): _S.REDIRECTED,
        (_S.ASKED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.TRIAGED, _A.WAIT): _S.WAITING,
        (_S.TRIAGED, _A.OFFER): _S.OFFERED,
        (_S.TRIAGED, _A.SETTLE): _S.SETTLED,
        (_S.TRIAGED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.TRIAGED, _A.EXPIRE): _S.EXPIRED,
        (_S.WAITING, _A.OFFER): _S.OFFERED,
        (_S.WAITING, _A.SETTLE): _S.SETTLED,
        (_S.WAITING, _A.EXPIRE): _S.EXPIRED,
        (_S.WAITING, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.OFFERED, _A.OFFER): _S.OFFERED,
        (_S.OFFERED, _A.WAIT): _S.WAITING,
        (_S.OFFERED, _A.MATCH): _S.MATCHED,
        (_S.OFFERED, _A.EXPIRE): _S.EXPIRED,
        (_S.OFFERED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.MATCHED, _A.ANSWER): _S.ANSWERED,
        (_S.MATCHED, _A.RETURN): _S.WAITING,
        (_S.MATCHED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.MATCHED, _A.EXPIRE): _S.EXPIRED,
    },
)


class Intent(StrEnum):
    """What the shopper wants: advice on a product, help with an order (not for experts), or nothing decent."""

    ADVICE = "advice"
    ORDER = "order"
    ABUSE = "abuse"


class LabelSource(StrEnum):
    """Who confirmed a question's category, the least telling first."""

    CLOSED = "closed"
    PRODUCT = "product"
    CHIP = "chip"
    EXPERT = "expert"


class BlockState(StrEnum):
    """in_force > confirmed | lifted; confirmed > lifted."""

    IN_FORCE = "in_force"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


class BlockAction(StrEnum):
    """What the brand decides."""

    CONFIRM = "confirm"
    LIFT = "lift"


BLOCK = Machine(
    "block",
    {
        (BlockState.IN_FORCE, BlockAction.CONFIRM): BlockState.CONFIRMED,
        (BlockState.IN_FORCE, BlockAction.LIFT): BlockState.LIFTED,
        (BlockState.CONFIRMED, BlockAction.LIFT): BlockState.LIFTED,
    },
)
