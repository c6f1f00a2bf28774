"""States of an order, as far as pay is concerned."""

from enum import StrEnum

from marketplace.core.states import Machine


class OrderState(StrEnum):
    """recorded > attributed | unattributed | refused | unfunded; unfunded > attributed; reopened by new facts."""

    RECORDED = "recorded"
    ATTRIBUTED = "attributed"
    UNATTRIBUTED = "unattributed"
    REFUSED = "refused"
    UNFUNDED = "unfunded"


class OrderAction(StrEnum):
    """What moves an order. `reopen` follows new facts: another amount, or a shopper who was not known before."""

    ATTRIBUTE = "attribute"
    LEAVE = "leave"
    REFUSE = "refuse"
    WAIT = "wait"
    REOPEN = "reopen"


_S, _A = OrderState, OrderAction
ORDER = Machine(
    "order",
    {
        (_S.RECORDED, _A.ATTRIBUTE): _S.ATTRIBUTED,
        (_S.RECORDED, _A.LEAVE): _S.UNATTRIBUTED,
        (_S.RECORDED, _A.REFUSE): _S.REFUSED,
        (_S.RECORDED, _A.WAIT): _S.UNFUNDED,
        (_S.UNFUNDED, _A.ATTRIBUTE): _S.ATTRIBUTED,
        **{(state, _A.REOPEN): _S.RECORDED for state in _S if state is not _S.RECORDED},
    },
)


class Source(StrEnum):
    """Who told of an order: the tag on the shop's page, or the shop's server, which wins."""

    TAG = "tag"
    SERVER = "server"
