"""Disputes: an expert contradicts that a conversation was not paid, or that an earning was taken back.

He opens it with his words; the brand answers or gives way; an operator decides. Whoever lets a deadline pass decides
for the expert. What is decided for him is earned, from the brand's wallet, at once.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.orders.models import Order
from payouts import booking, credit, ledger, pay, sales
from payouts.booking import Ground
from payouts.chart import AccountKind, brand
from payouts.events import DisputeMoved
from payouts.models import Assessment, Dispute, DisputeMove, Earning
from payouts.pay import Reason
from payouts.states import DISPUTE, DisputeAction, DisputeKind, DisputeState, EarningState, Rule

K = AccountKind
OPEN_WITHIN = timedelta(days=30)
"""How long after a decision it can be disputed."""
ANSWER_WITHIN = timedelta(days=5)
DECIDE_WITHIN = timedelta(days=7)
DISPUTABLE = (Reason.RULE_BROKEN, Reason.SPAM, Reason.MISROUTED, Reason.REDIRECTED)
"""Reasons that are somebody's judgement; what a count of messages says is not disputed, only read."""
LONGEST = 4_000
BATCH = 100


class NotDisputable(Conflict):
    """There is nothing to dispute here, or no longer."""

    code = "not_disputable"
    message = "This cannot be disputed, or its 30 days are over."


class AlreadyDisputed(Conflict):
    """Each decision is disputed once."""

    code = "already_disputed"
    message = "You have already disputed this decision."


def can_dispute(row: Assessment | Earning, *, now: datetime) -> bool:
    """Whether the decision is of a kind that can be disputed, and recent enough."""
    if isinstance(row, Assessment):
        wrote = int(row.facts.get("expert_messages") or 0) > 0
        return not row.qualified and row.reason in DISPUTABLE and wrote and now - row.at <= OPEN_WITHIN
    taken = row.state is EarningState.REVERSED or row.calculation.get("why") == "taken_back"
    return taken and row.reversed_at is not None and now - row.reversed_at <= OPEN_WITHIN


def open_unpaid(session: Session, assessment: Assessment, *, statement: str, now: datetime) -> Dispute:
    """Dispute that a segment was not paid. Raises `NotDisputable`, `AlreadyDisputed`, `Invalid`."""
    conversation = session.get_one(Conversation, assessment.conversation_id, with_for_update=True)
    if not can_dispute(assessment, now=now):
        raise NotDisputable
    at_stake, _weight, _weights = _would_have_earned(session, assessment)
    if not at_stake:
        raise NotDisputable
    named = str(assessment.facts.get("broken_rule") or assessment.reason)
    dispute = Dispute(
        kind=DisputeKind.UNPAID, segment_id=assessment.segment_id, conversation_id=conversation.id,
        brand_id=conversation.brand_id, person_id=assessment.person_id, rule=named, amount_minor=at_stake.minor,
        currency=at_stake.currency,
    )  # fmt: skip
    return _open(session, dispute, statement, now=now)


def open_taken_back(session: Session, earning: Earning, *, statement: str, now: datetime) -> Dispute:
    """Dispute that an earning, held locked by the caller, was taken back. Raises as `open_unpaid`."""
    if not can_dispute(earning, now=now) or earning.segment_id is None:
        raise NotDisputable
    dispute = Dispute(
        kind=DisputeKind.TAKEN_BACK, segment_id=earning.segment_id, conversation_id=earning.conversation_id,
        earning_id=earning.id, brand_id=earning.brand_id, person_id=earning.person_id,
        rule=earning.reversed_rule or "", amount_minor=abs(earning.gross_minor), currency=earning.currency,
    )  # fmt: skip
    return _open(session, dispute, statement, now=now)


def answer(session: Session, dispute: Dispute, *, text: str, by: UUID | None, now: datetime) -> None:
    """The brand holds to its decision and says why; an operator decides. Raises `ForbiddenMove`, `Invalid`."""
    dispute.answer, dispute.answered_at = _words(text, "answer"), now
    _move(session, dispute, DisputeAction.ANSWER, by="brand", person=by, now=now)


def concede(session: Session, dispute: Dispute, *, by: UUID | None, now: datetime) -> None:
    """The brand gives way: the expert earns it. Raises `ForbiddenMove`."""
    _move(session, dispute, DisputeAction.CONCEDE, by="brand", person=by, now=now)
    _earn(session, dispute, now=now)


def decide(session: Session, dispute: Dispute, *, for_expert: bool, text: str, by: UUID | None, now: datetime) -> None:
    """An operator decides, with a reason that both read. Raises `ForbiddenMove`, `Invalid`."""
    dispute.decision = _words(text, "decision")
    action = DisputeAction.UPHOLD if for_expert else DisputeAction.REJECT
    _move(session, dispute, action, by="operator", person=by, now=now)
    if for_expert:
        _earn(session, dispute, now=now)


