"""The whole story in two browsers on two origins: asked, matched, said, rated, earned, paid."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.factories.accounts import PASSWORD
from tests.flow.browsing import Windows
from tests.flow.market import Market
from tests.flow.site import HostileShop, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
QUESTION = "Does this shoe run large for wide feet?"


def sign_in(page: Page, site: Site, email: str, *, password: str = PASSWORD, then: str = "/home") -> None:
    """Through the form, as a person does."""
    page.goto(f"{site.url}/sign-in?next={then}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def panel_of(page: Page) -> FrameLocator:
    """The panel's page inside the shop's page."""
    return page.frame_locator("comptoir-widget iframe")


def open_panel(page: Page, shop: HostileShop, market: Market) -> FrameLocator:
    """The shopper opens the widget on the product's page."""
    page.goto(shop.origin + market.path)
    page.get_by_role("button", name="A question?").click()
    return panel_of(page)


def say(panel: FrameLocator | Page, label: str | re.Pattern[str], text: str) -> None:
    """Write into a composer and send with Enter."""
    box = panel.get_by_role("textbox", name=label)
    box.fill(text)
    box.press("Enter")


def switch_on(desk: Page) -> None:
    """The expert says that questions may come."""
    switch = desk.get_by_role("switch", name="Available")
    expect(switch).to_be_enabled()
    switch.click(force=True)
    expect(desk.locator("#why-state")).to_contain_text("Questions reach you")


def test_a_question_is_asked_answered_rated_and_earned(
    windows: Windows, site: Site, shop: HostileShop, market: Market
) -> None:
    desk, page = windows.open(), windows.open()
    sign_in(desk, site, market.expert, then="/expert/")
    switch_on(desk)

    panel = open_panel(page, shop, market)
    expect(panel.get_by_text("By sending, you agree")).to_be_visible()
    say(panel, "Your question", QUESTION)
    expect(panel.get_by_text(QUESTION).first).to_be_visible()

    offer = desk.locator("article.offer").filter(has_text=QUESTION)
    expect(offer).to_contain_text("€3.20")
    expect(offer).to_contain_text(market.product)
    expect(offer.get_by_role("timer")).to_contain_text("left to answer")
    offer.get_by_role("button", name="Take it").click()

    expect(panel.get_by_text(f"{market.expert_name} takes your question")).to_be_visible()
    say(desk, re.compile("Write to"), "It fits true to size.")
    expect(panel.get_by_text("It fits true to size.")).to_be_visible()
    say(panel, re.compile("."), "Even with thick socks?")
    expect(desk.get_by_role("log").get_by_text("Even with thick socks?")).to_be_visible()

    desk.get_by_role("button", name="Product", exact=True).click()
    desk.get_by_role("searchbox", name="Search in the catalogue").fill("insole")
    desk.get_by_role("button", name="Wide Ridge insole").click()
    expect(panel.get_by_role("heading", name="Wide Ridge insole")).to_be_visible()

    page.reload()
    panel = panel_of(page)
    expect(panel.get_by_text("Even with thick socks?")).to_be_visible()
    expect(panel.get_by_role("heading", name="Wide Ridge insole")).to_be_visible()

    desk.get_by_role("button", name="End", exact=True).click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_text("Size or fit").click()
    dialog.get_by_role("button", name="End the conversation").click()
    expect(desk.get_by_text("This conversation has ended.")).to_be_visible()
    expect(desk.locator(".ended")).to_contain_text("€4.00")
    expect(desk.locator(".ended")).to_contain_text("€3.20")

    panel.get_by_role("button", name="5 out of 5").click()
    expect(panel.get_by_text("Rating saved")).to_be_visible()
    panel.get_by_role("button", name="Yes").click()
    panel.get_by_label(re.compile("A word for")).fill("Clear and honest.")
    expect(panel.get_by_text("Rating saved")).to_be_visible()
