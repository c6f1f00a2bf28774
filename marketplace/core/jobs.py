"""Jobs that must happen: Procrastinate, deferred on the session's own connection.

They commit or vanish with the change that asked for them; no outbox of ours is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from sqlalchemy.orm import Session

from marketplace.core.db import psycopg_url


@dataclass(frozen=True, slots=True)
class Task:
    """A job: `run` opens its own transaction through the platform, parses its arguments, calls services.

    `cron` (five fields, or six with seconds first) makes it periodic; it then receives `timestamp` (seconds, UTC).
    """

    name: str
    run: Callable[..., None]
    attempts: int = 8
    cron: str | None = None
    lock: str | None = None


class Jobs:
    """The queue of one database and the tasks it knows."""

    def __init__(self, url: str):
        self.app = App(connector=PsycopgConnector(conninfo=psycopg_url(url)))
        # A worker opens `app` for its event loop; it then refuses the plain connections of sessions in threads beside.
        self.deferring = App(connector=SyncPsycopgConnector(conninfo=psycopg_url(url)))
        self.tasks: dict[str, Task] = {}

    def add(self, task: Task, *context: Any) -> None:
        """Make the task known; `context` is passed to `run` before its keyword arguments."""
        if task.name in self.tasks:
            raise ValueError(f"two jobs are named {task.name}")
        self.tasks[task.name] = task

        def run(**arguments: Any) -> None:
            task.run(*context, **arguments)

        def run_periodic(timestamp: int) -> None:
            task.run(*context, timestamp=timestamp)

        body = run_periodic if task.cron else run
        single = task.name if task.cron else None
        self.deferring.task(name=task.name, lock=task.lock, queueing_lock=single)(body)
        registered = self.app.task(
            name=task.name,
            retry=RetryStrategy(max_attempts=task.attempts, exponential_wait=2),
            lock=task.lock,
            queueing_lock=single,
        )(body)
        if task.cron:
            self.app.periodic(cron=task.cron)(registered)


def defer(
    session: Session, name: str, *, schedule_at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> None:
    """Ask for a job in the session's own transaction. `lock` makes jobs of one name run one after another."""
    jobs: Jobs = session.info["jobs"]
    connection = session.connection().connection.driver_connection
    options: dict[str, Any] = {"schedule_at": schedule_at}
    if lock is not None:
        options["lock"] = lock
    jobs.deferring.configure_task(name, connection=connection, **options).defer(**arguments)
