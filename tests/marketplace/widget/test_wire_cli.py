"""The scripts' types say what the server sends: one source, and a stale file does not pass."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import pytest

from marketplace.widget import wire_cli


def test_the_committed_types_are_those_of_the_server() -> None:
    assert wire_cli.TARGET.read_text() == wire_cli.as_typescript(), "run python -m marketplace.widget.wire_cli"


def test_a_field_that_does_not_travel_is_refused() -> None:
    class Odd(TypedDict):
        file: NotRequired[complex]

    with pytest.raises(TypeError, match="does not travel"):
        wire_cli.as_typescript([Odd])
