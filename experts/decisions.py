"""Each decision keeps what it saw: the candidates, the parts of their score, the rules' version, the excluded."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from experts import routing
from experts.candidates import Free
from experts.models import Decision
from experts.scoring import RULES_VERSION, Ranked, is_held_out, rank, rank_evenly
from marketplace.core.clock import new_id
from marketplace.core.jobs import defer
from marketplace.questions.models import Question

KEPT = 10
"""Candidates whose scores are stored with a decision, best first."""


def decide(session: Session, question: Question, free: list[Free], *, now: datetime) -> tuple[Decision, list[Free]]:
    """Rank the free experts, best first, and keep why. Raises `ValueError` for an empty list."""
    if not free:
        raise ValueError("nobody to decide between")
    present = routing.current(session, question.brand_id)
    weights = present.policy.weights
    seed = str(question.id)
    held_out = is_held_out(question.id, weights)
    ranked = (
        rank_evenly([each.person_id for each in free], seed=seed)
        if held_out
        else rank([each.facts for each in free], seed=seed, weights=weights)
    )
    decision = Decision(
        id=new_id(), question_id=question.id, at=now, rules_version=RULES_VERSION,
        rule="random_even" if held_out else "score", weights=asdict(weights),
        candidates=[_kept(each) for each in ranked[:KEPT]], excluded={}, widened=question.widened,
        policy_id=present.id,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    defer(session, "matching.explain", decision_id=str(decision.id))
    by_id = {each.person_id: each for each in free}
    return decision, [by_id[each.expert] for each in ranked]  # type: ignore[index]


def _kept(ranked: Ranked) -> dict[str, Any]:
    kept: dict[str, Any] = {"person_id": str(ranked.expert), "rank": ranked.rank}
    if ranked.score is not None:
        kept |= {name: float(f"{value:.5g}") for name, value in asdict(ranked.score).items()}
    return kept
