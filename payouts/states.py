"""States of what is owed and paid."""

from enum import StrEnum

from marketplace.core.states import Machine


class TopUpState(StrEnum):
    """created > processing > paid | failed | expired."""

    CREATED = "created"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class TopUpAction(StrEnum):
    """What moves a top-up."""

    PROCESS = "process"
    PAY = "pay"
    FAIL = "fail"
    EXPIRE = "expire"


TOP_UP = Machine(
    "top_up",
    {
        (TopUpState.CREATED, TopUpAction.PROCESS): TopUpState.PROCESSING,
        (TopUpState.CREATED, TopUpAction.PAY): TopUpState.PAID,
        (TopUpState.PROCESSING, TopUpAction.PAY): TopUpState.PAID,
        (TopUpState.CREATED, TopUpAction.FAIL): TopUpState.FAILED,
        (TopUpState.PROCESSING, TopUpAction.FAIL): TopUpState.FAILED,
        (TopUpState.CREATED, TopUpAction.EXPIRE): TopUpState.EXPIRED,
    },
)


class TopUpKind(StrEnum):
    """How money is added: on the provider's page, by bank transfer, or by itself from a kept method."""

    CHECKOUT = "checkout"
    TRANSFER = "transfer"
    AUTOMATIC = "automatic"


class WithdrawalState(StrEnum):
    """asked > sent > succeeded | failed."""

    ASKED = "asked"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class WithdrawalAction(StrEnum):
    """What moves a withdrawal. A bank may send back what had arrived already."""

    SEND = "send"
    SUCCEED = "succeed"
    FAIL = "fail"


WITHDRAWAL = Machine(
    "withdrawal",
    {
        (WithdrawalState.ASKED, WithdrawalAction.SEND): WithdrawalState.SENT,
        (WithdrawalState.ASKED, WithdrawalAction.SUCCEED): WithdrawalState.SUCCEEDED,
        (WithdrawalState.SENT, WithdrawalAction.SUCCEED): WithdrawalState.SUCCEEDED,
        (WithdrawalState.ASKED, WithdrawalAction.FAIL): WithdrawalState.FAILED,
        (WithdrawalState.SENT, WithdrawalAction.FAIL): WithdrawalState.FAILED,
        (WithdrawalState.SUCCEEDED, WithdrawalAction.FAIL): WithdrawalState.FAILED,
    },
)


