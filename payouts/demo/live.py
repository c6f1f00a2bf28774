"""`flask demo live`: simulated shoppers and experts who talk through the real sockets, at a given rate."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import socketio
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import hours
from experts.demo.personas import Persona, personas
from experts.models import Expert
from marketplace.accounts import tokens
from marketplace.accounts.people import find_by_email
from marketplace.brands.models import Brand
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from marketplace.demo.catalogue import demo_brands
from marketplace.demo.dialogues import Dialogue, dialogue
from marketplace.demo.model import DemoBrand, DemoProduct, Lang
from payouts.demo.diary import stars_of
from payouts.demo.play import RATED_SHARE, TOPICS
from payouts.demo.world import demo_experts

PER_BRAND = 6
"""Simulated experts of each brand; those with a published password are left to whoever tries the demonstration."""
BEAT_SECONDS = 15.0
PATIENCE_SECONDS = 200.0
"""How long a simulated shopper waits for somebody."""
CALL_SECONDS = 15
Say = Callable[[str], None]


class NothingToEnlivenError(RuntimeError):
    """The database holds no demonstration."""


@dataclass(slots=True)
class Scene:
    """A question under way, shared by its shopper and whoever takes it."""

    script: Dialogue
    taken: threading.Event = field(default_factory=threading.Event)
    conversation_id: str = ""
    server: "ExpertClient | None" = None


class Client:
    """One socket and its acknowledged calls."""

    def __init__(self, address: str, namespace: str):
        self._address, self._namespace = address, namespace
        self.socket = socketio.Client(handle_sigint=False, logger=False, engineio_logger=False)

    def connect(self, auth: dict[str, Any], origin: str | None = None) -> None:
        """Connect. Raises `socketio.exceptions.ConnectionError`."""
        self.socket.connect(
            self._address, headers={"Origin": origin} if origin else {}, auth=auth, namespaces=[self._namespace],
            wait_timeout=CALL_SECONDS,
        )  # fmt: skip

    def call(self, event: str, **payload: Any) -> dict[str, Any]:
        """Send and wait for the acknowledgement; `{"ok": False}` when none came."""
        try:
            answer = self.socket.call(event, payload, namespace=self._namespace, timeout=CALL_SECONDS)
        except socketio.exceptions.SocketIOError:
            return {"ok": False}
        return answer if isinstance(answer, dict) else {"ok": False}

    def say(self, conversation_id: str, text: str) -> None:
        """Write a message."""
        self.call("message", conversation_id=conversation_id, client_id=str(new_id()), text=text)

    def close(self) -> None:
        """Hang up."""
        self.socket.disconnect()


class ExpertClient(Client):
    """A simulated expert: beats, thinks about offers, takes those that are of this simulation."""

    def __init__(self, address: str, persona: Persona, scenes: dict[str, Scene], rng: Random):
        super().__init__(address, "/expert")
        self.persona = persona
        self._scenes, self._rng = scenes, rng
        self.socket.on("offer", self._think, namespace="/expert")

    def come(self, token: str) -> None:
        """Connect and switch on."""
        self.connect({"token": token})
        self.call("availability", on=True, capacity=max(2, self.persona.capacity))

    def beat(self) -> None:
        """A heartbeat; while the socket is away and coming back by itself, none."""
        with suppress(socketio.exceptions.SocketIOError):
            self.socket.emit("heartbeat", {}, namespace="/expert")

    def go(self) -> None:
        """Switch off and hang up."""
        self.call("availability", on=False)
        self.close()

    def _think(self, offer: dict[str, Any]) -> None:
        if not offer.get("live"):
            return
        time.sleep(min(30.0, self._rng.lognormvariate(0, 0.4) * self.persona.reply_seconds * 0.3 + 2))
        scene = self._scenes.get(offer["question"]["id"])
        if scene is None or self._rng.random() > self.persona.acceptance:
            self.call("offer_decline", offer_id=offer["offer_id"], reason="")
            return
        answer = self.call("offer_accept", offer_id=offer["offer_id"])
        if answer.get("ok"):
            scene.conversation_id, scene.server = str(answer["conversation_id"]), self
            scene.taken.set()


@dataclass(frozen=True, slots=True)
class Counter:
    """A brand's shop as shoppers reach it."""

    demo: DemoBrand
    key: str


