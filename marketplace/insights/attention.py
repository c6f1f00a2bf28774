"""What waits for an operator: counted, each with the page that shows the rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.insights.machine import OVERDUE
from marketplace.mail.queries import count_failed
from marketplace.questions.models import Question


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits: `name` is failed_jobs, failed_mail or overdue_questions."""

    name: str
    count: int
    endpoint: str
    values: dict[str, str]


def items(session: Session, *, now: datetime | None = None) -> list[Item]:
    """What waits now; nothing is listed with a count of zero."""
    now = now or utcnow()
    found = [
        Item("failed_jobs", failed_jobs(session), "operator_jobs.index", {"status": "failed"}),
        Item("failed_mail", count_failed(session), "operator_mail.index", {"state": "failed"}),
        Item("overdue_questions", overdue_questions(session, now=now), "operator_questions.index", {"overdue": "1"}),
    ]
    return [item for item in found if item.count]


def failed_jobs(session: Session) -> int:
    """Jobs that were given up."""
    failed = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    return session.scalar(failed) or 0


def overdue_questions(session: Session, *, now: datetime) -> int:
    """Questions that nobody moved on although it was time to."""
    late = select(func.count()).select_from(Question).where(Question.due_at < now - OVERDUE)
    return session.scalar(late) or 0
