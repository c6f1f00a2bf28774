"""Who acts: roles of people, tokens of programs, cookies of sockets."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.accounts import people, signins, tokens
from marketplace.accounts.actors import actor_of, actor_of_cookie, actor_of_token
from marketplace.brands.models import Member
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from tests.factories.accounts import NOW, PASSWORD, make_person
from tests.factories.brands import make_brand


def test_a_person_has_the_roles_that_tables_give(session: Session) -> None:
    person = make_person(session)
    zebra, aster = make_brand(session, name="Zebra"), make_brand(session, name="Aster")
    for brand in (zebra, aster):
        session.add(Member(brand_id=brand.id, person_id=person.id, role=Role.AGENT, created_at=NOW))
    session.flush()
    who = actor_of(session, person)
    assert list(who.brands.items()) == [(aster.id, "agent"), (zebra.id, "agent")]
    assert not who.is_expert
    assert next(iter(actor_of(session, person, brand_first=zebra.id).brands)) == zebra.id
    assert list(actor_of(session, person, brand_first=person.id).brands) == [aster.id, zebra.id]


def test_somebody_in_the_table_of_experts_is_one(session: Session) -> None:
    person = make_person(session)
    session.execute(
        text(
            "INSERT INTO expert (person_id, public_name, headline_en, headline_fr, bio, country, languages, capacity,"
            " live, switched_on, ignored, offered, accepted, answer_delay, joined_at, is_enthusiast)"
            " VALUES (:p, 'C', '', '', '', 'FR', ARRAY['fr'], 1, 0, false, 0, 0, 0, 12, :now, true)"
        ),
        {"p": person.id, "now": NOW},
    )
    assert actor_of(session, person).may_enter(Audience.EXPERT)


def test_a_persons_token_acts_for_the_person_until_revoked(session: Session) -> None:
    person = make_person(session)
    token = tokens.issue(session, person_id=person.id, label="test", now=NOW)
    who = actor_of_token(session, token, now=NOW)
    assert who is not None
    assert who.person_id == person.id
    row = tokens.find(session, token, now=NOW)
    assert row is not None
    assert token.encode() not in row.digest
    tokens.revoke(session, row, now=NOW)
    assert actor_of_token(session, token, now=NOW + timedelta(seconds=1)) is None


def test_a_brands_token_acts_for_the_brand_while_it_is_open(session: Session) -> None:
    brand = make_brand(session)
    token = tokens.issue(session, brand_id=brand.id, label="test", now=NOW)
    who = actor_of_token(session, token, now=NOW)
    assert who is not None
    assert (who.brand_id, who.person_id) == (brand.id, None)
    assert who.may_enter(Audience.BRAND)
    brand.disabled_at = NOW
    session.flush()
    assert actor_of_token(session, token, now=NOW) is None


def test_false_tokens_open_nothing(session: Session) -> None:
    for token in ("", "ct_", "ct_unknown", "Bearer x"):
        assert actor_of_token(session, token, now=NOW) is None


def test_a_closed_accounts_token_opens_nothing(session: Session) -> None:
    person = make_person(session)
    token = tokens.issue(session, person_id=person.id, label="test", now=NOW)
    people.disable(session, person, now=NOW)
    assert actor_of_token(session, token, now=NOW) is None


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def test_a_sockets_cookie_tells_who_is_signed_in_until_revoked(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    person = make_person(session)
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post(
        "/sign-in", data={"email": person.email, "password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    )
    app.config["WTF_CSRF_ENABLED"] = True
    environ = {"HTTP_COOKIE": cookie_of(client)}
    who = actor_of_cookie(app, environ)
    assert who is not None
    assert who.person_id == person.id
    for one in signins.of_person(session, person.id, now=NOW):
        signins.revoke(session, one, now=NOW)
    session.commit()
    assert actor_of_cookie(app, environ) is None


def test_a_false_cookie_is_nobody(app: Flask) -> None:
    for header in ("", "session=forged.forged.forged", "other=1", "session="):
        assert actor_of_cookie(app, {"HTTP_COOKIE": header}) is None
