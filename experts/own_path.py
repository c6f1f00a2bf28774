"""One question as an expert who was considered for it may read it: his own part in full, the others without names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from experts.models import Decision, Offer
from experts.paths import Considered, Excluded, considered_of
from experts.rules import Exclusion
from marketplace.brands.models import Brand, Category
from marketplace.chat.masking import masked
from marketplace.questions.models import Question


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """One decision. `mine` and `first` hold the parts of the own score and of the first's; none when excluded.

    `excluded` counts everybody whom a rule kept out; `offer` is the own one, if any, and `delay` its seconds.
    """

    decision: Decision
    candidates: int
    mine: Considered | None
    first: Considered | None
    excluded_by: str | None
    excluded: Sequence[Excluded]
    offer: Offer | None
    delay: float | None


@dataclass(frozen=True, slots=True)
class OwnPath:
    """The question's way past one expert. `text` is empty unless it was offered to him."""

    question: Question
    brand: Brand
    category: Category | None
    text: str
    decisions: Sequence[OwnDecision]


def own_path(session: Session, question: Question, person_id: UUID) -> OwnPath:
    """What every decision about `question` saw in this expert."""
    decisions = session.scalars(
        select(Decision).where(Decision.question_id == question.id).order_by(Decision.at, Decision.id)
    )
    offers = session.scalars(
        select(Offer).where(Offer.question_id == question.id, Offer.person_id == person_id).order_by(Offer.made_at)
    ).all()
    found = [_own(decision, offers, str(person_id)) for decision in decisions]
    return OwnPath(
        question=question, brand=session.get_one(Brand, question.brand_id),
        category=session.get(Category, question.category_id) if question.category_id else None,
        text=masked(question.text) if offers else "",
        decisions=[each for each in found if each.mine is not None or each.excluded_by is not None],
    )  # fmt: skip


def _own(decision: Decision, offers: Sequence[Offer], person_id: str) -> OwnDecision:
    rows: Sequence[Mapping[str, Any]] = decision.candidates
    best = max((row.get("total") or 0.0 for row in rows), default=0.0)
    mine = next((row for row in rows if row["person_id"] == person_id), None)
    offer = next((each for each in offers if each.decision_id == decision.id), None)
    order = [*(rule.value for rule in Exclusion), "ranked_lower"]
    return OwnDecision(
        decision=decision, candidates=len(rows),
        mine=considered_of(mine, decision.weights, best) if mine else None,
        first=considered_of(rows[0], decision.weights, best) if rows else None,
        excluded_by=None if mine else next((r for r, people in decision.excluded.items() if person_id in people), None),
        excluded=[Excluded(rule, len(keys), ()) for rule in order if (keys := decision.excluded.get(rule))],
        offer=offer,
        delay=(offer.answered_at - offer.made_at).total_seconds() if offer and offer.answered_at else None,
    )  # fmt: skip
