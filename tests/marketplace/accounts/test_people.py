"""Accounts from sign-up to closing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts import links, people
from marketplace.accounts.errors import (
    AccountDisabled,
    EmailNotConfirmed,
    EmailTaken,
    LinkExpired,
    WeakPassword,
    WrongSignIn,
)
from marketplace.accounts.models import Person
from marketplace.core.errors import Invalid
from marketplace.mail.models import Mail
from tests.factories.accounts import NOW, PASSWORD, make_person


def sign_up(session: Session, *, email: str = "Lea@People.example", password: str = PASSWORD) -> Person:
    return people.sign_up(
        session, email=email, name="Léa", password=password, locale="fr", time_zone="Europe/Paris", now=NOW
    )


def mailed_token(session: Session, template: str) -> str:
    mail = session.scalars(select(Mail).where(Mail.template == template).order_by(Mail.id.desc())).first()
    assert mail is not None
    found = re.search(r"/(?:confirm|reset)/(.+)$", mail.context["link"])
    assert found is not None
    return found[1]


def test_signing_up_mails_a_link_that_confirms_the_address_once(session: Session) -> None:
    person = sign_up(session)
    assert (person.email, person.email_confirmed_at) == ("lea@people.example", None)
    token = mailed_token(session, "confirm_email")
    assert people.confirm(session, token, now=NOW) == (person, "")
    assert person.email_confirmed_at == NOW
    with pytest.raises(LinkExpired):
        people.confirm(session, token, now=NOW)


def test_a_changed_link_confirms_nothing(session: Session) -> None:
    person = sign_up(session)
    with pytest.raises(LinkExpired):
        people.confirm(session, mailed_token(session, "confirm_email") + "x", now=NOW)
    assert person.email_confirmed_at is None


def test_a_link_of_one_purpose_is_no_good_for_another(session: Session) -> None:
    sign_up(session)
    with pytest.raises(LinkExpired):
        people.open_reset(session, mailed_token(session, "confirm_email"))


def test_an_old_link_is_refused(session: Session) -> None:
    token = links.sign(session, "confirm", {"person": "x"})
    with pytest.raises(LinkExpired):
        links.read(session, "confirm", token, seconds=-1)


def test_an_address_belongs_to_one_account_whatever_its_capitals(session: Session) -> None:
    sign_up(session)
    with pytest.raises(EmailTaken):
        sign_up(session, email="LEA@people.example")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "lea@people1", ""])
def test_a_weak_password_is_refused(session: Session, password: str) -> None:
    with pytest.raises(WeakPassword):
        people.create_person(session, email="lea@people.example", name="lea@people", password=password, now=NOW)


@pytest.mark.parametrize("email", ["", "lea", "lea@", "lea@@people.example", "lea people@people.example"])
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(Invalid):
        people.create_person(session, email=email, name="Léa", password=PASSWORD, now=NOW)


def test_a_confirmed_person_signs_in_with_the_right_password_only(session: Session) -> None:
    person = make_person(session)
    assert people.check_sign_in(session, email=person.email.upper(), password=PASSWORD) is person
    with pytest.raises(WrongSignIn):
        people.check_sign_in(session, email=person.email, password="another password")
    with pytest.raises(WrongSignIn):
        people.check_sign_in(session, email="nobody@people.example", password=PASSWORD)


def test_an_unconfirmed_or_closed_account_is_told_so_only_with_the_right_password(session: Session) -> None:
    waiting, closed = make_person(session, confirmed=False), make_person(session)
    people.disable(session, closed, now=NOW)
    with pytest.raises(EmailNotConfirmed):
        people.check_sign_in(session, email=waiting.email, password=PASSWORD)
    with pytest.raises(AccountDisabled):
        people.check_sign_in(session, email=closed.email, password=PASSWORD)
    for person in (waiting, closed):
        with pytest.raises(WrongSignIn):
            people.check_sign_in(session, email=person.email, password="another password")
    people.enable(session, closed)
    assert people.check_sign_in(session, email=closed.email, password=PASSWORD) is closed


def test_somebody_without_a_password_cannot_sign_in(session: Session) -> None:
    person = people.create_person(
        session, email="lea@people.example", name="Léa", password=None, now=NOW, confirmed=True
    )
    with pytest.raises(WrongSignIn):
        people.check_sign_in(session, email=person.email, password="!")


def test_a_reset_link_works_once_and_proves_the_address(session: Session) -> None:
    person = make_person(session, confirmed=False)
    people.ask_reset(session, email=person.email, now=NOW)
    token = mailed_token(session, "reset_password")
    people.reset(session, token, password="quite another one", now=NOW)
    assert people.check_sign_in(session, email=person.email, password="quite another one") is person
    with pytest.raises(LinkExpired):
        people.reset(session, token, password="and a third one", now=NOW)


def test_an_unknown_address_gets_no_reset_mail(session: Session) -> None:
    people.ask_reset(session, email="nobody@people.example", now=NOW)
    assert session.scalars(select(Mail)).all() == []


def test_changing_the_password_needs_the_present_one(session: Session) -> None:
    person = make_person(session)
    with pytest.raises(WrongSignIn) as refusal:
        people.change_password(session, person, current="not this", password="quite another one")
    assert refusal.value.field == "current"
    people.change_password(session, person, current=PASSWORD, password="quite another one")
    assert people.check_sign_in(session, email=person.email, password="quite another one") is person


def test_a_profile_keeps_what_can_be_and_refuses_the_rest(session: Session) -> None:
    person = make_person(session)
    people.change_profile(session, person, name="  Ada   B ", locale="fr", time_zone="Asia/Tokyo", theme="dark")
    assert (person.name, person.locale, person.time_zone, person.theme) == ("Ada B", "fr", "Asia/Tokyo", "dark")
    with pytest.raises(Invalid):
        people.change_profile(session, person, name="Ada", locale="fr", time_zone="Mars/Base", theme="")
    with pytest.raises(Invalid):
        people.change_profile(session, person, name="  ", locale="fr", time_zone="Asia/Tokyo", theme="")


def test_confirmation_links_expire_after_three_days() -> None:
    assert timedelta(seconds=links.CONFIRM_SECONDS) == timedelta(days=3)
