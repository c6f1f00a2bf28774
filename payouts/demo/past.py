"""The past, told to the services: a database whose consequences happen at once and reach nobody.

Services receive `now` in the past. What would call the present clock (an expert who came free draws waiting
questions) is left to the teller, sockets stay silent, and jobs are done here instead of being queued.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from experts import explaining
from experts.events import AvailabilityChanged, ExpertFree
from marketplace.chat.later import mail_answer
from marketplace.core.db import Database
from marketplace.core.events import Consequences, Story
from marketplace.core.jobs import Jobs, defer
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from marketplace.mail import outbox
from marketplace.mail.models import Mail
from marketplace.mail.rendering import render


@dataclass(slots=True)
class _Asked:
    """One job that was asked for; stands where Procrastinate's configured task would."""

    name: str
    lock: str | None
    jobs: "Diary"

    def defer(self, **arguments: Any) -> None:
        self.jobs.asked.append((self.name, self.lock, arguments))


@dataclass(slots=True)
class Diary:
    """Jobs asked for in the past, in order, until `settle` does them. It has the shape that `defer` needs."""

    asked: list[tuple[str, str | None, dict[str, Any]]] = field(default_factory=list)

    @property
    def deferring(self) -> "Diary":
        """Itself: `defer` asks the queue's application for a task."""
        return self

    def configure_task(self, name: str, *, lock: str | None = None, **_options: Any) -> _Asked:
        """A task whose `defer` writes into the diary."""
        return _Asked(name, lock, self)


class Keys:
    """UUIDv7 keys (RFC 9562, section 5.7) by seed, in the order of the time told by `at`."""

    def __init__(self, seed: int, at: datetime):
        self.at = at
        self._rng = Random(f"keys:{seed}")
        self._last = 0

    def __call__(self) -> UUID:
        """The next key: 48 bits of milliseconds, 12 bits that count within one, 62 bits by chance."""
        self._last = max(self._last + 1, int(self.at.timestamp() * 1000) << 12)
        moment, number = self._last >> 12, self._last & 0xFFF
        return UUID(int=moment << 80 | 0x7 << 76 | number << 64 | 0b10 << 62 | self._rng.getrandbits(62))


def _silence(event: str, payload: Mapping[str, Any], *, room: str, namespace: str) -> None:
    """Nobody listens to the past."""


_OF_THE_PRESENT = {ExpertFree, AvailabilityChanged}
"""Events that only the present follows up: by drawing waiting questions, or by telling open workbenches."""


def _quiet(story: Story) -> Story:
    return {
        event: Consequences(now=follows.now, later=follows.later)
        for event, follows in story.items()
        if event not in _OF_THE_PRESENT
    }


class Past:
    """The platform's database with a diary for jobs; `close` gives its connections back."""

    def __init__(self, app: Flask, keys: Keys):
        parts: Platform = app.extensions["comptoir"]
        self._app = app
        self.keys = keys
        self.diary = Diary()
        self.settings: Settings = parts.settings
        self.storage = parts.storage
        info = {**parts.database.info, "jobs": self.diary, "emit": _silence}
        info["story"] = _quiet(parts.database.info["story"])
        self._left: dict[str, tuple[str, str | None, dict[str, Any]]] = {}
        self._jobs: Jobs = parts.jobs
        self.database = Database(parts.database.url, pool=2, info=info)

    def settle(self, session: Session, *, now: datetime) -> None:
        """Do what was deferred: mails count as sent at `now` without leaving, decisions are explained."""
        while self.diary.asked:
            asked, self.diary.asked = self.diary.asked, []
            for name, lock, arguments in asked:
                self._do(session, name, lock, arguments, now)

    def _do(self, session: Session, name: str, lock: str | None, arguments: dict[str, Any], now: datetime) -> None:
        if name == outbox.DELIVER:
            outbox.deliver(
                session, UUID(arguments["mail_id"]), attempt=1, render=partial(render, self._app),
                send=_keep_in_the_house, now=now,
            )  # fmt: skip
        elif name == "matching.explain":
            explaining.explain(session, UUID(arguments["decision_id"]))
        elif name == "chat.mail_answer":
            mail_answer(session, UUID(arguments["conversation_id"]), settings=self.settings, now=now)
        else:
            self._left[f"{name} {arguments}"] = (name, lock, arguments)

    def hand_over(self, session: Session) -> None:
        """Queue for the worker, once each, the jobs that are not of the past, such as building a brand's models."""
        session.info["jobs"] = self._jobs
        for name, lock, arguments in self._left.values():
            defer(session, name, lock=lock, **arguments)
        self._left.clear()

    def close(self) -> None:
        """Give the connections back."""
        self.database.engine.dispose()


def _keep_in_the_house(_mail: Mail, _letter: outbox.Letter) -> None:
    """The past's mail is on record and never leaves."""