class ChargebackState(StrEnum):
    """open > won | lost."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ChargebackAction(StrEnum):
    """What ends a chargeback."""

    WIN = "win"
    LOSE = "lose"


CHARGEBACK = Machine(
    "chargeback",
    {
        (ChargebackState.OPEN, ChargebackAction.WIN): ChargebackState.WON,
        (ChargebackState.OPEN, ChargebackAction.LOSE): ChargebackState.LOST,
    },
)


class HoldState(StrEnum):
    """held > spent | released."""

    HELD = "held"
    SPENT = "spent"
    RELEASED = "released"


class HoldAction(StrEnum):
    """What resolves a hold."""

    SPEND = "spend"
    RELEASE = "release"


HOLD = Machine(
    "hold",
    {
        (HoldState.HELD, HoldAction.SPEND): HoldState.SPENT,
        (HoldState.HELD, HoldAction.RELEASE): HoldState.RELEASED,
    },
)


class EarningState(StrEnum):
    """pending > available > paid; reversed."""

    PENDING = "pending"
    AVAILABLE = "available"
    PAID = "paid"
    REVERSED = "reversed"


class EarningAction(StrEnum):
    """What moves an earning. `return` brings a paid one back when its transfer came back."""

    RELEASE = "release"
    PAY = "pay"
    RETURN = "return"
    REVERSE = "reverse"


EARNING = Machine(
    "earning",
    {
        (EarningState.PENDING, EarningAction.RELEASE): EarningState.AVAILABLE,
        (EarningState.AVAILABLE, EarningAction.PAY): EarningState.PAID,
        (EarningState.PAID, EarningAction.RETURN): EarningState.AVAILABLE,
        (EarningState.PENDING, EarningAction.REVERSE): EarningState.REVERSED,
        (EarningState.AVAILABLE, EarningAction.REVERSE): EarningState.REVERSED,
        (EarningState.PAID, EarningAction.REVERSE): EarningState.REVERSED,
    },
)


class Rule(StrEnum):
    """For what an earning is paid. `sale_return` is negative: it takes back a part of a `sale`."""

    CONVERSATION = "conversation"
    FLOOR = "floor"
    SALE = "sale"
    SALE_RETURN = "sale_return"
    BONUS_BRAND = "bonus_brand"
    BONUS_PLATFORM = "bonus_platform"


class DisputeKind(StrEnum):
    """What is disputed: that a conversation was not paid, or that an earning was taken back."""

    UNPAID = "unpaid"
    TAKEN_BACK = "taken_back"


class DisputeState(StrEnum):
    """opened > answered > upheld | rejected; opened > upheld when the brand gives way; withdrawn."""

    OPENED = "opened"
    ANSWERED = "answered"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisputeAction(StrEnum):
    """What moves a dispute. `expire`: somebody let the deadline pass, which decides for the expert."""

    ANSWER = "answer"
    CONCEDE = "concede"
    UPHOLD = "uphold"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


DISPUTE = Machine(
    "dispute",
    {
        (DisputeState.OPENED, DisputeAction.ANSWER): DisputeState.ANSWERED,
        (DisputeState.OPENED, DisputeAction.CONCEDE): DisputeState.UPHELD,
        (DisputeState.OPENED, DisputeAction.EXPIRE): DisputeState.UPHELD,
        (DisputeState.OPENED, DisputeAction.WITHDRAW): DisputeState.WITHDRAWN,
        (DisputeState.ANSWERED, DisputeAction.UPHOLD): DisputeState.UPHELD,
        (DisputeState.ANSWERED, DisputeAction.REJECT): DisputeState.REJECTED,
        (DisputeState.ANSWERED, DisputeAction.EXPIRE): DisputeState.UPHELD,
        (DisputeState.ANSWERED, DisputeAction.WITHDRAW): DisputeState.WITHDRAWN,
    },
)


class RunState(StrEnum):
    """prepared > approved > executing > done; cancelled."""

    PREPARED = "prepared"
    APPROVED = "approved"
    EXECUTING = "executing"
    DONE = "done"
    CANCELLED = "cancelled"


class RunAction(StrEnum):
    """What moves a run."""

    APPROVE = "approve"
    EXECUTE = "execute"
    FINISH = "finish"
    CANCEL = "cancel"


RUN = Machine(
    "payout_run",
    {
        (RunState.PREPARED, RunAction.APPROVE): RunState.APPROVED,
        (RunState.APPROVED, RunAction.EXECUTE): RunState.EXECUTING,
        (RunState.EXECUTING, RunAction.FINISH): RunState.DONE,
        (RunState.PREPARED, RunAction.CANCEL): RunState.CANCELLED,
        (RunState.APPROVED, RunAction.CANCEL): RunState.CANCELLED,
    },
)


class PayoutState(StrEnum):
    """prepared > submitted > paid | failed | reversed; cancelled."""

    PREPARED = "prepared"
    SUBMITTED = "submitted"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


class PayoutAction(StrEnum):
    """What moves one payout."""

    SUBMIT = "submit"
    PAY = "pay"
    FAIL = "fail"
    REVERSE = "reverse"
    CANCEL = "cancel"


PAYOUT = Machine(
    "payout",
    {
        (PayoutState.PREPARED, PayoutAction.SUBMIT): PayoutState.SUBMITTED,
        (PayoutState.PREPARED, PayoutAction.FAIL): PayoutState.FAILED,
        (PayoutState.PREPARED, PayoutAction.CANCEL): PayoutState.CANCELLED,
        (PayoutState.SUBMITTED, PayoutAction.PAY): PayoutState.PAID,
        (PayoutState.SUBMITTED, PayoutAction.FAIL): PayoutState.FAILED,
        (PayoutState.PAID, PayoutAction.REVERSE): PayoutState.REVERSED,
    },
)


class PayeeState(StrEnum):
    """Whether an expert's Stripe account can receive transfers."""

    PENDING = "pending"
    ACTIVE = "active"
    RESTRICTED = "restricted"
    CLOSED = "closed"


class HookState(StrEnum):
    """received > processed | ignored | parked."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    PARKED = "parked"


class FindingState(StrEnum):
    """Of a difference found by reconciliation: open > acknowledged > resolved."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class FindingAction(StrEnum):
    """What moves a difference. Seen again after it was resolved, it opens again."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"


FINDING = Machine(
    "finding",
    {
        (FindingState.OPEN, FindingAction.ACKNOWLEDGE): FindingState.ACKNOWLEDGED,
        (FindingState.OPEN, FindingAction.RESOLVE): FindingState.RESOLVED,
        (FindingState.ACKNOWLEDGED, FindingAction.RESOLVE): FindingState.RESOLVED,
        (FindingState.RESOLVED, FindingAction.REOPEN): FindingState.OPEN,
    },
)


class PartyKind(StrEnum):
    """Whose legal details."""

    EXPERT = "expert"
    BRAND = "brand"
    PLATFORM = "platform"


class VatStatus(StrEnum):
    """Whether VAT is charged: the small-business franchise charges none."""

    FRANCHISE = "franchise"
    REGISTERED = "registered"


class DocumentKind(StrEnum):
    """fees: expert to brand; commission: platform to expert; bonus: expert to platform."""

    FEES = "fees"
    COMMISSION = "commission"
    BONUS = "bonus"


class LineSide(StrEnum):
    """Which part of a posting a line documents: what the expert supplied, or our commission on it."""

    SUPPLY = "supply"
    COMMISSION = "commission"
