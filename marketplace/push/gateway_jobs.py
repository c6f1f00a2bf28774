"""The job that calls one device; what push services answer decides whether it stays."""

import json
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import URLSafeTimedSerializer
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush
from requests import RequestException

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.web import Platform
from marketplace.push.keys import key_pair
from marketplace.push.models import PushDevice

log = structlog.get_logger()
GONE = {404, 410}
"""Answers of a push service after which a device does not come back."""
LIVES = 60
"""Seconds for which a push service keeps a call for a device that is off: an offer is over by then."""
PATIENCE = 10.0
CONTACT = "mailto:operator@comptoir.example"


class NotDelivered(Exception):
    """The push service did not take the call; the queue tries again."""


def signer(app: Flask) -> URLSafeTimedSerializer:
    """Signs the word by which a service worker tells that a call arrived."""
    return URLSafeTimedSerializer(str(app.config["SECRET_KEY"]), salt="push-reached")


def send(app: Flask, parts: Platform, *, device_id: str, kind: str, values: dict[str, str]) -> None:
    """Call one device. Raises `NotDelivered`."""
    database = parts.database
    with database.unit_of_work() as session:
        device = session.get(PushDevice, UUID(device_id))
        if device is None:
            return
        private = key_pair(session, now=utcnow()).private
    content = json.dumps({**written(app, device.locale, kind, values), "word": signer(app).dumps(device_id)})
    target = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    try:
        webpush(
            target, content, vapid_private_key=Vapid02.from_pem(private.encode()), vapid_claims={"sub": CONTACT},
            ttl=LIVES, timeout=PATIENCE, headers={"Urgency": "high"},
        )  # fmt: skip
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        if status not in GONE:
            raise NotDelivered(f"push service answered {status}") from error
        _forget(database, device.id)
    except RequestException as error:
        raise NotDelivered(type(error).__name__) from error
    except ValueError:  # keys that no browser made
        _forget(database, device.id)


def _forget(database: Database, device_id: UUID) -> None:
    with database.unit_of_work() as session:
        device = session.get(PushDevice, device_id)
        if device is not None:
            session.delete(device)
    log.info("push_device_gone", device=str(device_id))


def written(app: Flask, locale: str, kind: str, values: dict[str, str]) -> dict[str, Any]:
    """What the device shows, in its own language."""
    with app.app_context(), force_locale(locale):
        name = values.get("name") or _("The shopper")
        titles = {
            "offer": _("A new question for you"),
            "transfer": _("%(name)s would hand over to you", name=values.get("name", "")),
            "message": _("New message from %(name)s", name=name),
            "answer": _("Your answer from %(name)s", name=values.get("name", "")),
        }
        return {
            "title": titles.get(kind, "Comptoir"), "body": values.get("text", "")[:140], "url": values.get("url", ""),
            "tag": values.get("tag", kind),
        }  # fmt: skip
