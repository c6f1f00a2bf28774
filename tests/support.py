"""What tests share beside fixtures: running deferred jobs, in-process socket clients."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import text

from marketplace.core.web import Platform


class JobRunner:
    """Runs what was deferred, in the order it was, on the database under test."""

    def __init__(self, parts: Platform):
        self._parts = parts

    def waiting(self) -> list[tuple[int, str, dict[str, Any]]]:
        """(id, name, arguments) of the jobs not yet run."""
        with self._parts.database.unit_of_work() as session:
            rows = session.execute(
                text("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
            )
            return [(row.id, row.task_name, row.args) for row in rows]

    def run(self, name: str | None = None) -> list[str]:
        """Run waiting jobs (of one name, or all, including those that they defer); the names that ran."""
        ran: list[str] = []
        while True:
            todo = [job for job in self.waiting() if name is None or job[1] == name]
            if not todo:
                return ran
            for job_id, task_name, arguments in todo:
                with self._parts.database.unit_of_work() as session:
                    session.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": job_id})
                self._parts.jobs.app.tasks[task_name].func(**arguments)
                ran.append(task_name)


class Sockets:
    """Connects in-process Socket.IO clients to any namespace and acts on their behalf."""

    def __init__(self, app: Flask):
        self._app = app
        self._clients: list[Any] = []

    def connect(self, namespace: str, auth: dict[str, Any], *, headers: dict[str, str] | None = None) -> Any:
        """A connected client (`flask_socketio.SocketIOTestClient`); `.is_connected(namespace)` tells a refusal."""
        client = self._app.extensions["sockets"].test_client(
            self._app, namespace=namespace, auth=auth, headers=headers or {}
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            for namespace in list(getattr(client, "connected", {})):
                if client.is_connected(namespace):
                    client.disconnect(namespace)
