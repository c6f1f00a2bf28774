"""Signed-in test clients, which need no CSRF tokens."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import Person
from tests.factories.accounts import PASSWORD

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> Iterator[SignIn]:
    """Make a client signed in as a committed person of `make_person`."""

    def enter(person: Person) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    app.config["WTF_CSRF_ENABLED"] = False
    yield enter
    app.config["WTF_CSRF_ENABLED"] = True
