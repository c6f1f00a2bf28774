"""Accounts as a browser meets them."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.login import safe_next
from marketplace.accounts.models import Person, SignIn
from marketplace.core.web import Platform
from marketplace.mail.models import Mail
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.brands import make_brand
from tests.support import JobRunner

_address = count(1)


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    """A client that sends no CSRF tokens, from an address of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(_address)}"
    yield client
    app.config["WTF_CSRF_ENABLED"] = True


def enter(browser: FlaskClient, person: Person, password: str = PASSWORD, **more: str) -> str:
    """Sign in; where it leads, or the status."""
    answer = browser.post("/sign-in", data={"email": person.email, "password": password, **more})
    return answer.headers.get("Location", str(answer.status_code))


def test_signing_up_confirming_and_arriving(browser: FlaskClient, session: Session, jobs: JobRunner) -> None:
    answer = browser.post(
        "/sign-up?as=brand",
        data={"wish": "brand", "name": "Léa Roy", "email": "lea@people.example", "password": PASSWORD},
    )
    assert answer.status_code == 200
    assert jobs.run("mail.deliver") == ["mail.deliver"]
    mail = session.scalars(select(Mail).where(Mail.recipient == "lea@people.example")).one()
    assert mail.state == "sent"
    path = re.search(r"http://[^/]+(/confirm/\S+)", mail.body)
    assert path is not None
    assert "Confirm" in browser.get(path[1]).text
    assert session.scalars(select(Person).where(Person.email_confirmed_at.is_not(None))).all() == []
    answer = browser.post(path[1])
    assert (answer.status_code, answer.headers["Location"]) == (302, "/brand/new")
    assert browser.get("/account").status_code == 200
    assert browser.post(path[1]).status_code == 422


def test_signing_up_again_tells_only_the_holder(browser: FlaskClient, session: Session) -> None:
    person = make_person(session)
    session.commit()
    data = {"wish": "expert", "name": "X", "email": person.email, "password": PASSWORD}
    known = browser.post("/sign-up", data=data).text
    other = browser.post("/sign-up", data={**data, "email": "free@people.example"}).text
    strip = re.compile(r"\S+@people\.example|content=\"[^\"]+\"|value=\"[^\"]+\"")
    assert strip.sub("", known) == strip.sub("", other)
    templates = session.scalars(select(Mail.template).order_by(Mail.id)).all()
    assert templates == ["already_registered", "confirm_email"]


def test_each_persona_lands_in_its_space(browser: FlaskClient, session: Session) -> None:
    operator, owner, nobody = make_person(session, is_operator=True), make_person(session), make_person(session)
    make_brand(session, owner=owner)
    session.commit()
    for person, home in ((operator, "/operator"), (owner, "/brand"), (nobody, "/home")):
        assert enter(browser, person) == home
        assert browser.get(home).status_code == 200
        browser.post("/sign-out")


def test_after_sign_in_the_wanted_page_opens_but_never_another_site(browser: FlaskClient, session: Session) -> None:
    person = make_person(session)
    session.commit()
    assert enter(browser, person, next="/account/sessions") == "/account/sessions"
    browser.post("/sign-out")
    assert enter(browser, person, next="//evil.example/") == "/home"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a\nb", "a", None]
)
def test_a_target_elsewhere_is_not_followed(target: str | None) -> None:
    assert safe_next(target) is None


def test_signing_out_ends_the_session_for_good(browser: FlaskClient, session: Session) -> None:
    person = make_person(session)
    session.commit()
    enter(browser, person)
    kept = browser.get_cookie("session")
    assert kept is not None
    browser.post("/sign-out")
    browser.set_cookie("session", kept.value)
    assert browser.get("/account").status_code == 302


def test_too_many_failures_close_the_door_and_say_for_how_long(browser: FlaskClient, session: Session) -> None:
    person = make_person(session)
    session.commit()
    assert {enter(browser, person, "wrong password") for _ in range(4)} == {"422"}
    assert enter(browser, person, "wrong password") == "429"
    answer = browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "minute" in answer.text
    assert enter(browser, make_person_committed(session)) == "/home"


def make_person_committed(session: Session) -> Person:
    person = make_person(session)
    session.commit()
    return person


def test_an_unconfirmed_person_gets_a_new_link(browser: FlaskClient, session: Session) -> None:
    person = make_person(session, confirmed=False)
    session.commit()
    assert enter(browser, person) == "422"
    assert session.scalars(select(Mail.template)).all() == ["confirm_email"]


def test_a_session_is_revoked_from_another_browser(app: Flask, browser: FlaskClient, session: Session) -> None:
    person = make_person_committed(session)
    enter(browser, person)
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "198.51.100.250"
    enter(other, person)
    live = session.scalars(select(SignIn).order_by(SignIn.id)).all()
    assert len(live) == 2
    assert other.post(f"/account/sessions/{live[0].id}/revoke").status_code == 302
    assert browser.get("/account").status_code == 302
    assert other.get("/account").status_code == 200


