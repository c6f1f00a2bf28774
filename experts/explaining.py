"""Why not the others: who of the brand's experts was excluded by what, worked out just after the decision (E11)."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts.candidates import reach
from experts.models import Decision
from experts.rules import CandidateFacts, QuestionFacts, exclusion
from marketplace.questions.models import Question

MOST = 500
"""Experts explained per decision; with more enrolled, the others are counted as not considered."""

_ENROLLED = text(
    """
    SELECT e.person_id, e.languages, e.capacity, e.live, e.switched_on, e.paused_because,
           e.lease_until > :at AS present, coalesce(e.on_duty_until > :at, false) AS on_duty,
           bool_or(n.state = 'active') AS active,
           array_agg(DISTINCT ec.category_id) FILTER (WHERE ec.category_id IS NOT NULL) AS covered,
           array_agg(DISTINCT ec.category_id) FILTER (WHERE ec.certified_at IS NOT NULL) AS certified,
           EXISTS (SELECT 1 FROM offer o WHERE o.person_id = e.person_id AND o.live AND o.made_at <= :at
                   AND o.question_id <> :question AND coalesce(o.answered_at, o.expires_at) > :at) AS other_offer,
           EXISTS (SELECT 1 FROM offer o WHERE o.person_id = e.person_id AND o.question_id = :question
                   AND o.made_at < :at) AS asked
    FROM enrolment n JOIN expert e ON e.person_id = n.person_id
    LEFT JOIN enrolment_category ec ON ec.enrolment_id = n.id
    WHERE n.brand_id = :brand AND n.state IN ('accepted', 'active', 'paused', 'suspended')
    GROUP BY e.person_id LIMIT :most
    """
)

_WITH_ANCESTORS = text(
    """
    WITH RECURSIVE up AS (
        SELECT id, parent_id FROM category WHERE id = ANY(:ids)
        UNION SELECT c.id, c.parent_id FROM category c JOIN up ON c.id = up.parent_id)
    SELECT id FROM up
    """
)


def explain(session: Session, decision_id: UUID) -> None:
    """Fill in `decision.excluded`: {rule: [person id, ...]}, for everybody enrolled who was not a candidate."""
    decision = session.get(Decision, decision_id)
    if decision is None:
        return
    question = session.get_one(Question, decision.question_id)
    wanted = frozenset(str(each) for each in session.scalars(_WITH_ANCESTORS, {"ids": reach(session, question)}))
    considered = {row["person_id"] for row in decision.candidates}
    facts = QuestionFacts(language=question.language, categories=wanted)
    excluded: dict[str, list[str]] = dict(decision.excluded)
    values = {"brand": question.brand_id, "at": decision.at, "question": question.id, "most": MOST}
    for row in session.execute(_ENROLLED, values):
        if str(row.person_id) in considered:
            continue
        candidate = CandidateFacts(
            expert=row.person_id, languages=frozenset(row.languages), capacity=row.capacity, busy=row.live,
            categories=frozenset(map(str, row.covered or ())), certified=frozenset(map(str, row.certified or ())),
            active=row.active, in_hours=row.on_duty, switch=None if row.switched_on else False,
            heartbeat_age=0.0 if row.present else None, open_offers=int(row.other_offer),
            paused=row.paused_because is not None,
        )  # fmt: skip
        rule = "already_asked" if row.asked else exclusion(candidate, facts)
        excluded.setdefault(str(rule) if rule else "ranked_lower", []).append(str(row.person_id))
    decision.excluded = excluded
