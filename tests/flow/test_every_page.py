"""Every page: accessible, usable at 360 px, in one language, without inline code, silent in the console."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.accounts.models import Person
from marketplace.core.actors import Audience
from marketplace.core.db import Database
from tests.flow.addresses import PASSWORD, visits
from tests.flow.browsing import Windows
from tests.flow.site import Site
from tests.flow.sweep import Sweep
from tests.flow.test_story_in_browsers import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]
PAGES_OF = (Audience.PUBLIC, Audience.SIGNED_IN, Audience.EXPERT, Audience.BRAND, Audience.OPERATOR)


@pytest.mark.parametrize("audience", PAGES_OF, ids=lambda audience: str(audience.value))
def test_every_page_is_fit_to_be_seen(
    audience: Audience, windows: Windows, site: Site, site_app: Flask, site_database: Database
) -> None:
    windows.pardon("/no-such-page")
    windows.pardon("frame is sandboxed")  # looking into a mail's frame, which must run nothing
    found = visits(site_app, audience)
    assert found.paths
    page = windows.open(reduced_motion="reduce")  # no colour is judged half-way between two themes
    if found.email:
        sign_in(page, site, found.email, password=PASSWORD)
    sweep = Sweep(page, site.url)
    for language in ("en", "fr"):
        page.context.add_cookies([{"name": "locale", "value": language, "url": site.url}])
        with site_database.unit_of_work() as session:
            session.execute(update(Person).where(Person.email == found.email).values(locale=language, theme=""))
        for path in found.paths:
            sweep.look(path, language)
    assert not sweep.faults, "\n".join(sweep.faults)
