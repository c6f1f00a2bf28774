"""Fixtures: ``pytest_plugins = ["tests.stripe_server.fixtures"]`` in the conftest or the module."""

from collections.abc import Iterator

import pytest
import stripe

from tests.stripe_server.server import StripeServer


@pytest.fixture(scope="session")
def stripe_process() -> Iterator[StripeServer]:
    """One server per test session, on a free port."""
    with StripeServer() as server:
        yield server


@pytest.fixture
def stripe_server(stripe_process: StripeServer) -> Iterator[StripeServer]:
    """The server, empty, for one test."""
    stripe_process.reset()
    yield stripe_process
    stripe_process.faults.clear()
    stripe_process.webhooks.hold()


@pytest.fixture
def stripe_client(stripe_server: StripeServer) -> stripe.StripeClient:
    """The real library without retries, pointed at the server."""
    return stripe_server.client()
