"""A brand's team: who is on it, who was asked to join, and that an owner always remains."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts import links
from marketplace.accounts.errors import LinkExpired
from marketplace.accounts.models import Person
from marketplace.accounts.people import clean_email
from marketplace.brands.errors import AlreadyMember, LastOwner
from marketplace.brands.models import Brand, Invitation, Member
from marketplace.brands.states import Role
from marketplace.core.errors import NotFound
from marketplace.mail.outbox import post


def members_of(session: Session, brand_id: UUID) -> Sequence[tuple[Member, Person]]:
    """The team, oldest member first."""
    rows = session.execute(
        select(Member, Person)
        .join(Person, Person.id == Member.person_id)
        .where(Member.brand_id == brand_id)
        .order_by(Member.created_at, Person.name)
    )
    return [(member, person) for member, person in rows]


def pending_of(session: Session, brand_id: UUID, *, now: datetime) -> Sequence[Invitation]:
    """Invitations that can still be accepted, newest first."""
    oldest = now - timedelta(seconds=links.INVITE_SECONDS)
    return session.scalars(
        select(Invitation)
        .where(Invitation.brand_id == brand_id, Invitation.created_at > oldest)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.id.desc())
    ).all()


def invite(session: Session, brand: Brand, *, email: str, role: Role, by: Person, now: datetime) -> Invitation:
    """Ask somebody by mail; an earlier invitation of theirs is replaced. Raises `AlreadyMember`, `Invalid`."""
    email = clean_email(email)
    if any(person.email == email for _, person in members_of(session, brand.id)):
        raise AlreadyMember(field="email")
    for earlier in pending_of(session, brand.id, now=now):
        if earlier.email == email:
            earlier.revoked_at = now
    invitation = Invitation(brand_id=brand.id, email=email, role=role, by_person_id=by.id, created_at=now)
    session.add(invitation)
    session.flush()
    token = links.sign(session, "invite", {"invitation": str(invitation.id)})
    context = {
        "brand": brand.name, "by": by.name, "role": role.value, "link": links.address(session, f"/invite/{token}")
    }  # fmt: skip
    post(session, to=email, locale=brand.locale, template="brand_invitation", context=context, now=now)
    return invitation


def revoke(session: Session, invitation: Invitation, *, now: datetime) -> None:
    """The link opens nothing any more."""
    invitation.revoked_at = invitation.revoked_at or now
    session.flush()


def open_invitation(session: Session, token: str) -> tuple[Invitation, Brand]:
    """What the link invites to, while it is good. Raises `LinkExpired`."""
    content = links.read(session, "invite", token, seconds=links.INVITE_SECONDS)
    invitation = session.get(Invitation, UUID(str(content.get("invitation"))), with_for_update=True)
    if invitation is None or invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise LinkExpired
    brand = session.get_one(Brand, invitation.brand_id)
    if brand.disabled_at is not None:
        raise LinkExpired
    return invitation, brand


def accept(session: Session, token: str, *, person: Person, now: datetime) -> Brand:
    """Join the team; only with the address that was invited. Raises `LinkExpired`, `NotFound`."""
    invitation, brand = open_invitation(session, token)
    if person.email != invitation.email:
        raise NotFound("This invitation was sent to another e-mail address.")
    invitation.accepted_at = now
    if session.get(Member, (brand.id, person.id)) is None:
        session.add(Member(brand_id=brand.id, person_id=person.id, role=invitation.role, created_at=now))
    session.flush()
    return brand


def find_member(session: Session, brand_id: UUID, person_id: UUID) -> Member:
    """Raises `NotFound`."""
    member = session.get(Member, (brand_id, person_id), with_for_update=True)
    if member is None:
        raise NotFound
    return member


def change_role(session: Session, member: Member, *, role: Role) -> None:
    """Raises `LastOwner`."""
    if role is not Role.OWNER:
        _keep_an_owner(session, member)
    member.role = role
    session.flush()


def remove(session: Session, member: Member) -> None:
    """Off the team. Raises `LastOwner`."""
    _keep_an_owner(session, member)
    session.delete(member)
    session.flush()


def _keep_an_owner(session: Session, member: Member) -> None:
    """The brand's row is locked first, so that two owners cannot leave at the same moment."""
    session.get_one(Brand, member.brand_id, with_for_update=True)
    owners = session.scalar(select(func.count()).where(Member.brand_id == member.brand_id, Member.role == Role.OWNER))
    if member.role is Role.OWNER and (owners or 0) <= 1:
        raise LastOwner