class Stage:
    """Everybody on stage. `play` lasts until `stop` is set."""

    def __init__(self, settings: Settings, counters: list[Counter], say: Say, rng: Random):
        self._address = f"http://127.0.0.1:{settings.port}"
        self._shop = settings.shop_url.rstrip("/")
        self._counters, self._say, self._rng = counters, say, rng
        self._scenes: dict[str, Scene] = {}
        self._cast: list[ExpertClient] = []
        self._open: dict[str, ExpertClient] = {}
        self.stop = threading.Event()

    def bring(self, cast: list[tuple[Persona, str]]) -> None:
        """Connect the experts, each with a token."""
        for persona, token in cast:
            client = ExpertClient(self._address, persona, self._scenes, Random(self._rng.random()))
            client.come(token)
            self._cast.append(client)

    def play(self, *, rate: float, until: float) -> None:
        """Let shoppers come at `rate` per minute; the monotonic time `until` ends it."""
        asked = beaten = time.monotonic()
        while not self.stop.is_set() and time.monotonic() < until:
            if time.monotonic() - beaten >= BEAT_SECONDS:
                beaten = time.monotonic()
                for expert in self._cast:
                    expert.beat()
            if time.monotonic() >= asked:
                threading.Thread(target=self._shopper, args=(Random(self._rng.random()),), daemon=True).start()
                asked += self._rng.expovariate(rate / 60)
            self.stop.wait(0.2)

    def leave(self) -> None:
        """End what is still open, so that nobody's places stay taken, and send everybody home."""
        self.stop.set()
        for conversation_id, server in list(self._open.items()):
            server.call("close", conversation_id=conversation_id)
        for expert in self._cast:
            expert.go()

    def _shopper(self, rng: Random) -> None:
        counter = rng.choice(self._counters)
        product = rng.choice(counter.demo.products)
        lang: Lang = "fr" if rng.random() < 0.6 else "en"
        scene = Scene(dialogue(rng, counter.demo, product, lang))
        client = Client(self._address, "/shopper")
        try:
            client.connect({"key": counter.key, "locale": lang}, origin=self._shop)
            self._ask(client, counter, product, lang, scene, rng)
        except socketio.exceptions.SocketIOError as error:
            self._say(f"{counter.demo.name}: a shopper could not connect ({error})")
        finally:
            client.close()

    def _ask(
        self, client: Client, counter: Counter, product: DemoProduct, lang: Lang, scene: Scene, rng: Random
    ) -> None:
        answer = client.call(
            "ask", client_id=str(new_id()), text=scene.script.question, locale=lang,
            page_url=f"{self._shop}/{counter.demo.slug}{product.path}", product={"id": product.external_id},
        )  # fmt: skip
        if not answer.get("ok"):
            self._say(f"{counter.demo.name}: a question was refused")
            return
        self._scenes[str(answer["question_id"])] = scene
        self._say(f"{counter.demo.name}: “{scene.script.question[:70]}”")
        if not scene.taken.wait(PATIENCE_SECONDS):
            client.call(
                "leave_email", question_id=answer["question_id"], email=f"live{rng.randrange(9999)}@mail.example"
            )
            self._say(f"{counter.demo.name}: nobody in time, the shopper left an address")
            return
        self._converse(client, scene, rng)

    def _converse(self, client: Client, scene: Scene, rng: Random) -> None:
        server, conversation = scene.server, scene.conversation_id
        assert server is not None
        self._open[conversation] = server
        for turn in scene.script.turns:
            speaker: Client = client if turn.author == "shopper" else server
            speaker.call("typing", conversation_id=conversation)
            if self.stop.wait(min(turn.delay_seconds, 25)):
                return
            speaker.say(conversation, turn.text)
        time.sleep(rng.uniform(2, 8))
        closed = server.call("close", conversation_id=conversation, topic=TOPICS[scene.script.topic])
        self._open.pop(conversation, None)
        if not closed.get("ok"):
            self._say(f"{server.persona.first_name} could not close a conversation: {closed}")
        elif rng.random() < RATED_SHARE:
            stars = stars_of(rng, server.persona.quality)
            client.call("rate", conversation_id=conversation, stars=stars, solved=stars > 3)
            self._say(f"{server.persona.first_name} was given {stars} stars")


def run(app: Flask, *, rate: float, minutes: float | None, say: Say) -> None:
    """Enliven the demonstration until `minutes` are over, or Ctrl-C. Raises `NothingToEnlivenError`."""
    parts: Platform = app.extensions["comptoir"]
    with parts.database.unit_of_work() as session:
        counters = _counters(session)
        cast = [(persona, _admit(session, persona, now=utcnow())) for persona in _chosen()]
    stage = Stage(parts.settings, counters, say, Random())
    try:
        stage.bring(cast)
        say(f"{len(cast)} experts are there; about {rate:g} questions a minute. Ctrl-C ends it.")
        stage.play(rate=rate, until=time.monotonic() + minutes * 60 if minutes else float("inf"))
    except KeyboardInterrupt:
        stage.stop.set()
    finally:
        stage.leave()
        _dismiss(parts.database, [token for _persona, token in cast])


def _counters(session: Session) -> list[Counter]:
    found = []
    for demo in demo_brands():
        key = session.scalar(select(Brand.key).where(Brand.slug == demo.slug))
        if key is None:
            raise NothingToEnlivenError("Seed the demonstration first: flask demo seed")
        found.append(Counter(demo, key))
    return found


def _chosen() -> list[Persona]:
    """Some experts of each brand, those who speak both languages first."""
    chosen: list[Persona] = []
    for demo in demo_brands():
        suitable = [
            each for each in personas() if demo.slug in each.brands and each not in demo_experts(demo.slug)
            and each not in chosen
        ]  # fmt: skip
        chosen += sorted(suitable, key=lambda each: -len(each.languages))[:PER_BRAND]
    return chosen


def _admit(session: Session, persona: Persona, *, now: datetime) -> str:
    """A token to speak for the persona, and an extra shift today and tomorrow, whatever the hour."""
    person = find_by_email(session, persona.email)
    expert = session.get(Expert, person.id) if person is not None else None
    if person is None or expert is None:
        raise NothingToEnlivenError("Seed the demonstration first: flask demo seed")
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    for day in (today, today + timedelta(days=1)):
        hours.add_exception(session, expert, on_date=day, span=(0, hours.MINUTES), now=now)
    expert.on_duty_until, expert.duty_due_at = hours.duty(session, expert, now)
    return tokens.issue(session, person_id=person.id, label="demo live", now=now)


def _dismiss(database: Database, given: list[str]) -> None:
    with database.unit_of_work() as session:
        for token in given:
            row = tokens.find(session, token, now=utcnow())
            if row is not None:
                tokens.revoke(session, row, now=utcnow())
