"""(6) Earned: a conversation's fee is held when it starts, and earned or given back when it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.core.clock import new_id
from marketplace.core.errors import Conflict
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.core.settings import Settings
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from payouts import ledger, pay, wallet
from payouts.chart import AccountKind, brand, expert, platform
from payouts.events import EarningPosted, WalletLow
from payouts.ledger import Entry, moved
from payouts.models import Assessment, Earning, Hold, Payout, WalletSettings
from payouts.pay import Facts, Reason, Share
from payouts.states import EARNING, EarningAction, EarningState, PayoutState

K = AccountKind
RULE_CONVERSATION = "conversation"
BATCH = 500
WARN_BELOW = 2_000
"""Minor units of free money below which owners are warned, unless they chose otherwise."""


class InPayout(Conflict):
    """The earning is on its way to the expert's account."""

    code = "in_payout"
    message = "This earning is in a payout that is not settled yet."


class _AboutConversation(Protocol):
    @property
    def conversation_id(self) -> UUID: ...


def on_conversation_opened(session: Session, event: _AboutConversation) -> None:
    """Hold the fee. Raises `WalletShort` or `CapReached`: then the conversation does not start."""
    conversation = session.get_one(Conversation, event.conversation_id)
    if not _is_paid(conversation):
        return
    now = conversation.opened_at
    wallet.hold(
        session, conversation_id=conversation.id, brand_id=conversation.brand_id, terms=conversation.terms, now=now
    )
    _warn_when_low(session, conversation.brand_id, str(conversation.terms["currency"]), now)


def on_conversation_closed(session: Session, event: _AboutConversation) -> None:
    """Post what was earned, give back the rest, and keep the reason of each decision. Once per conversation."""
    conversation = session.get_one(Conversation, event.conversation_id)
    if not _is_paid(conversation) or conversation.closed_at is None:
        return
    if session.scalar(select(Assessment.segment_id).where(Assessment.conversation_id == conversation.id).limit(1)):
        return
    now = conversation.closed_at
    qualified = _assess(session, conversation, now)
    held = session.scalar(select(Hold).where(Hold.conversation_id == conversation.id).with_for_update())
    fee = pay.fee_of(conversation.terms)
    if not qualified or not fee or held is None:
        if held is not None:
            wallet.resolve(session, held, spent=Money(0, held.currency), now=now)
        return
    window = timedelta(hours=_settings(session).earning_window_hours)
    weights = [segment.messages or 1 for segment in qualified]
    _lock_accounts(session, conversation.brand_id, fee.currency, [segment.person_id for segment in qualified])
    for segment, part, weight in zip(qualified, pay.divide(fee, weights), weights, strict=True):
        if part:
            _earn(session, conversation, segment, part, weight, weights, available_on=now + window)
    wallet.resolve(session, held, spent=fee, now=now)
    if not window:
        release_due(session, now=now, conversation_id=conversation.id)


