"""An unclear question: the shopper is asked once, in the panel, and her tap decides."""

from __future__ import annotations

import time
from uuid import UUID

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from experts.models import Expert
from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions.models import Question
from tests.factories.brands import make_category
from tests.factories.experts import make_free
from tests.flow.browsing import Windows
from tests.flow.market import Market
from tests.flow.site import HostileShop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_shopper_taps_what_the_question_is_about(
    windows: Windows, shop: HostileShop, market: Market, site_database: Database
) -> None:
    with site_database.unit_of_work() as session:
        watches = make_category(session, session.get_one(Brand, market.brand_id), "Watches")
        make_free(session, session.get_one(Expert, market.expert_id), now=utcnow())
    page = windows.open()
    page.goto(f"{shop.origin}/{market.key}/p/gizmo-9")
    page.get_by_role("button", name="A question?").click()
    panel = page.frame_locator("comptoir-widget iframe")
    box = panel.get_by_role("textbox", name="Your question")
    box.fill("Does it survive salty air?")
    box.press("Enter")

    about = panel.get_by_role("group", name="What is it about?")
    expect(about.get_by_role("button")).to_have_count(3)
    about.get_by_role("button", name="Watches").click()
    expect(about).to_have_count(0)
    expect(panel.get_by_role("heading", name="Looking for somebody who knows")).to_be_visible()
    deadline = time.monotonic() + 10
    while (found := category_of(site_database, market)) == (None, "none") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert found == (watches.id, "shopper")


def category_of(database: Database, market: Market) -> tuple[UUID | None, str]:
    """What the market's one question is about, and who said so."""
    with database.unit_of_work() as session:
        question = session.scalars(select(Question).where(Question.brand_id == market.brand_id)).one()
        return question.category_id, question.category_source
