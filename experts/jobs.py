"""Jobs of matching."""

from uuid import UUID

from experts.explaining import explain
from marketplace.core.jobs import Task
from marketplace.core.web import Platform


def explain_decision(parts: Platform, *, decision_id: str) -> None:
    """Work out who was excluded by what."""
    with parts.database.unit_of_work() as session:
        explain(session, UUID(decision_id))


TASKS = (Task("matching.explain", explain_decision),)
