"""Devices are called on duty, outside quiet hours, encrypted for them alone; who is gone is forgotten."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import presence
from experts.models import Expert
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.errors import Invalid
from marketplace.push import devices
from marketplace.push.gateway_jobs import NotDelivered, signer
from marketplace.push.keys import key_pair
from marketplace.push.models import PushDevice
from tests.experts.test_dispatch import made, put
from tests.factories.world import World, make_world
from tests.marketplace.chat.test_messages import say, talk
from tests.support import JobRunner


class PushService:
    """A push service of our own: keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.calls.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/push/"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service() -> Iterator[PushService]:
    running = PushService()
    yield running
    running.close()


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


BROWSER = ec.generate_private_key(ec.SECP256R1())
SECRET = b"0123456789abcdef"


def subscribe(session: Session, service: PushService, person_id: UUID, name: str = "one") -> None:
    point = BROWSER.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    devices.subscribe(
        session, person_id=person_id, endpoint=service.url + name, p256dh=_text(point), auth=_text(SECRET),
        name="Firefox", locale="fr", now=utcnow(),
    )  # fmt: skip


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(body: bytes) -> dict[str, Any]:
    """What the browser decrypts."""
    found: dict[str, Any] = json.loads(http_ece.decrypt(body, private_key=BROWSER, auth_secret=SECRET))
    return found


def test_an_offer_rings_on_the_device_in_its_language(
    session: Session, world: World, service: PushService, jobs: JobRunner
) -> None:
    subscribe(session, service, world.experts[0][0])
    put(session, world, text="Does it run large? My mail is lea@mail.example")
    session.commit()
    jobs.run(devices.SEND)
    headers, body = service.calls[0]
    told = read(body)
    assert told["title"] == "Une nouvelle question pour vous"
    assert told["body"] == "Does it run large? My mail is •••"
    assert headers["authorization"].startswith("vapid t=")
    assert headers["content-encoding"] == "aes128gcm"
    assert b"large" not in body


def test_the_key_is_made_once(session: Session) -> None:
    first = key_pair(session, now=utcnow())
    again = key_pair(session, now=utcnow())
    assert (first.private, first.public) == (again.private, again.public)
    assert len(first.public) == 87


def test_a_device_that_is_gone_is_forgotten_and_others_are_tried_again(
    session: Session, world: World, service: PushService, jobs: JobRunner
) -> None:
    subscribe(session, service, world.experts[0][0])
    conversation, shopper, _expert = talk(session, world)
    session.commit()
    service.status = 500
    with pytest.raises(NotDelivered):
        jobs.run(devices.SEND)
    say(session, shopper, conversation.id, "hello?")
    session.commit()
    service.status = 410
    jobs.run(devices.SEND)
    assert session.scalars(select(PushDevice)).all() == []


@pytest.mark.parametrize(("hour", "rings"), [(23, False), (3, False), (7, True), (12, True)])
def test_nothing_rings_in_quiet_hours(session: Session, world: World, now: datetime, hour: int, rings: bool) -> None:
    person_id = world.experts[0][0]
    devices.set_quiet(session, person_id, starts=22 * 60, ends=7 * 60)
    at = now.replace(hour=hour)
    assert devices.is_quiet(session, person_id, zone="UTC", now=at) is not rings


def test_nothing_rings_off_duty(session: Session, world: World, service: PushService, jobs: JobRunner) -> None:
    conversation, shopper, expert = talk(session, world)
    subscribe(session, service, expert.person_id or UUID(int=0))
    session.get_one(Expert, expert.person_id, populate_existing=True).switched_on = False
    session.flush()
    say(session, shopper, conversation.id, "still there?")
    assert devices.SEND not in [name for _id, name, _arguments in jobs.waiting()]


def test_a_call_that_arrives_keeps_a_present_expert(
    session: Session, world: World, service: PushService, app: Flask
) -> None:
    person_id = world.experts[0][0]
    subscribe(session, service, person_id)
    device = devices.devices_of(session, person_id)[0]
    session.commit()
    client = app.test_client()
    assert client.post("/push/reached", data="made up").status_code == 422
    assert client.post("/push/reached", data=signer(app).dumps(str(device.id))).status_code == 204
    lease = session.get_one(Expert, person_id, populate_existing=True).lease_until
    assert lease is not None
    assert lease > utcnow() + presence.POCKET - timedelta(seconds=10)


def test_a_phone_brings_nobody_back_who_was_away(session: Session, world: World) -> None:
    person_id = world.experts[0][0]
    later = utcnow() + timedelta(minutes=5)
    presence.lapse_due(session, later)
    assert not presence.keep_by_phone(session, person_id, now=later)


def test_only_known_push_services_are_called(session: Session, world: World) -> None:
    given: dict[str, Any] = {"p256dh": "x", "auth": "y", "name": "", "locale": "en", "now": utcnow()}
    for endpoint in ("https://push.attacker.example/1", "http://fcm.googleapis.com/1", "https://10.0.0.1/"):
        with pytest.raises(Invalid):
            devices.subscribe(session, person_id=world.experts[0][0], endpoint=endpoint, **given)
    devices.subscribe(session, person_id=world.experts[0][0], endpoint="https://fcm.googleapis.com/1", **given)
    assert made(session, put(session, world))
