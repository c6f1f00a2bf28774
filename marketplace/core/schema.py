"""The schema: Alembic's migrations and Procrastinate's own tables, applied to an empty or older database."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine

ROOT = Path(__file__).resolve().parents[2]


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    if connection is not None:
        settings.attributes["connection"] = connection
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision. Several processes may start at once: one migrates, others wait."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(727274)"))
        command.upgrade(config(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest revision."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
