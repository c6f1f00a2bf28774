"""Agents: members of a brand's team who take its questions at a desk of their own; no pay, no reputation (B5).

The desk is a row of `expert` with the person's key, so that capacity, presence and the switch are the same for all; a
person may be an expert of other brands beside. Only the team's own role makes a seat worth anything.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from experts import availability, candidates, routing
from experts.cascade import AgentsMode
from experts.errors import ProfileIncomplete
from experts.events import AvailabilityChanged, ExpertFree
from experts.models import Decision, Expert
from experts.models_routing import AgentSeat
from experts.scoring import RULES_VERSION
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.events import SegmentClosed
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.events import publish
from marketplace.core.locales import LOCALES
from marketplace.questions.models import Question

MOST = 20
"""Free agents looked at for one question, the least busy first."""

_AT_WORK = """
      FROM agent_seat s
      JOIN brand_member m ON m.brand_id = s.brand_id AND m.person_id = s.person_id AND m.role <> 'analyst'
      JOIN expert e ON e.person_id = s.person_id
       AND e.switched_on AND e.paused_because IS NULL AND e.lease_until > :now AND e.on_duty_until > :now
"""
_FREE = text(f"""
    SELECT e.person_id {_AT_WORK}
     WHERE s.brand_id = :brand AND :language = ANY(e.languages) AND e.live < e.capacity
       AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.question_id = :question AND o.person_id = e.person_id)
       AND (NOT :live OR NOT EXISTS (
            SELECT 1 FROM offer o WHERE o.person_id = e.person_id AND o.state = 'made' AND o.live))
     ORDER BY CAST(e.live AS float) / e.capacity, e.idle_since NULLS FIRST, e.person_id LIMIT :most
""")  # no outside text in it
_PRESENT = text(f"""
    SELECT EXISTS (SELECT 1 {_AT_WORK} WHERE s.brand_id = :brand AND :language = ANY(e.languages))
""")
_COUNT = text(f"SELECT count(*) {_AT_WORK} WHERE s.brand_id = :brand AND e.live < e.capacity")
_HOLD = text("""
    SELECT 1 FROM expert WHERE person_id = :person AND live < capacity AND switched_on AND paused_because IS NULL
       FOR NO KEY UPDATE SKIP LOCKED
""")


def take_seat(
    session: Session, brand: Brand, person: Person, *, languages: Sequence[str], capacity: int, now: datetime
) -> Expert:
    """Give a member of the team a desk, or change it. Raises `ProfileIncomplete`."""
    spoken = [language for language in LOCALES if language in languages]
    if not spoken:
        raise ProfileIncomplete("Choose at least one language.", field="languages")
    expert = session.get(Expert, person.id, with_for_update={"key_share": True})
    if expert is None:
        expert = Expert(
            person_id=person.id, public_name=person.name.split(" ")[0], languages=spoken, capacity=capacity,
            is_enthusiast=False, joined_at=now,
        )  # fmt: skip
        session.add(expert)
        session.flush()
    elif not expert.is_enthusiast:
        expert.languages = spoken
    if session.get(AgentSeat, (brand.id, person.id)) is None:
        session.add(AgentSeat(brand_id=brand.id, person_id=person.id, created_at=now))
        session.flush()
    availability.switch(session, expert, on=expert.switched_on, capacity=capacity, now=now)
    availability.review(session, expert, now=now)
    return expert


def leave_seat(session: Session, brand_id: UUID, person_id: UUID) -> None:
    """The member takes no more of the brand's questions; what he serves he goes on serving."""
    seat = session.get(AgentSeat, (brand_id, person_id))
    if seat is not None:
        session.delete(seat)
        session.flush()


def seat_of(session: Session, brand_id: UUID, person_id: UUID | None) -> Expert | None:
    """The desk of a member in this brand, or none."""
    if person_id is None or session.get(AgentSeat, (brand_id, person_id)) is None:
        return None
    return session.get(Expert, person_id)


def at_the_desk(session: Session, actor: Actor) -> Actor:
    """The actor as the workbench's door takes him: whoever has a seat in one of his brands serves like an expert."""
    serves = [brand_id for brand_id, role in actor.brands.items() if role != "analyst"]
    if actor.is_expert or actor.person_id is None or not serves:
        return actor
    seated = exists().where(AgentSeat.person_id == actor.person_id, AgentSeat.brand_id.in_(serves))
    return replace(actor, is_expert=True) if session.scalar(select(seated)) else actor


def free(session: Session, question: Question, *, live: bool, now: datetime) -> list[UUID]:
    """Free agents of the question's brand who speak its language and were not asked yet, the least busy first."""
    values = {
        "brand": question.brand_id, "language": question.language, "question": question.id, "live": live, "now": now,
        "most": MOST,
    }  # fmt: skip
    return list(session.scalars(_FREE, values))


def anybody_at_work(session: Session, question: Question, mode: AgentsMode, *, now: datetime) -> bool:
    """Whether waiting live makes sense: an expert is at work, or an agent where the brand has them asked."""
    if candidates.anybody_present(session, question, now=now):
        return True
    values = {"brand": question.brand_id, "language": question.language, "now": now}
    return mode is not AgentsMode.NONE and bool(session.scalar(_PRESENT, values))


def count_own(session: Session, brand_id: UUID) -> int:
    """How many agents of the brand are free now; none where its policy does not have them asked."""
    if routing.current(session, brand_id).policy.cascade.agents is AgentsMode.NONE:
        return 0
    return int(session.scalar(_COUNT, {"brand": brand_id, "now": utcnow()}) or 0)


def hold(session: Session, person_id: UUID) -> bool:
    """Keep an agent free until this transaction ends; False when he is free no more or another decision holds him."""
    return session.execute(_HOLD, {"person": person_id}).first() is not None


def decide(
    session: Session, question: Question, people: Sequence[UUID], policy_id: UUID | None, now: datetime
) -> Decision:
    """Keep who could be asked, in the order of asking."""
    decision = Decision(
        id=new_id(), question_id=question.id, at=now, rules_version=RULES_VERSION, rule="agents", weights={},
        candidates=[{"person_id": str(key), "rank": rank} for rank, key in enumerate(people, 1)], excluded={},
        widened=question.widened, policy_id=policy_id,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return decision


def terms(brand: Brand) -> dict[str, Any]:
    """What a conversation pays an agent: nothing here."""
    return {
        "mission_id": None, "pay_minor": 0, "floor_minor": 0, "sale_bps": 0, "attribution_hours": 0,
        "currency": brand.currency, "commission_bps": 0,
    }  # fmt: skip


def on_availability(session: Session, event: AvailabilityChanged) -> None:
    """An agent who came free is offered what waits."""
    _announce(session, event.person_id)


def on_segment_closed(session: Session, event: SegmentClosed) -> None:
    """The same at the end of a conversation."""
    _announce(session, event.person_id)


def _announce(session: Session, person_id: UUID) -> None:
    seat = select(AgentSeat.person_id).where(AgentSeat.person_id == person_id).limit(1)
    if session.scalar(seat) is not None:
        publish(session, ExpertFree(person_id))
