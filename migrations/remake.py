"""Rewrites 0001 from the models: `make migration`. After the first release 0001 is frozen and this file goes."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from alembic import command
from alembic.script import Script
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marketplace.core.db import Base, sqlalchemy_url
from marketplace.core.schema import config

HERE = Path(__file__).resolve().parent


def main() -> None:
    for path in sorted(HERE.parent.glob("*/models*.py")) + sorted(HERE.parent.glob("marketplace/*/models*.py")):
        importlib.import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))
    url = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1/postgres")
    scratch = f"comptoir_remake_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {scratch}")
    try:
        for old in (HERE / "versions").glob("0001_*.py"):
            old.unlink()
        base, _, _ = url.rpartition("/")
        engine = create_engine(sqlalchemy_url(f"{base}/{scratch}"))
        with engine.connect() as connection:
            settings = config(connection)
            settings.attributes["metadata"] = Base.metadata
            settings.set_main_option("version_locations", str(HERE / "empty"))
            script = command.revision(
                settings, "tables", autogenerate=True, rev_id="0001", version_path=str(HERE / "empty")
            )
        engine.dispose()
        assert isinstance(script, Script)
        made = Path(script.path)
        made.rename(HERE / "versions" / "0001_tables.py")
        (HERE / "empty").rmdir() if not any((HERE / "empty").iterdir()) else None
        formatter = [sys.executable, "-m", "ruff", "format", "-q", str(HERE / "versions" / "0001_tables.py")]
        subprocess.run(formatter, check=False)  # noqa: S603
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {scratch} WITH (FORCE)")


if __name__ == "__main__":
    main()
