"""(6) Earned: a conversation's fee is held when it starts, and earned or given back when it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.chat.conduct import ConductRule
from marketplace.chat.models import Conversation, ConversationEvent, Segment
from marketplace.chat.states import AuthorKind, EventKind
from marketplace.core.errors import Conflict
from marketplace.core.events import publish
from marketplace.core.money import Money
from marketplace.core.settings import Settings
from marketplace.questions.models import Question
from marketplace.questions.states import QuestionState
from payouts import alerts, booking, ledger, pay, wallet
from payouts.booking import Ground
from payouts.chart import AccountKind, brand, expert, platform
from payouts.events import EarningTakenBack, PayRefused
from payouts.ledger import Entry
from payouts.models import Assessment, Earning, Hold, Payout
from payouts.pay import Facts, Reason
from payouts.states import EARNING, EarningAction, EarningState, PayoutState, Rule

K = AccountKind
BATCH = 500


class InPayout(Conflict):
    """The earning is on its way to the expert's account."""

    code = "in_payout"
    message = "This earning is in a payout that is not settled yet."


class NotOfAConversation(Conflict):
    """Only what a conversation earned can be taken back so."""

    code = "not_of_a_conversation"
    message = "Only the pay of a conversation or the share of a sale can be taken back."


class _AboutConversation(Protocol):
    @property
    def conversation_id(self) -> UUID: ...


def on_conversation_opened(session: Session, event: _AboutConversation) -> None:
    """Hold the fee. Raises `WalletShort`, `CapReached` or `Disputed`: then the conversation does not start."""
    conversation = session.get_one(Conversation, event.conversation_id)
    if not _is_paid(conversation):
        return
    now = conversation.opened_at
    wallet.hold(
        session, conversation_id=conversation.id, brand_id=conversation.brand_id, terms=conversation.terms, now=now
    )
    alerts.warn_when_low(session, conversation.brand_id, pay.fee_of(conversation.terms), now=now)


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
    people = [segment.person_id for segment in qualified]
    ledger.lock(
        session,
        booking.accounts_of(people=people, currency=fee.currency, brand_id=conversation.brand_id, more=(K.BRAND_HELD,)),
    )
    for segment, part, weight in zip(qualified, pay.divide(fee, weights), weights, strict=True):
        if part:
            _earn(session, conversation, segment, part, weight, weights, available_on=now + window)
    wallet.resolve(session, held, spent=fee, now=now)
    if not window:
        release_due(session, now=now, conversation_id=conversation.id)


def release_due(session: Session, *, now: datetime, conversation_id: UUID | None = None, limit: int = BATCH) -> int:
    """Make available what has passed its quality window; how many. Workers may run it side by side."""
    due = select(Earning).where(
        Earning.state == EarningState.PENDING, Earning.available_on <= now, Earning.returns_id.is_(None)
    )
    if conversation_id is not None:
        due = due.where(Earning.conversation_id == conversation_id)
    rows = session.scalars(due.order_by(Earning.available_on).limit(limit).with_for_update(skip_locked=True)).all()
    booking.release(session, rows, now=now)
    return len(rows)


def take_back(
    session: Session, earning: Earning, *, because: str, now: datetime, rule: ConductRule | None = None
) -> None:
    """Return an earning, held locked by the caller, to the brand. What was paid already becomes the expert's debt.

    Raises `InPayout` while a transfer of it is under way, `ForbiddenMove` the second time, `NotOfAConversation`
    for a bonus; a share of a sale is taken back by `sales.take_back`.
    """
    if earning.rule not in {Rule.CONVERSATION, Rule.FLOOR} or earning.brand_id is None:
        raise NotOfAConversation
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
    earning.reversed_because, earning.reversed_at = because[:300], now
    earning.reversed_rule = rule.value if rule is not None else None
    earning.paid_at = None
    ledger.post(
        session, key=f"take_back:{earning.id}", type="earning_taken_back", source_type="earning",
        source_id=earning.id, event_at=now, now=now, reverses=ledger.find(session, booking.key_of(earning)),
        entries=(
            Entry(expert(source, earning.person_id, earning.currency), earning.net_minor),
            Entry(platform(K.REVENUE_COMMISSION, earning.currency), earning.commission_minor),
            Entry(platform(K.VAT_PAYABLE, earning.currency), earning.vat_minor),
            Entry(brand(K.BRAND_WALLET, earning.brand_id, earning.currency), -earning.gross_minor),
        ),
    )  # fmt: skip
    session.flush()
    publish(session, EarningTakenBack(earning.id, earning.person_id, now))


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
    qualified, refused = [], []
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
        elif reason is Reason.RULE_BROKEN:
            refused.append(segment)
    session.flush()
    for segment in refused:
        publish(session, PayRefused(segment.id, segment.person_id, now))
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
    assert conversation.closed_at is not None, "only a closed conversation earns"
    ground = Ground(
        pay.rule_of(terms), segment.person_id, conversation.brand_id, segment_id=segment.id,
        conversation_id=conversation.id, mission_id=conversation.mission_id,
    )  # fmt: skip
    booking.book(
        session, ground, gross, payer=brand(K.BRAND_HELD, conversation.brand_id, gross.currency),
        commission_bps=int(terms["commission_bps"]), calculation=pay.fee_facts(terms, weight, sum(weights)),
        available_on=available_on, now=conversation.closed_at,
    )  # fmt: skip
