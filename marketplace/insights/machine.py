"""The machine room: jobs, who runs them, and what waits for a person. The queue's tables are read by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.core.errors import Conflict, NotFound

STATUSES = ("todo", "doing", "failed", "succeeded", "cancelled", "aborted")
PAGE = 50
ALIVE = timedelta(seconds=60)
"""A worker that was silent for longer counts as gone."""
OVERDUE = timedelta(minutes=5)
"""A job or question that should have moved this long ago waits for a person."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `at` is when it last changed; `planned` when it may run, if later than at once."""

    id: int
    task: str
    status: str
    attempts: int
    args: dict[str, Any]
    planned: datetime | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that comes again and again: when it was last put in the queue, and how that run stands."""

    task: str
    cron: str
    last: datetime | None
    status: str


_JOBS = text(
    """
    SELECT j.id, j.task_name AS task, j.status::text AS status, j.attempts, j.args, j.scheduled_at AS planned,
           (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) AS at
    FROM procrastinate_jobs j
    WHERE (:status = '' OR j.status::text = :status) AND (:task = '' OR j.task_name = :task)
      AND (CAST(:before AS bigint) IS NULL OR j.id < :before)
    ORDER BY j.id DESC LIMIT :most
    """
)


def counts(session: Session) -> dict[str, int]:
    """How many jobs stand where, every status named."""
    rows = session.execute(text("SELECT status::text AS status, count(*) AS number FROM procrastinate_jobs GROUP BY 1"))
    found = {row.status: row.number for row in rows}
    return {status: found.get(status, 0) for status in STATUSES}


def find_jobs(session: Session, *, status: str = "", task: str = "", before: int | None = None) -> list[Job]:
    """Newest first, one more than a page holds when there are more."""
    values = {"status": status if status in STATUSES else "", "task": task, "before": before, "most": PAGE + 1}
    return [Job(**row._mapping) for row in session.execute(_JOBS, values)]


def task_names(session: Session) -> list[str]:
    """The names of all jobs that ever were."""
    return list(session.scalars(text("SELECT DISTINCT task_name FROM procrastinate_jobs ORDER BY 1")))


_PERIODIC = text(
    """
    SELECT DISTINCT ON (d.task_name) d.task_name, to_timestamp(d.defer_timestamp) AS last, j.status::text AS status
    FROM procrastinate_periodic_defers d LEFT JOIN procrastinate_jobs j ON j.id = d.job_id
    ORDER BY d.task_name, d.defer_timestamp DESC
    """
)


def periodic(session: Session, crons: dict[str, str]) -> list[Periodic]:
    """The periodic jobs; `crons` maps their names to when they come."""
    rows = {row.task_name: row for row in session.execute(_PERIODIC)}
    found = []
    for task, cron in sorted(crons.items()):
        row = rows.get(task)
        found.append(Periodic(task, cron, row.last if row else None, (row.status or "") if row else ""))
    return found


def heartbeats(session: Session) -> Sequence[datetime]:
    """When each worker last gave a sign of life, latest first."""
    return session.scalars(text("SELECT last_heartbeat FROM procrastinate_workers ORDER BY 1 DESC LIMIT 50")).all()


def retry(session: Session, job_id: int, *, now: datetime) -> None:
    """Put a failed job back into the queue, to run at once. Raises `NotFound`, `Conflict` when it has not failed."""
    status = session.scalar(
        text("SELECT status::text FROM procrastinate_jobs WHERE id = :id FOR UPDATE"), {"id": job_id}
    )
    if status is None:
        raise NotFound
    if status != "failed":
        raise Conflict("Only a failed job can be tried again.")
    values = {"id": job_id, "now": now}
    session.execute(text("SELECT procrastinate_retry_job_v2(:id, :now, NULL, NULL, NULL)"), values)


_OLDEST = text(
    "SELECT min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j "
    "LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' "
    "WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= :now)"
)


def oldest_waiting(session: Session, *, now: datetime) -> float:
    """Seconds that the oldest job which could run has been waiting; 0 when none waits."""
    since: datetime | None = session.scalar(_OLDEST, {"now": now})
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def database_facts(session: Session) -> dict[str, Any]:
    """Version, size in bytes and connections of the database."""
    row = session.execute(
        text(
            "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size, "
            "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections"
        )
    ).one()
    return dict(row._mapping)
