"""The doors to a brand and what belongs to it. Strangers to a brand find nothing there."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, CatalogueImport, Invitation, Mission, Product, Site
from marketplace.brands.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import Forbidden, NotFound

_RANK = {Role.ANALYST: 0, Role.AGENT: 1, Role.MANAGER: 2, Role.OWNER: 3}
Owned = TypeVar("Owned", Mission, Product, CatalogueImport, Site, Invitation)


def current_brand(session: Session, actor: Actor, *, at_least: Role = Role.ANALYST, lock: bool = False) -> Brand:
    """The brand at work in: of a program's token its own, of a person the first of `actor.brands`.

    Raises `NotFound` for people without a brand and `Forbidden` for a lower role than `at_least`.
    """
    own = actor.brand_id if actor.person_id is None else None
    brand_id = own or next(iter(actor.brands), None)
    if brand_id is None:
        raise NotFound
    return access_brand(session, actor, brand_id, lock=lock, at_least=at_least)


def access_brand(
    session: Session, actor: Actor, brand_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Brand:
    """The brand, for its team from the role `at_least` on, its own programs, and operators.

    Raises `NotFound` for strangers and `Forbidden` for a lower role.
    """
    _authorise(actor, brand_id, at_least)
    brand = session.get(Brand, brand_id, with_for_update=lock)
    if brand is None:
        raise NotFound
    return brand


def access_mission(
    session: Session, actor: Actor, mission_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Mission:
    """A mission of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    return _access(session, actor, Mission, mission_id, lock, at_least)


def access_product(
    session: Session, actor: Actor, product_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Product:
    """A product of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    return _access(session, actor, Product, product_id, lock, at_least)


def access_import(
    session: Session, actor: Actor, import_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> CatalogueImport:
    """An import of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    return _access(session, actor, CatalogueImport, import_id, lock, at_least)


def access_site(
    session: Session, actor: Actor, site_id: UUID, *, lock: bool = False, at_least: Role = Role.ANALYST
) -> Site:
    """A site of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    return _access(session, actor, Site, site_id, lock, at_least)


def access_invitation(
    session: Session, actor: Actor, invitation_id: UUID, *, lock: bool = False, at_least: Role = Role.OWNER
) -> Invitation:
    """An invitation of a brand that the actor may enter. Raises `NotFound`, `Forbidden`."""
    return _access(session, actor, Invitation, invitation_id, lock, at_least)


def role_in(actor: Actor, brand_id: UUID) -> Role | None:
    """The actor's role: an operator and the brand's own programs count as managers."""
    if brand_id in actor.brands:
        return Role(actor.brands[brand_id])
    own_program = actor.brand_id == brand_id and actor.visitor_id is None
    return Role.MANAGER if actor.is_operator or actor.is_system or own_program else None


def may(actor: Actor, brand_id: UUID, at_least: Role) -> bool:
    """Whether the actor has at least this role in the brand."""
    role = role_in(actor, brand_id)
    return role is not None and _RANK[role] >= _RANK[at_least]


def _authorise(actor: Actor, brand_id: UUID, at_least: Role) -> None:
    if role_in(actor, brand_id) is None:
        raise NotFound
    if not may(actor, brand_id, at_least):
        raise Forbidden


def _access(session: Session, actor: Actor, kind: type[Owned], key: UUID, lock: bool, at_least: Role) -> Owned:
    found = session.get(kind, key, with_for_update=lock)
    if found is None:
        raise NotFound
    _authorise(actor, found.brand_id, at_least)
    return found
