"""What no column can hold and no parser can follow is refused, never a breakdown."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/w/v1/%00.js", "/w/panel?key=%00"])
def test_a_nul_in_an_address_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 422


@pytest.mark.parametrize("body", ['{"key": "a\\u0000b"}', '{"key": "\\ud800"}', "[" * 100_000])
def test_a_body_that_nobody_can_read_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/w/v1/visitor", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid"