def test_nobody_revokes_a_strangers_session(browser: FlaskClient, app: Flask, session: Session) -> None:
    enter(browser, make_person_committed(session))
    victim = session.scalars(select(SignIn)).one()
    stranger = app.test_client()
    stranger.environ_base["REMOTE_ADDR"] = "198.51.100.251"
    enter(stranger, make_person_committed(session))
    assert stranger.post(f"/account/sessions/{victim.id}/revoke").status_code == 404
    assert stranger.post(f"/account/sessions/{uuid4()}/revoke").status_code == 404
    assert browser.get("/account").status_code == 200


def test_a_new_password_signs_the_others_out(app: Flask, browser: FlaskClient, session: Session) -> None:
    person = make_person_committed(session)
    enter(browser, person)
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "198.51.100.252"
    enter(other, person)
    wrong = browser.post("/account/password", data={"current": "nonsense", "password": "quite another one"})
    assert wrong.status_code == 422
    right = browser.post("/account/password", data={"current": PASSWORD, "password": "quite another one"})
    assert right.status_code == 302
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_strangers_choose_language_and_colours_by_cookie(browser: FlaskClient) -> None:
    answer = browser.post("/preferences", data={"locale": "fr", "theme": "dark", "next": "/terms"})
    assert answer.headers["Location"] == "/terms"
    page = browser.get("/terms").text
    assert '<html lang="fr"' in page
    assert 'data-theme="dark"' in page


def test_a_signed_in_persons_choice_stays_with_the_account(browser: FlaskClient, session: Session) -> None:
    person = make_person_committed(session)
    enter(browser, person)
    browser.post("/preferences", data={"locale": "fr", "theme": "xx"})
    session.refresh(person)
    assert (person.locale, person.theme) == ("fr", "")


def test_a_portrait_is_shown_and_other_files_are_not(browser: FlaskClient, session: Session, parts: Platform) -> None:
    person = make_person_committed(session)
    enter(browser, person)
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    form = {"name": person.name, "locale": "en", "time_zone": "Europe/Paris", "theme": ""}
    refused = browser.post("/account", data={**form, "picture": (BytesIO(b"<svg/>"), "x.png")})
    assert refused.status_code == 422
    assert browser.post("/account", data={**form, "picture": (BytesIO(png), "me.png")}).status_code == 302
    session.refresh(person)
    assert browser.get(f"/avatars/{person.avatar}").data == png
    other = parts.storage.put(png, suffix=".png")
    assert browser.get(f"/avatars/{other}").status_code == 404


def test_operators_see_people_and_nobody_else_does(browser: FlaskClient, session: Session) -> None:
    operator, person = make_person(session, is_operator=True), make_person(session)
    session.commit()
    enter(browser, person)
    assert [browser.get(path).status_code for path in ("/operator", "/operator/people")] == [403, 403]
    browser.post("/sign-out")
    enter(browser, operator)
    assert person.email in browser.get("/operator/people?q=" + person.email).text
    assert browser.get(f"/operator/people/{person.id}").status_code == 200


def test_an_operator_closes_an_account_but_not_his_own(app: Flask, browser: FlaskClient, session: Session) -> None:
    operator, person = make_person(session, is_operator=True), make_person(session)
    session.commit()
    theirs = app.test_client()
    theirs.environ_base["REMOTE_ADDR"] = "198.51.100.253"
    enter(theirs, person)
    enter(browser, operator)
    assert browser.post(f"/operator/people/{operator.id}/disable").status_code == 409
    assert browser.post(f"/operator/people/{operator.id}/role", data={"operator": "0"}).status_code == 409
    assert browser.post(f"/operator/people/{person.id}/disable").status_code == 302
    assert theirs.get("/account").status_code == 302
    assert browser.post(f"/operator/people/{person.id}/enable").status_code == 302
    assert enter(theirs, person) == "/home"


def test_commands_make_operators_and_tokens(app: Flask, session: Session) -> None:
    person = make_person(session)
    brand = make_brand(session)
    session.commit()
    run = app.test_cli_runner().invoke
    assert run(args=["operator", "create", "boss@people.example", "--password", PASSWORD]).exit_code == 0
    assert run(args=["expert", "token", person.email]).output.startswith("ct_")
    assert run(args=["brand", "token", brand.slug]).output.startswith("ct_")
    assert run(args=["brand", "token", "unknown"]).exit_code == 1
    assert run(args=["expert", "token", "nobody@people.example"]).exit_code == 1
    assert session.scalars(select(Person).where(Person.email == "boss@people.example")).one().is_operator
