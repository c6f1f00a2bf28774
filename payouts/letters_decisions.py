"""Mails about decisions on pay: something was refused or taken back, a dispute moved."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.chat.models import Conversation
from marketplace.core.clock import utcnow
from marketplace.mail import outbox
from payouts.disputes import OPEN_WITHIN
from payouts.events import DisputeMoved, EarningTakenBack, PayRefused
from payouts.letters import OLD_NEWS
from payouts.models import Assessment, Dispute, Earning

TO_BRAND = {"open", "uphold", "reject", "expire", "withdraw"}
TO_EXPERT = {"answer", "concede", "uphold", "reject", "expire"}


def on_pay_refused(session: Session, event: PayRefused) -> None:
    """Tell the expert which rule the brand named, and until when he can dispute it."""
    assessment = session.get_one(Assessment, event.segment_id)
    brand_id = session.get_one(Conversation, assessment.conversation_id).brand_id
    code = str(assessment.facts.get("broken_rule") or assessment.reason)
    link = f"/expert/decisions/segments/{event.segment_id}"
    _tell_decision(session, event.person_id, brand_id, code, "", link, at=event.at)


def on_taken_back(session: Session, event: EarningTakenBack) -> None:
    """Tell the expert what was taken back and why, and until when he can dispute it."""
    earning = session.get_one(Earning, event.earning_id)
    assert earning.brand_id is not None, "bonuses of the platform are not taken back"
    link = f"/expert/decisions/earnings/{earning.id}"
    code, because = earning.reversed_rule or "", earning.reversed_because or ""
    _tell_decision(session, event.person_id, earning.brand_id, code, because, link, at=event.at)


def on_dispute_moved(session: Session, event: DisputeMoved) -> None:
    """Tell the side that did not act."""
    if _is_old(event.at):
        return
    dispute = session.get_one(Dispute, event.dispute_id)
    context = {
        "brand": session.get_one(Brand, dispute.brand_id).name, "step": event.action, "code": dispute.rule,
        "amount_minor": dispute.amount_minor, "currency": dispute.currency,
        "due": dispute.due_at.date().isoformat() if dispute.due_at is not None else "",
        "expert": session.get_one(Person, dispute.person_id).name,
    }  # fmt: skip
    if event.action in TO_EXPERT:
        person = session.get_one(Person, dispute.person_id)
        _post(session, person, "dispute", {**context, "to": "expert", "link": f"/expert/disputes/{dispute.id}"})
    if event.action in TO_BRAND:
        for person in _managers(session, dispute.brand_id):
            _post(session, person, "dispute", {**context, "to": "brand", "link": f"/brand/disputes/{dispute.id}"})


def _tell_decision(
    session: Session, person_id: UUID, brand_id: UUID, code: str, because: str, link: str, *, at: datetime
) -> None:
    if _is_old(at):
        return
    context = {
        "brand": session.get_one(Brand, brand_id).name, "code": code, "because": because, "link": link,
        "until": (at + OPEN_WITHIN).date().isoformat(),
    }  # fmt: skip
    _post(session, session.get_one(Person, person_id), "decision", context)


def _post(session: Session, person: Person, template: str, context: dict[str, Any]) -> None:
    outbox.post(
        session, to=person.email, locale=person.locale, template=template, context={**context, "name": person.name},
        now=utcnow(),
    )  # fmt: skip


def _managers(session: Session, brand_id: UUID) -> Iterator[Person]:
    yield from session.scalars(
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(
            Member.brand_id == brand_id, Member.role.in_([Role.OWNER, Role.MANAGER]), Person.disabled_at.is_(None)
        )
    )  # fmt: skip


def _is_old(at: datetime) -> bool:
    return utcnow() - at > OLD_NEWS
