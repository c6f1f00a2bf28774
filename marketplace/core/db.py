"""The database: typed declarative base, the session and the one transaction of an edge."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
from psycopg import Error as PsycopgError
from sqlalchemy import BigInteger, DateTime, Enum, MetaData, String, Text, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

from marketplace.core.clock import new_id

log = structlog.get_logger()
T = TypeVar("T")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Minor = Annotated[int, mapped_column(BigInteger)]
"""An amount in minor units; its currency stands in a column beside it."""
Currency = Annotated[str, mapped_column(String(3))]
Short = Annotated[str, mapped_column(String(120))]
Line = Annotated[str, mapped_column(String(300))]
Prose = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
JsonList = Annotated[list[Any], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """Every table. Times are UTC `timestamptz`; enums are stored by value as text with a CHECK."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True)}


def state_column(enum: type[StrEnum]) -> Enum:
    """A state stored by value, refused by a CHECK when it is none of the enum's."""
    return Enum(
        enum,
        name=enum.__name__.lower(),
        native_enum=False,
        length=24,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
    )


_PAUSE = 2.0
"""Seconds after which an idle connection is tried before it is used: the server may have been restarted."""


def _ping_after_a_pause(engine: Engine) -> None:
    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < _PAUSE:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except PsycopgError as error:
            raise DisconnectionError from error


_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock: PostgreSQL asks to try again


class Database:
    """One engine and how sessions are made from it. `info` travels with each session (story, jobs, emitter)."""

    def __init__(self, url: str, *, pool: int = 20, info: dict[str, Any] | None = None, bind: Any = None):
        self.url = url
        self.info = info if info is not None else {}
        self.engine: Engine = (
            bind.engine
            if bind is not None
            else create_engine(sqlalchemy_url(url), pool_size=pool, max_overflow=pool, pool_recycle=1_800)
        )
        if bind is None:
            _ping_after_a_pause(self.engine)
        self._sessions = sessionmaker(
            bind if bind is not None else self.engine,
            expire_on_commit=False,
            info=self.info,
            join_transaction_mode="create_savepoint" if bind is not None else "conditional_savepoint",
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """The transaction of one edge: commits at the end, rolls back on any error.

        What services asked to happen after the commit happens then, best effort: clients can always resync.
        """
        with self._sessions() as session:
            session.info["after_commit"] = []
            session.info["database"] = self
            yield session
            session.commit()
            hooks = session.info.pop("after_commit", [])
        for hook in hooks:
            try:
                hook()
            except Exception:
                log.exception("after_commit_failed")

    def run(self, work: Callable[[Session], T], *, attempts: int = 6) -> T:
        """`work` inside a unit of work, done again on a deadlock, a serialization failure or a lost connection."""
        for attempt in range(1, attempts + 1):
            try:
                with self.unit_of_work() as session:
                    return work(session)
            except DBAPIError as error:
                retryable = error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RETRYABLE
                if attempt == attempts or not retryable:
                    raise
        raise AssertionError("unreachable")

    def is_ready(self) -> bool:
        """Whether the server answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True


def after_commit(session: Session, hook: Callable[[], None]) -> None:
    """Run `hook` once the edge's transaction has committed; never when it rolls back."""
    session.info.setdefault("after_commit", []).append(hook)


def sqlalchemy_url(url: str) -> str:
    """The same address with the psycopg 3 driver named."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme.split("+")[0] in {"postgres", "postgresql"} else url


def psycopg_url(url: str) -> str:
    """The same address as libpq wants it."""
    return "postgresql://" + url.partition("://")[2]
