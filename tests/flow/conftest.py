"""A running site, a shop on another origin, and a real browser that forgives nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from marketplace.core.db import Database
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from tests.flow.browsing import Windows
from tests.flow.market import Market, make_market
from tests.flow.site import HostileShop, Site

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROME = os.environ.get("CHROME_PATH") or next((path for path in map(shutil.which, NAMES) if path), None)


@dataclass(frozen=True, slots=True)
class Running:
    """A started site; the same application in this process, for services and addresses."""

    site: Site
    app: Flask
    database: Database


def _same_app(site: Site, database_url: str) -> Flask:
    settings = Settings(
        _env_file=None, environment="test", database_url=database_url, redis_url=None, public_url=site.url,
        secret_key=site.environment["SECRET_KEY"],
        var_dir=Path(site.environment["VAR_DIR"]), stripe_secret_key=None, smtp_url=None,
    )  # fmt: skip
    return create_app(settings)


@pytest.fixture(scope="session")
def running(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The site that the stories are told on, with a small demonstration in it, started."""
    database_url = make_database()
    site = Site(database_url, tmp_path_factory.mktemp("site"))
    site.flask("demo", "seed", "--small")
    site.start()
    app = _same_app(site, database_url)
    parts: Platform = app.extensions["comptoir"]
    yield Running(site, app, parts.database)
    site.stop()
    parts.database.engine.dispose()


@pytest.fixture
def site(running: Running) -> Site:
    return running.site


@pytest.fixture
def site_app(running: Running) -> Flask:
    return running.app


@pytest.fixture
def site_database(running: Running) -> Database:
    """The running site's database: what is committed here, the site sees."""
    return running.database


@pytest.fixture(scope="session")
def shop(running: Running) -> Iterator[HostileShop]:
    shop = HostileShop(running.site.url)
    yield shop
    shop.stop()


@pytest.fixture
def market(site_database: Database, shop: HostileShop) -> Market:
    return make_market(site_database, shop.origin)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. For one module at a time: its event loop must not run beside other tests."""
    if CHROME is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the story must be told in a browser (CHROME_PATH)")
        pytest.skip("no Chromium on this machine (CHROME_PATH names one)")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROME, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Fails the test for anything in a console, any refused policy and any failed request."""
    windows = Windows(browser)
    yield windows
    windows.close()
    assert not windows.faults, "\n".join(windows.faults)
