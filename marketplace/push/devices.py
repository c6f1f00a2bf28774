"""Devices of people and shoppers: added by their browser, removed by their owner or by the push service."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.events import publish
from marketplace.core.jobs import defer
from marketplace.push.events import DeviceReached
from marketplace.push.models import PushDevice, PushQuiet

SERVICES = (
    "fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com", "web.push.apple.com",
)  # fmt: skip
"""Hosts, and all below them, that browsers' push services live on: we call nobody else on a browser's word."""
MOST = 10
"""Devices of one owner; an eleventh takes the place of the oldest."""
SEND = "push.send"


def subscribe(
    session: Session, *, person_id: UUID | None = None, visitor_id: UUID | None = None, endpoint: str, p256dh: str,
    auth: str, name: str, locale: str, now: datetime,
) -> None:  # fmt: skip
    """Let a browser be called for its owner; the same browser again belongs to the new owner. Raises `Invalid`."""
    if not _is_push_service(session, endpoint) or not (0 < len(p256dh) <= 200 and 0 < len(auth) <= 100):
        raise Invalid("This browser’s push service is not known. Use a current browser.", field="endpoint")
    row = {
        "person_id": person_id, "visitor_id": visitor_id, "p256dh": p256dh, "auth": auth, "name": name[:300],
        "locale": locale, "added_at": now, "reached_at": None,
    }  # fmt: skip
    made = insert(PushDevice).values(id=new_id(), endpoint=endpoint, **row)
    session.execute(made.on_conflict_do_update(index_elements=["endpoint"], set_=row))
    owner = PushDevice.person_id == person_id if person_id is not None else PushDevice.visitor_id == visitor_id
    too_many = select(PushDevice.id).where(owner).order_by(PushDevice.added_at.desc()).offset(MOST)
    session.execute(delete(PushDevice).where(PushDevice.id.in_(too_many)))


def _is_push_service(session: Session, endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if session.info["settings"].environment == "test" and host == "127.0.0.1":
        return True
    return parts.scheme == "https" and any(host == known or host.endswith("." + known) for known in SERVICES)


def devices_of(session: Session, person_id: UUID) -> Sequence[PushDevice]:
    """A person's devices, newest first."""
    query = select(PushDevice).where(PushDevice.person_id == person_id)
    return session.scalars(query.order_by(PushDevice.added_at.desc())).all()


def access_device(session: Session, person_id: UUID | None, device_id: UUID) -> PushDevice:
    """The device, for its person alone. Raises `NotFound`."""
    device = session.get(PushDevice, device_id)
    if device is None or person_id is None or device.person_id != person_id:
        raise NotFound
    return device


def call(session: Session, *, person_id: UUID, zone: str, kind: str, now: datetime, **values: str) -> int:
    """Call all devices of a person outside his quiet hours, in jobs of their own; how many."""
    found = session.scalars(select(PushDevice.id).where(PushDevice.person_id == person_id)).all()
    if not found or is_quiet(session, person_id, zone=zone, now=now):
        return 0
    for device_id in found:
        defer(session, SEND, device_id=str(device_id), kind=kind, values=values)
    return len(found)


def call_visitor(session: Session, *, visitor_id: UUID, kind: str, **values: str) -> int:
    """Call the devices of a shopper; how many."""
    found = session.scalars(select(PushDevice.id).where(PushDevice.visitor_id == visitor_id)).all()
    for device_id in found:
        defer(session, SEND, device_id=str(device_id), kind=kind, values=values)
    return len(found)


def reached(session: Session, device_id: UUID, *, now: datetime) -> None:
    """A call arrived. Unknown devices change nothing."""
    device = session.get(PushDevice, device_id)
    if device is None:
        return
    device.reached_at = now
    if device.person_id is not None:
        publish(session, DeviceReached(device.person_id, now))


def set_quiet(session: Session, person_id: UUID, *, starts: int | None, ends: int | None) -> None:
    """Quiet from one minute of the day to another; without both, never. Raises `Invalid`."""
    if (starts is None) != (ends is None) or (starts is not None and starts == ends):
        raise Invalid("Give both a start and an end, and not the same.", field="starts")
    session.execute(delete(PushQuiet).where(PushQuiet.person_id == person_id))
    if starts is not None and ends is not None:
        session.add(PushQuiet(person_id=person_id, starts=starts, ends=ends))
        session.flush()


def is_quiet(session: Session, person_id: UUID, *, zone: str, now: datetime) -> bool:
    """Whether the person does not want to be called now."""
    quiet = session.get(PushQuiet, person_id)
    if quiet is None:
        return False
    local = now.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if quiet.starts < quiet.ends:
        return quiet.starts <= minute < quiet.ends
    return minute >= quiet.starts or minute < quiet.ends
