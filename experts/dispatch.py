"""(3) Matched: moves a question on by its clock (`cascade.next_step`), one locked step after another.

Locks are taken in one order: the question, then experts. What an expert's freedom sets in motion happens after the
commit that freed him, in transactions of their own; timers (`due_at`) are the safety net.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import agents, routing
from experts.admission import Turned, at_the_door, in_the_queue, out_of_money
from experts.candidates import free_experts, hold, reach
from experts.cascade import (
    LEAST_PACE,
    AgentsMode,
    Audience,
    OpenOffer,
    Progress,
    QuestionClock,
    Step,
    StepKind,
    next_step,
    pace_of,
)  # fmt: skip
from experts.decisions import decide
from experts.events import ExpertFree, ExpertFull
from experts.models import Expert, Offer
from experts.offers import claim, lapse, make_offer, open_offers, withdraw, withdraw_others
from experts.policy import Overflow
from experts.states import OfferState
from marketplace.brands.missions import terms_of
from marketplace.brands.models import Brand, Category, Mission
from marketplace.core.clock import utcnow
from marketplace.core.db import Database, after_commit
from marketplace.questions.events import EmailLeft, QuestionEnded, QuestionTriaged
from marketplace.questions.models import Question
from marketplace.questions.moves import move, tell_shopper
from marketplace.questions.promise import later_within, promise, usual_wait
from marketplace.questions.states import QuestionAction, QuestionState

log = structlog.get_logger()

LOOKS = 3
"""When decisions at the same moment took every candidate that one saw, it looks again, so many times in all."""
MOST_STEPS = 25
"""More steps than this at one moment would be a fault of the clock."""

_WAITING = {QuestionState.TRIAGED, QuestionState.WAITING, QuestionState.OFFERED}


def on_triaged(session: Session, event: QuestionTriaged) -> None:
    """Look for somebody at once, in the transaction of the question itself."""
    question = session.get_one(Question, event.question_id)
    now = question.asked_at
    policy = routing.current(session, question.brand_id).policy
    question.live_until = now + timedelta(seconds=policy.cascade.live_window)
    turned = at_the_door(session, question, policy, now=now)
    if turned is None:
        advance(session, question, now=now)
        if question.state is not QuestionState.WAITING or question.later_since is not None:
            return
        turned = out_of_money(session, question) or in_the_queue(session, question, policy)
    if turned is not None:
        _turn_away(session, question, turned, now=now)
    elif not agents.anybody_at_work(session, question, policy.cascade.agents, now=now):
        _go_later(session, question, now=now)
    advance(session, question, now=now)


def on_email_left(session: Session, event: EmailLeft) -> None:
    """Once an address is there, the promise is dated."""
    question = session.get_one(Question, event.question_id)
    if question.answer_by is None:
        question.answer_by = question.asked_at + later_within(session, question.brand_id, now=question.asked_at)
        _tell(session, question, now=question.asked_at)


def on_ended(session: Session, event: QuestionEnded) -> None:
    """Nobody is asked any more."""
    question = session.get_one(Question, event.question_id)
    withdraw_others(session, question, but=None, why="withdrawn", now=question.ended_at or utcnow())


def on_expert_free(session: Session, event: ExpertFree) -> None:
    """Somebody came free: the oldest question that waits for such a person is offered at once, after the commit."""
    database: Database = session.info["database"]
    after_commit(session, lambda: drain(database, event.person_id))


def on_expert_full(session: Session, event: ExpertFull) -> None:
    """Whoever waits for an offer that can no longer be taken is moved on at once, after the commit."""
    database: Database = session.info["database"]
    after_commit(session, lambda: release(database, event.person_id))


def release(database: Database, person_id: UUID) -> None:
    """Take back the live offers of an expert who is full, and ask somebody else."""
    with database.unit_of_work() as session:
        open_to_him = select(Offer.question_id).where(Offer.person_id == person_id, Offer.state == "made", Offer.live)
        waiting = list(session.scalars(open_to_him))

    def work(session: Session, question_id: UUID) -> None:
        question = session.scalars(select(Question).where(Question.id == question_id).with_for_update()).one()
        now = utcnow()
        his = [offer for offer in open_offers(session, question.id) if offer.person_id == person_id and offer.live]
        withdraw(session, his, why="withdrawn", now=now)
        if question.state in _WAITING:
            advance(session, question, now=now)

    for question_id in waiting:
        database.run(partial(work, question_id=question_id))


_FOR_EXPERT = text(
    """
    SELECT q.id, q.brand_id, open.since FROM question q
    LEFT JOIN LATERAL (
        SELECT min(o.made_at) AS since FROM offer o WHERE o.question_id = q.id AND o.state = 'made'
           AND o.enrolment_id IS NOT NULL) AS open ON true
    WHERE q.state IN ('waiting', 'offered') AND (EXISTS (
        SELECT 1 FROM agent_seat s JOIN expert e ON e.person_id = s.person_id
        WHERE s.person_id = :person AND s.brand_id = q.brand_id AND q.language = ANY(e.languages))
      OR EXISTS (
        SELECT 1 FROM expert_pool p WHERE p.person_id = :person AND p.language = q.language AND (
            p.category_id = q.category_id
            OR (q.category_id IS NULL AND p.category_id IN (SELECT id FROM category c WHERE c.brand_id = q.brand_id))
            OR (q.widened AND EXISTS (
                SELECT 1 FROM category own JOIN category pc ON pc.id = p.category_id
                WHERE own.id = q.category_id AND (pc.id = own.parent_id OR pc.parent_id = own.parent_id))))))
      AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.question_id = q.id AND o.person_id = :person)
    ORDER BY q.state = 'offered', q.asked_at LIMIT 10
    """
)


def drain(database: Database, person_id: UUID) -> None:
    """Offer waiting questions to an expert who came free, oldest first, until he has a live offer open.

    While another's offer is too young for anybody to be asked beside him, a question is left to its timer.
    """
    now = utcnow()
    with database.unit_of_work() as session:
        found = session.execute(_FOR_EXPERT, {"person": person_id}).all()
        waiting = [row.id for row in found if row.since is None or row.since <= _hedged(session, row.brand_id, now)]
    for question_id in waiting:
        if _step(database, question_id, wait_for_lock=True):
            with database.unit_of_work() as session:
                busy = select(Offer.id).where(Offer.person_id == person_id, Offer.state == "made", Offer.live)
                if session.scalar(busy) is not None:
                    return


def _hedged(session: Session, brand_id: UUID, now: datetime) -> datetime:
    """Nobody is asked beside an expert whose offer was made after this moment."""
    return now - timedelta(seconds=LEAST_PACE * routing.current(session, brand_id).policy.cascade.first_hedge)


def sweep(database: Database) -> None:
    """Move on whatever is due; several workers share the work by skipping what another holds."""
    while True:
        with database.unit_of_work() as session:
            due = select(Question.id).where(Question.due_at <= utcnow()).order_by(Question.due_at).limit(100)
            ids = list(session.scalars(due))
        moved = sum(_step(database, question_id, wait_for_lock=False) for question_id in ids)
        if len(ids) < 100 or not moved:
            return


def _step(database: Database, question_id: UUID, *, wait_for_lock: bool, again: bool = True) -> bool:
    def work(session: Session) -> bool:
        query = select(Question).where(Question.id == question_id).with_for_update(skip_locked=not wait_for_lock)
        question = session.scalar(query)
        if question is None or question.state not in _WAITING:
            return False
        advance(session, question, now=utcnow(), again=again)
        return True

    return database.run(work)


def _look_again(database: Database, question_id: UUID) -> None:
    _step(database, question_id, wait_for_lock=False, again=False)


def advance(session: Session, question: Question, *, now: datetime, again: bool = True) -> None:
    """Do for a question (held locked) whatever is due, until its clock says when to look again.

    A question that begins to wait, or had to pass over somebody whom another decision held, is looked at once more
    after the commit: whoever came free in the meantime could not see it yet, and whoever comes free later does (a lost
    wake-up otherwise, until the next timer).
    """
    policy = routing.current(session, question.brand_id).policy.cascade
    someone, agent = True, policy.agents is not AgentsMode.NONE
    was_waiting, passed_over = question.state is QuestionState.WAITING, False
    category = session.get(Category, question.category_id) if question.category_id else None
    for _ in range(MOST_STEPS):
        if question.state not in _WAITING:
            return
        clock = _clock(session, question, category, candidates=someone, agent=agent)
        step = next_step(policy, clock, now)
        match step.kind:
            case StepKind.LAPSE:
                over = [offer for offer in open_offers(session, question.id) if offer.expires_at <= now]
                lapse(session, over, now=now, pause_after=policy.pause_after_missed)
                _settle_state(session, question, now=now)
            case StepKind.OFFER:
                made, passed_over = (_offer_agent if step.agent else _offer_one)(session, question, step, now=now)
                someone, agent = someone and (made or step.agent), agent and (made or not step.agent)
            case StepKind.WIDEN:
                question.widened = True
                someone = True
            case StepKind.GO_LATER:
                _go_later(session, question, now=now)
            case StepKind.OPEN_TO_ALL:
                question.open_to_all = True
            case StepKind.EXPIRE:
                withdraw_others(session, question, but=None, why="withdrawn", now=now)
                move(session, question, QuestionAction.EXPIRE, by="system", now=now, reason="nobody_in_time")
                _tell(session, question, now=now)
                return
            case StepKind.WAIT | StepKind.DONE:
                if question.open_to_all and _offer_anybody(session, question, step, someone, agent, now):
                    continue
                _settle_state(session, question, now=now, count=len(clock.open_offers))
                question.due_at = step.until
                session.flush()
                again = again and (passed_over or not was_waiting)
                if again and question.state is QuestionState.WAITING:
                    after_commit(session, partial(_look_again, session.info["database"], question.id))
                return
    log.error("question_clock_runs_wild", question=str(question.id))
    question.due_at = now + timedelta(seconds=30)


def _clock(
    session: Session, question: Question, category: Category | None, *, candidates: bool, agent: bool
) -> QuestionClock:  # fmt: skip
    offers = session.execute(
        select(Offer.made_at, Offer.expires_at, Expert.answer_delay, Offer.enrolment_id.is_(None))
        .join(Expert, Expert.person_id == Offer.person_id)
        .where(Offer.question_id == question.id, Offer.state == OfferState.MADE)
        .order_by(Offer.made_at)
    ).all()
    progress = Progress.LIVE
    if question.later_since is not None:
        progress = Progress.OPEN_TO_ALL if question.open_to_all else Progress.LATER
    later_offers = 0
    if question.later_since is not None:
        to_experts = Offer.enrolment_id.is_not(None)
        made = select(Offer.id).where(
            Offer.question_id == question.id, Offer.made_at >= question.later_since, to_experts
        )
        later_offers = len(session.scalars(made).all())
    return QuestionClock(
        asked_at=question.asked_at, progress=progress, candidates=candidates,
        open_offers=tuple(OpenOffer(made, expires, pace_of(delay), own) for made, expires, delay, own in offers),
        can_widen=category is not None and category.parent_id is not None, widened=question.widened,
        later_since=question.later_since, later_offers=later_offers, agents=agent,
    )  # fmt: skip


def _offer_one(session: Session, question: Question, step: Step, *, now: datetime) -> tuple[bool, bool]:
    """Offer to the best free expert not yet asked; whether there was one, and whether others held all there were."""
    for _ in range(LOOKS):
        seen, offered = _try_offer(session, question, step, now=now)
        if offered or not seen:
            return offered, False
    return False, True


def _try_offer(session: Session, question: Question, step: Step, *, now: datetime) -> tuple[bool, bool]:
    """One look at the pool: whether to look again if nothing came of it, and whether somebody was offered."""
    live = step.audience is Audience.LIVE
    free = free_experts(session, question, categories=reach(session, question), live=live, now=now)
    if not free:
        return False, False
    until = step.until if step.kind is StepKind.OFFER and step.until else now + timedelta(minutes=10)
    decision, best_first = decide(session, question, free, now=now)
    for place, candidate in enumerate(best_first, 1):
        mission = session.get_one(Mission, candidate.mission_id)
        terms = terms_of(mission)
        if not session.info["can_start"](session, question.brand_id, terms):
            decision.excluded = {"budget": [str(each.person_id) for each in best_first]}
            return False, False
        if live and not claim(session, candidate.person_id):
            continue
        if not hold(session, candidate, language=question.language):
            continue
        made = make_offer(
            session, question, person_id=candidate.person_id, enrolment_id=candidate.enrolment_id,
            decision_id=decision.id, rank=place, terms=terms, live=live, now=now, until=until,
        )  # fmt: skip
        if made is not None:
            decision.chosen_id = candidate.person_id
            move(session, question, QuestionAction.OFFER, by="system", now=now, due_at=until)
            _tell(session, question, now=now)
            return True, True
    return True, False


def _offer_anybody(
    session: Session, question: Question, step: Step, someone: bool, agent: bool, now: datetime
) -> bool:  # fmt: skip
    """A question open to all goes to the next expert, else to an agent; whether there was one."""
    if someone and _offer_one(session, question, step, now=now)[0]:
        return True
    return agent and _offer_agent(session, question, step, now=now)[0]


def _offer_agent(session: Session, question: Question, step: Step, *, now: datetime) -> tuple[bool, bool]:
    """The same for the least busy free agent of the brand not yet asked."""
    live = step.audience is Audience.LIVE
    people = agents.free(session, question, live=live, now=now)
    until = step.until if step.kind is StepKind.OFFER and step.until else now + timedelta(minutes=10)
    decision = None
    for place, person_id in enumerate(people, 1):
        if (live and not claim(session, person_id)) or not agents.hold(session, person_id):
            continue
        if decision is None:
            version = routing.current(session, question.brand_id).id
            decision = agents.decide(session, question, people, version, now)
        made = make_offer(
            session, question, person_id=person_id, enrolment_id=None, decision_id=decision.id, rank=place,
            terms=agents.terms(session.get_one(Brand, question.brand_id)), live=live, now=now, until=until,
        )  # fmt: skip
        if made is not None:
            decision.chosen_id = person_id
            move(session, question, QuestionAction.OFFER, by="system", now=now, due_at=until)
            _tell(session, question, now=now)
            return True, False
    return False, bool(people)


def _settle_state(session: Session, question: Question, *, now: datetime, count: int | None = None) -> None:
    """Without an open offer, the question waits; `count` says how many are open, where that is known."""
    if question.state is QuestionState.WAITING:
        return
    if count or (count is None and open_offers(session, question.id)):
        return
    move(session, question, QuestionAction.WAIT, by="system", now=now, due_at=now)
    _tell(session, question, now=now)


def _go_later(session: Session, question: Question, *, now: datetime, turned: Turned | None = None) -> None:
    question.later_since = now
    question.live_until = min(question.live_until or now, now)
    opens_at = turned.opens_at if turned is not None and turned.opens_at is not None else question.asked_at
    question.answer_by = opens_at + later_within(session, question.brand_id, now=now)
    _settle_state(session, question, now=now)
    _tell(session, question, now=now, **(_words(session, question, turned) if turned is not None else {}))


def _turn_away(session: Session, question: Question, turned: Turned, *, now: datetime) -> None:
    """Not live now: kept for later, or ended with the brand's own words and its help page."""
    question.triage = {**question.triage, "turned": turned.why, "notice": _words(session, question, turned)["notice"]}
    if turned.instead is Overflow.LATER:
        _go_later(session, question, now=now, turned=turned)
        return
    move(session, question, QuestionAction.EXPIRE, by="system", now=now, reason=turned.why)
    brand = session.get_one(Brand, question.brand_id)
    words = {**_words(session, question, turned), "help_url": brand.help_url, "help_email": brand.help_email}
    tell_shopper(session, question, promise={"kind": "none"}, **words)


def _words(session: Session, question: Question, turned: Turned) -> dict[str, str]:
    notice = routing.current(session, question.brand_id).policy.notice(question.language)
    return {"reason": turned.why, "notice": notice}


def _tell(session: Session, question: Question, *, now: datetime, **more: str) -> None:
    asked = len(session.scalars(select(Offer.id).where(Offer.question_id == question.id)).all())
    live = question.later_since is None
    seconds = usual_wait(session, question.brand_id, now=now) if live else None
    told = promise(
        seconds=seconds, live_until=question.live_until if live else None,
        answer_by=None if live else question.answer_by, now=now,
    )  # fmt: skip
    tell_shopper(session, question, promise=told, asked=asked, **more)
