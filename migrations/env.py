"""Runs migrations on the connection given by the caller, or on DATABASE_URL. Versions import no application code."""

from alembic import context
from sqlalchemy import Connection, create_engine

config = context.config
connection = config.attributes.get("connection")
metadata = config.attributes.get("metadata")


def run(on: Connection) -> None:
    context.configure(connection=on, target_metadata=metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


if connection is not None:
    run(connection)
else:
    with create_engine(config.get_main_option("sqlalchemy.url", "")).connect() as own:
        run(own)
        own.commit()
