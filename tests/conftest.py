"""Real PostgreSQL, migrated once; each test inside a savepoint that is rolled back; the clock is an argument."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app import create_app
from marketplace.core import schema
from marketplace.core.db import Database, sqlalchemy_url
from marketplace.core.launch import embedded
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from tests.support import JobRunner, Sockets

pytest_plugins = ["tests.stripe_server.fixtures"]

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
"""A Wednesday afternoon in Paris."""


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The server under test: DATABASE_URL, or an embedded one of its own below var/."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return url
    return embedded(schema.ROOT / "var" / "test", keep=False)


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """A migrated database that others are copied from."""
    name = f"t_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    engine = create_engine(sqlalchemy_url(_address(server_url, name)))
    schema.upgrade(engine)
    engine.dispose()
    yield name
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _address(server_url: str, name: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def make_database(server_url: str, template: str) -> Iterator[Callable[[], str]]:
    """Copies of the migrated database, dropped at the end: for tests that really commit."""
    made: list[str] = []

    def make() -> str:
        name = f"c_{uuid4().hex[:12]}"
        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return _address(server_url, name)

    yield make
    with psycopg.connect(server_url, autocommit=True) as server:
        for name in made:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def main_url(make_database: Callable[[], str]) -> str:
    """The database of the tests that roll back."""
    return make_database()


@pytest.fixture(scope="session")
def engine(main_url: str) -> Iterator[Engine]:
    engine = create_engine(sqlalchemy_url(main_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def settings(main_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        _env_file=None, environment="test", database_url=main_url, redis_url=None,
        secret_key=SecretStr("tests-only-secret-key-of-sufficient-length"),
        var_dir=tmp_path_factory.mktemp("var"), public_url="http://chat.localhost:5000",
        stripe_secret_key=None, stripe_api_base=None, smtp_url=None,
    )  # fmt: skip


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def database(engine: Engine, shared_app: Flask) -> Iterator[Database]:
    """One connection in one transaction; what code under test commits is a savepoint, rolled back at the end."""
    parts: Platform = shared_app.extensions["comptoir"]
    connection = engine.connect()
    outer = connection.begin()
    database = Database(parts.database.url, info=parts.database.info, bind=connection)
    kept, parts.database = parts.database, database
    yield database
    parts.database = kept
    outer.rollback()
    connection.close()


@pytest.fixture
def app(shared_app: Flask, database: Database) -> Flask:
    return shared_app


@pytest.fixture
def parts(app: Flask) -> Platform:
    found: Platform = app.extensions["comptoir"]
    return found


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session as an edge has it; `commit` is a savepoint, and what was to happen after the commit does."""
    with database.unit_of_work() as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def jobs(parts: Platform) -> JobRunner:
    """Runs the jobs that were deferred in this test."""
    return JobRunner(parts)


@pytest.fixture
def emitted(parts: Platform, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any], str]]:
    """What left through sockets: (namespace, room, payload, event)."""
    heard: list[tuple[str, str, dict[str, Any], str]] = []

    def emit(event: str, payload: Any, *, room: str, namespace: str) -> None:
        heard.append((namespace, room, dict(payload), event))

    monkeypatch.setitem(parts.database.info, "emit", emit)
    return heard


@pytest.fixture
def sockets(app: Flask) -> Iterator[Sockets]:
    """In-process socket clients of the application under test."""
    opened = Sockets(app)
    yield opened
    opened.close()