def release_due(session: Session, *, now: datetime, conversation_id: UUID | None = None, limit: int = BATCH) -> int:
    """Make available what has passed its quality window; how many. Workers may run it side by side."""
    due = select(Earning).where(Earning.state == EarningState.PENDING, Earning.available_on <= now)
    if conversation_id is not None:
        due = due.where(Earning.conversation_id == conversation_id)
    rows = session.scalars(due.order_by(Earning.available_on).limit(limit).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    ledger.lock(
        session,
        [
            expert(kind, earning.person_id, earning.currency)
            for earning in rows
            for kind in (K.EXPERT_PENDING, K.EXPERT_AVAILABLE)
        ],
    )
    for earning in rows:
        earning.state = EARNING.after(earning.state, EarningAction.RELEASE)
        ledger.post(
            session, key=f"release:{earning.id}", type="earning_released", source_type="earning",
            source_id=earning.id, event_at=max(earning.available_on, earning.earned_at), now=now,
            entries=moved(
                earning.net_minor, debit=expert(K.EXPERT_PENDING, earning.person_id, earning.currency),
                credit=expert(K.EXPERT_AVAILABLE, earning.person_id, earning.currency),
            ),
        )  # fmt: skip
    session.flush()
    return len(rows)


def take_back(session: Session, earning: Earning, *, because: str, now: datetime) -> None:
    """Return an earning, held locked by the caller, to the brand. What was paid already becomes the expert's debt.

    Raises `InPayout` while a transfer of it is under way, `ForbiddenMove` the second time.
    """
    if earning.payout_id is not None and earning.state is EarningState.AVAILABLE:
        payout = session.get_one(Payout, earning.payout_id)
        if payout.state in {PayoutState.PREPARED, PayoutState.SUBMITTED}:
            raise InPayout
    source = {
        EarningState.PENDING: K.EXPERT_PENDING,
        EarningState.AVAILABLE: K.EXPERT_AVAILABLE,
        EarningState.PAID: K.EXPERT_RECEIVABLE,
    }.get(earning.state, K.EXPERT_PENDING)
    earning.state = EARNING.after(earning.state, EarningAction.REVERSE)
    earning.reversed_because = because[:300]
    earning.paid_at = None
    ledger.post(
        session, key=f"take_back:{earning.id}", type="earning_taken_back", source_type="earning",
        source_id=earning.id, event_at=now, now=now, reverses=ledger.find(session, earning_key(earning)),
        entries=(
            Entry(expert(source, earning.person_id, earning.currency), earning.net_minor),
            Entry(platform(K.REVENUE_COMMISSION, earning.currency), earning.commission_minor),
            Entry(platform(K.VAT_PAYABLE, earning.currency), earning.vat_minor),
            Entry(brand(K.BRAND_WALLET, earning.brand_id, earning.currency), -earning.gross_minor),
        ),
    )  # fmt: skip
    session.flush()


def earning_key(earning: Earning) -> str:
    """Under which key the earning was booked: one per segment and rule."""
    return f"earn:{earning.segment_id}:{earning.rule}"


def _lock_accounts(session: Session, brand_id: UUID, currency: str, people: Sequence[UUID]) -> None:
    """All that closing a conversation may touch."""
    own = [expert(kind, person, currency) for person in people for kind in (K.EXPERT_PENDING, K.EXPERT_AVAILABLE)]
    shared = [platform(K.REVENUE_COMMISSION, currency), brand(K.BRAND_HELD, brand_id, currency)]
    ledger.lock(session, [*own, *shared, brand(K.BRAND_WALLET, brand_id, currency)])


def _is_paid(conversation: Conversation) -> bool:
    """Conversations served by the brand's own agents carry no pay."""
    return conversation.mission_id is not None and bool(conversation.terms.get("currency"))


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings


def _assess(session: Session, conversation: Conversation, now: datetime) -> list[Segment]:
    """Judge each segment, keep why, and return those that qualified, in the order served."""
    segments = session.scalars(
        select(Segment).where(Segment.conversation_id == conversation.id).order_by(Segment.opened_at, Segment.id)
    ).all()
    state = session.scalar(select(Question.state).where(Question.id == conversation.question_id))
    broken = session.scalar(
        select(ConversationEvent.data["broken_rule"].astext)
        .where(ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.CLOSED)
        .limit(1)
    )
    qualified = []
    for segment in segments:
        written, replies = _counts(session, segment, segments)
        named = (broken or "") if segment is segments[-1] else ""  # who served at the end, not those before
        facts = Facts(
            served_by=segment.kind, messages=written, replies=replies, close_reason=conversation.close_reason,
            redirected=state is QuestionState.REDIRECTED, broken_rule=named,
        )  # fmt: skip
        reason = pay.assess(facts)
        session.add(
            Assessment(
                segment_id=segment.id, conversation_id=conversation.id, person_id=segment.person_id,
                qualified=reason is Reason.QUALIFIED, reason=reason.value, at=now,
                facts={
                    "expert_messages": written, "shopper_replies": replies, "broken_rule": named,
                    "close_reason": conversation.close_reason.value if conversation.close_reason else "",
                },
            )
        )  # fmt: skip
        if reason is Reason.QUALIFIED:
            qualified.append(segment)
    session.flush()
    return qualified


def _counts(session: Session, segment: Segment, segments: Sequence[Segment]) -> tuple[int, int]:
    """How many messages the person wrote in the segment, and the shopper after the first of them."""
    later = [other.first_seq for other in segments if other.first_seq > segment.first_seq]
    part = (
        ConversationEvent.conversation_id == segment.conversation_id,
        ConversationEvent.kind == EventKind.MESSAGE,
        ConversationEvent.seq >= segment.first_seq,
        *((ConversationEvent.seq < min(later),) if later else ()),
    )
    own = (*part, ConversationEvent.person_id == segment.person_id, ConversationEvent.author != AuthorKind.SHOPPER)
    written, first = session.execute(select(func.count(), func.min(ConversationEvent.seq)).where(*own)).one()
    if not written:
        return 0, 0
    replies = session.scalar(
        select(func.count())
        .select_from(ConversationEvent)
        .where(*part[:2], ConversationEvent.author == AuthorKind.SHOPPER, ConversationEvent.seq > first)
    )
    return int(written), int(replies or 0)


def _earn(
    session: Session, conversation: Conversation, segment: Segment, gross: Money, weight: int, weights: list[int],
    *, available_on: datetime,
) -> None:  # fmt: skip
    terms: dict[str, Any] = conversation.terms
    share = pay.split(gross, commission_bps=int(terms["commission_bps"]))
    now = conversation.closed_at
    assert now is not None
    earning = Earning(
        id=new_id(), segment_id=segment.id, conversation_id=conversation.id, brand_id=conversation.brand_id,
        mission_id=conversation.mission_id, person_id=segment.person_id, rule=RULE_CONVERSATION,
        currency=gross.currency, gross_minor=share.gross.minor, commission_minor=share.commission.minor,
        vat_minor=share.vat.minor, net_minor=share.net.minor, state=EarningState.PENDING, earned_at=now,
        available_on=available_on,
        calculation={
            "pay_minor": int(terms.get("pay_minor") or 0), "floor_minor": int(terms.get("floor_minor") or 0),
            "base_minor": pay.fee_of(terms).minor, "weight": weight, "weights": sum(weights),
            "commission_bps": int(terms["commission_bps"]), "vat_bps": 0, "vat_mode": pay.VatMode.EXCLUSIVE.value,
        },
    )  # fmt: skip
    session.add(earning)
    ledger.post(
        session, key=earning_key(earning), type="conversation_earned", source_type="earning", source_id=earning.id,
        entries=_lines(earning, share), event_at=now, now=now,
    )  # fmt: skip
    publish(session, EarningPosted(earning.id, earning.person_id))


def _lines(earning: Earning, share: Share) -> tuple[Entry, ...]:
    currency = earning.currency
    return (
        Entry(brand(K.BRAND_HELD, earning.brand_id, currency), share.gross.minor),
        Entry(expert(K.EXPERT_PENDING, earning.person_id, currency), -share.net.minor),
        Entry(platform(K.REVENUE_COMMISSION, currency), -share.commission.minor),
        Entry(platform(K.VAT_PAYABLE, currency), -share.vat.minor),
    )


def _warn_when_low(session: Session, brand_id: UUID, currency: str, now: datetime) -> None:
    limits = session.get(WalletSettings, brand_id)
    if limits is None:
        limits = WalletSettings(brand_id=brand_id, month_cap_minor=None, warn_below_minor=WARN_BELOW, warned_at=None)
    free = ledger.balance(session, brand(K.BRAND_WALLET, brand_id, currency))
    if limits.warned_at is None and free < limits.warn_below_minor:
        limits.warned_at = now
        session.add(limits)
        session.flush()
        publish(session, WalletLow(brand_id, currency))
