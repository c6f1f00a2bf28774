"""The migrations and the models say the same."""

import importlib

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from marketplace.core import schema
from marketplace.core.db import Base


def import_all_models() -> None:
    for pattern in ("*/models*.py", "marketplace/*/models*.py"):
        for path in sorted(schema.ROOT.glob(pattern)):
            importlib.import_module(".".join(path.relative_to(schema.ROOT).with_suffix("").parts))


def test_an_empty_database_upgraded_to_the_newest_revision_equals_the_models(engine: Engine) -> None:
    import_all_models()
    ours = set(Base.metadata.tables)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, kind, _parents: kind != "table" or name in ours},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_import_no_application_code() -> None:
    for path in (schema.ROOT / "migrations" / "versions").glob("*.py"):
        source = path.read_text()
        for package in ("marketplace", "experts", "payouts"):
            assert f"import {package}" not in source, path
            assert f"from {package}" not in source, path
