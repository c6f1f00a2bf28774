"""Jobs of the shopper's door."""

from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import Platform
from marketplace.widget.pressure import forget_spent


def forget_spent_proofs(parts: Platform, *, timestamp: int) -> None:  # noqa: ARG001 - periodic jobs are told the time
    """Proofs of work that have expired."""
    with parts.database.unit_of_work() as session:
        forget_spent(session, now=utcnow())


TASKS = (Task("widget.forget_spent_proofs", forget_spent_proofs, cron="*/10 * * * *"),)
