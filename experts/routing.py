"""Versions of a brand's routing policy: never changed, one present, each with who, when and why (B5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import policy as policies
from experts.errors import PolicyUnchanged
from experts.models_routing import RoutingVersion
from experts.policy import RoutingPolicy
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Current:
    """The present policy; number 0 and no id stand for the defaults, before a brand has changed anything."""

    policy: RoutingPolicy
    number: int = 0
    id: UUID | None = None


def current(session: Session, brand_id: UUID) -> Current:
    """The brand's present policy, read once a transaction."""
    known: dict[UUID, Current] = session.info.setdefault("routing", {})
    if brand_id not in known:
        latest = select(RoutingVersion).where(RoutingVersion.brand_id == brand_id)
        found = session.scalars(latest.order_by(RoutingVersion.number.desc()).limit(1)).first()
        known[brand_id] = (
            Current(policies.stored(found.settings), found.number, found.id) if found else Current(policies.DEFAULT)
        )
    return known[brand_id]


def adopt(
    session: Session, brand: Brand, wanted: RoutingPolicy, *, by: UUID | None, reason: str, now: datetime,
    copied_from: int | None = None,
) -> RoutingVersion:  # fmt: skip
    """Make `wanted` the present policy of the brand, held locked by the caller. Raises `PolicyUnchanged`."""
    session.info.pop("routing", None)
    present = current(session, brand.id)
    if present.policy == wanted:
        raise PolicyUnchanged
    version = RoutingVersion(
        brand_id=brand.id, number=present.number + 1, settings=wanted.as_json(), reason=reason.strip()[:300],
        by_person_id=by, copied_from=copied_from, created_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.info.pop("routing", None)
    return version


def use_again(session: Session, brand: Brand, number: int, *, by: UUID | None, reason: str, now: datetime) -> int:
    """Make an earlier version (0: the defaults) the present policy; the new number. Raises `NotFound`."""
    wanted = policy_of(session, brand.id, number)
    return adopt(session, brand, wanted, by=by, reason=reason, now=now, copied_from=number).number


def policy_of(session: Session, brand_id: UUID, number: int) -> RoutingPolicy:
    """The policy of one version, 0 for the defaults. Raises `NotFound`."""
    if number == 0:
        return policies.DEFAULT
    of_brand = select(RoutingVersion).where(RoutingVersion.brand_id == brand_id, RoutingVersion.number == number)
    found = session.scalar(of_brand)
    if found is None:
        raise NotFound
    return policies.stored(found.settings)


@dataclass(frozen=True, slots=True)
class Told:
    """A version with what it changed: (setting, value before, value after)."""

    version: RoutingVersion
    changes: Sequence[tuple[str, Any, Any]]


def history(session: Session, brand_id: UUID, *, before: int | None = None, limit: int = 20) -> list[Told]:
    """Versions, newest first, each beside the one before it."""
    query = select(RoutingVersion).where(RoutingVersion.brand_id == brand_id)
    if before is not None:
        query = query.where(RoutingVersion.number < before)
    rows = session.scalars(query.order_by(RoutingVersion.number.desc()).limit(limit + 1)).all()
    earlier = {row.number: policies.stored(row.settings) for row in rows}
    return [
        Told(row, list(policies.differences(earlier.get(row.number - 1, policies.DEFAULT), earlier[row.number])))
        for row in rows[:limit]
    ]  # fmt: skip


def names_of(session: Session, keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people, by key."""
    wanted = {key for key in keys if key is not None}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).tuples().all())
