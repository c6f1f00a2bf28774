"""A brand's team."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.errors import LinkExpired
from marketplace.brands import team
from marketplace.brands.errors import AlreadyMember, LastOwner
from marketplace.brands.states import Role
from marketplace.core.errors import NotFound
from marketplace.mail.models import Mail
from tests.factories.accounts import NOW, make_person
from tests.factories.brands import make_brand


def token_of(session: Session) -> str:
    mail = session.scalars(select(Mail).where(Mail.template == "brand_invitation").order_by(Mail.id.desc())).first()
    assert mail is not None
    return str(mail.context["link"]).rpartition("/")[2]


def test_the_invited_person_joins_once_with_the_invited_address(session: Session) -> None:
    owner, guest, stranger = make_person(session), make_person(session), make_person(session)
    brand = make_brand(session, owner=owner)
    team.invite(session, brand, email=guest.email.upper(), role=Role.AGENT, by=owner, now=NOW)
    token = token_of(session)
    with pytest.raises(NotFound):
        team.accept(session, token, person=stranger, now=NOW)
    assert team.accept(session, token, person=guest, now=NOW) is brand
    assert team.find_member(session, brand.id, guest.id).role is Role.AGENT
    with pytest.raises(LinkExpired):
        team.accept(session, token, person=guest, now=NOW)
    with pytest.raises(AlreadyMember):
        team.invite(session, brand, email=guest.email, role=Role.AGENT, by=owner, now=NOW)


def test_a_revoked_or_replaced_invitation_opens_nothing(session: Session) -> None:
    owner, guest = make_person(session), make_person(session)
    brand = make_brand(session, owner=owner)
    team.invite(session, brand, email=guest.email, role=Role.OWNER, by=owner, now=NOW)
    first = token_of(session)
    second = team.invite(session, brand, email=guest.email, role=Role.ANALYST, by=owner, now=NOW)
    with pytest.raises(LinkExpired):
        team.open_invitation(session, first)
    assert team.pending_of(session, brand.id, now=NOW) == [second]
    team.revoke(session, second, now=NOW)
    with pytest.raises(LinkExpired):
        team.accept(session, token_of(session), person=guest, now=NOW)


def test_a_brand_keeps_an_owner(session: Session) -> None:
    owner, second = make_person(session), make_person(session)
    brand = make_brand(session, owner=owner)
    member = team.find_member(session, brand.id, owner.id)
    with pytest.raises(LastOwner):
        team.remove(session, member)
    with pytest.raises(LastOwner):
        team.change_role(session, member, role=Role.AGENT)
    team.invite(session, brand, email=second.email, role=Role.OWNER, by=owner, now=NOW)
    team.accept(session, token_of(session), person=second, now=NOW)
    team.remove(session, member)
    assert [person for _, person in team.members_of(session, brand.id)] == [second]
