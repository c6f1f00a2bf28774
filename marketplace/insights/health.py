"""`/healthz`: the process answers; `/readyz`: so do the database, its schema and the jobs."""

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.core import schema
from marketplace.core.actors import Audience
from marketplace.core.web import Door, platform, transaction

door = Door("health", __name__, audience=Audience.PUBLIC)

_WORKER = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'")


@door.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(ok=True)


@door.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Each part that must answer before traffic is welcome; 503 names the one that does not."""
    parts = {"database": platform().database.is_ready(), "schema": False, "jobs": False}
    if parts["database"]:
        try:
            parts["schema"] = schema.is_current(platform().database.engine)
            with transaction() as session:
                parts["jobs"] = bool(session.scalar(_WORKER))
        except SQLAlchemyError:
            pass
    ready = all(parts.values())
    return jsonify(ready=ready, **parts), 200 if ready else 503