def withdraw(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """The expert gives up. Raises `ForbiddenMove`."""
    _move(session, dispute, DisputeAction.WITHDRAW, by="expert", person=dispute.person_id, now=now)


def expire_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Decide for the expert where nobody answered or decided in time; how many. Workers may run it side by side."""
    late = session.scalars(
        select(Dispute)
        .where(Dispute.due_at <= now)
        .order_by(Dispute.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for dispute in late:
        _move(session, dispute, DisputeAction.EXPIRE, by="deadline", person=None, now=now)
        _earn(session, dispute, now=now)
    return len(late)


def _open(session: Session, dispute: Dispute, statement: str, *, now: datetime) -> Dispute:
    about = (
        Dispute.earning_id == dispute.earning_id
        if dispute.earning_id is not None
        else (Dispute.segment_id == dispute.segment_id) & (Dispute.kind == DisputeKind.UNPAID)
    )
    if session.scalar(select(Dispute.id).where(about).limit(1)) is not None:
        raise AlreadyDisputed
    dispute.id, dispute.state = new_id(), DisputeState.OPENED
    dispute.statement, dispute.opened_at, dispute.due_at = _words(statement, "statement"), now, now + ANSWER_WITHIN
    session.add(dispute)
    session.flush()
    session.add(
        DisputeMove(
            dispute_id=dispute.id, action="open", from_state="", to_state=dispute.state.value, by="expert",
            by_person_id=dispute.person_id, at=now,
        )
    )  # fmt: skip
    session.flush()
    publish(session, DisputeMoved(dispute.id, "open", now))
    return dispute


def _move(
    session: Session, dispute: Dispute, action: DisputeAction, *, by: str, person: UUID | None, now: datetime
) -> None:
    before = dispute.state
    dispute.state = DISPUTE.after(before, action)
    is_over = DISPUTE.is_final(dispute.state)
    dispute.due_at = None if is_over else now + DECIDE_WITHIN
    dispute.ended_at = now if is_over else None
    session.add(
        DisputeMove(
            dispute_id=dispute.id, action=action.value, from_state=before.value, to_state=dispute.state.value, by=by,
            by_person_id=person, at=now,
        )
    )  # fmt: skip
    session.flush()
    publish(session, DisputeMoved(dispute.id, action.value, now))


def _words(text: str, field: str) -> str:
    text = text.strip()
    if len(text) < 10:
        raise Invalid("Say it in a sentence at least.", field=field)
    if len(text) > LONGEST:
        raise Invalid("Too long: at most %(most)s characters.", field=field, most=LONGEST)
    return text


def _would_have_earned(session: Session, about: Assessment) -> tuple[Money, int, int]:
    """The segment's part of the fee, had it qualified beside those that did; its weight, and that of all."""
    terms = session.get_one(Conversation, about.conversation_id).terms
    others = session.scalars(
        select(Assessment).where(Assessment.conversation_id == about.conversation_id, Assessment.qualified)
    ).all()
    weights = [int(one.facts.get("expert_messages") or 0) or 1 for one in (about, *others)]
    return pay.divide(pay.fee_of(terms), weights)[0], weights[0], sum(weights)


def _earn(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Book what was refused or taken back, from the brand's wallet; a wallet too low owes it, without a limit."""
    gross = Money(dispute.amount_minor, dispute.currency)
    taken = session.get(Earning, dispute.earning_id) if dispute.earning_id is not None else None
    conversation = session.get_one(Conversation, dispute.conversation_id)
    rule, order_id, due, facts = _grounds(session, dispute, conversation, taken, now)
    ledger.lock(
        session,
        booking.accounts_of(
            people=[dispute.person_id], currency=gross.currency, brand_id=dispute.brand_id, more=(K.BRAND_CREDIT,)
        ),
    )  # fmt: skip
    credit.ensure(session, dispute.brand_id, gross, source=("dispute", dispute.id), round=1, now=now, binding=True)
    rounds = session.scalar(
        select(func.max(Earning.round)).where(
            Earning.segment_id == dispute.segment_id, Earning.rule == rule,
            Earning.order_id.is_not_distinct_from(order_id),
        )
    )  # fmt: skip
    ground = Ground(
        rule, dispute.person_id, dispute.brand_id, segment_id=dispute.segment_id,
        conversation_id=dispute.conversation_id, mission_id=conversation.mission_id, order_id=order_id,
        round=(rounds or 0) + 1,
    )  # fmt: skip
    earning = booking.book(
        session, ground, gross, payer=brand(K.BRAND_WALLET, dispute.brand_id, gross.currency),
        commission_bps=int(facts["commission_bps"]), type="dispute_earned", available_on=due, now=now,
        calculation={**facts, "dispute": str(dispute.id)},
    )  # fmt: skip
    dispute.outcome_id = earning.id
    if due <= now:
        booking.release(session, [earning], now=now)
    if order_id is not None:
        sales.settle_returns(session, session.get_one(Order, order_id, with_for_update=True), now=now)
    session.flush()


def _grounds(
    session: Session, dispute: Dispute, conversation: Conversation, taken: Earning | None, now: datetime
) -> tuple[Rule, UUID | None, datetime, dict[str, Any]]:
    """Under which rule it is earned, by which order, when it becomes available, and how it is computed."""
    if taken is None:
        _part, weight, weights = _would_have_earned(session, session.get_one(Assessment, dispute.segment_id))
        facts = pay.fee_facts(conversation.terms, weight, weights)
        facts["commission_bps"] = int(conversation.terms["commission_bps"])
        return pay.rule_of(conversation.terms), None, now, facts
    rule = Rule.SALE if taken.rule is Rule.SALE_RETURN else taken.rule
    kept = {name: value for name, value in taken.calculation.items() if name not in {"why", "of_minor"}}
    return rule, taken.order_id, taken.available_on if taken.order_id is not None else now, kept
