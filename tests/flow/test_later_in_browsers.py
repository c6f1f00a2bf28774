"""Nobody is free: the question waits, the answer is mailed, the thread goes on from the private link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from marketplace.core.db import Database
from tests.flow.browsing import Windows
from tests.flow.mailbox import link_in_mail
from tests.flow.market import Market, make_operator
from tests.flow.site import HostileShop, Site
from tests.flow.test_story_in_browsers import QUESTION, open_panel, say, sign_in, switch_on

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def test_a_question_without_anybody_free_is_answered_by_mail(
    windows: Windows, site: Site, site_database: Database, shop: HostileShop, market: Market
) -> None:
    shopper_mail = f"shopper-{market.key}@flow.example"
    page = windows.open()
    panel = open_panel(page, shop, market)
    say(panel, "Your question", QUESTION)
    panel.get_by_label("E-mail for the answer").fill(shopper_mail)
    panel.get_by_role("button", name="Write to me with the answer").click()
    expect(panel.get_by_text("It is noted")).to_be_visible()
    page.close()

    desk = windows.open()
    sign_in(desk, site, market.expert, then="/expert/")
    switch_on(desk)
    desk.locator("article.offer").filter(has_text=QUESTION).get_by_role("button", name="Take it").click()
    say(desk, re.compile("Write to"), "Yes: take half a size less.")

    link = link_in_mail(site_database, shopper_mail, "/c/")
    operator = windows.open()
    sign_in(operator, site, make_operator(site_database), then="/operator/mail")
    expect(operator.get_by_role("row").filter(has_text=shopper_mail)).to_be_visible()

    letter = windows.open()
    letter.goto(link)
    expect(letter.get_by_text("Yes: take half a size less.")).to_be_visible()
    letter.get_by_label("Your message").fill("And in winter, with wool socks?")
    letter.get_by_role("button", name="Send").click()
    expect(letter.get_by_text("And in winter, with wool socks?")).to_be_visible()

    expect(desk.get_by_role("log").get_by_text("And in winter, with wool socks?")).to_be_visible()
    desk.get_by_role("button", name="End", exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name="End the conversation").click()
    expect(desk.get_by_text("This conversation has ended.")).to_be_visible()
    letter.reload()
    letter.locator("label").filter(has_text="4 stars").click()
    letter.get_by_role("button", name="Rate", exact=True).click()
    expect(letter.get_by_text("Thank you, your rating is saved")).to_be_visible()


def test_a_question_about_an_order_is_sent_to_the_brand(windows: Windows, shop: HostileShop, market: Market) -> None:
    panel = open_panel(windows.open(), shop, market)
    say(panel, "Your question", "Where is my parcel? My order has not arrived yet.")
    expect(panel.get_by_role("link", name="Contact")).to_have_attribute("href", re.compile("shop.example/help"))
