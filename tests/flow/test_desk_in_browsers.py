"""Two experts at their desks: a note, a ready reply, a conversation put off and handed over, by keyboard alone."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from marketplace.brands.models import Mission
from marketplace.chat import canned
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.accounts import make_person
from tests.factories.experts import make_enrolment, make_expert
from tests.flow.browsing import Windows
from tests.flow.conftest import Running
from tests.flow.market import Market
from tests.flow.site import HostileShop, Site
from tests.flow.test_story_in_browsers import QUESTION, open_panel, say, sign_in, switch_on

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def colleague(database: Database, market: Market) -> str:
    """Another expert of the market's mission, and a ready reply of the first."""
    email = f"colleague-{market.expert}"
    now = utcnow()
    with database.unit_of_work() as session:
        mission = session.get_one(Mission, market.mission_id)
        person = make_person(session, email=email, name="Basile Ferrand")
        make_enrolment(session, mission, expert=make_expert(session, person=person, now=now), now=now)
        canned.save(
            session, person_id=market.expert_id, shortcut="hello", language="en", text="Welcome to {brand}!", now=now
        )
    return email


def choose(desk: Page, key: str) -> None:
    """A single key, pressed outside any field."""
    desk.evaluate("() => document.activeElement?.blur()")
    desk.keyboard.press(key)


def hand_over(first: Page, second: Page, panel: FrameLocator) -> None:
    """By keys, with a comment; the successor reads everything and goes on."""
    choose(first, "t")
    first.get_by_role("dialog").locator("label").filter(has_text="Basile").click()
    first.get_by_role("textbox", name=re.compile("What should that person know")).fill("I have to leave")
    first.get_by_role("button", name="Hand over").last.click()
    expect(first.get_by_text("Somebody is asked to take over")).to_be_visible()
    ask = second.locator("article.offer.transfer")
    expect(ask).to_contain_text("I have to leave")
    choose(second, "a")
    expect(second.locator(".note").first).to_contain_text("Wide feet, hesitates")
    expect(second.get_by_text("I am back already").last).to_be_visible()
    expect(panel.get_by_text(re.compile("Basile")).first).to_be_visible()
    expect(first.get_by_text("A colleague goes on with this conversation.")).to_be_visible()
    say(second, re.compile("Write to"), "Half a size up, then.")
    expect(panel.get_by_text("Half a size up, then.")).to_be_visible()
    expect(panel.get_by_text("Wide feet, hesitates")).to_have_count(0)


def test_a_conversation_is_put_off_and_handed_over(
    windows: Windows, running: Running, site: Site, shop: HostileShop, market: Market
) -> None:
    second_email = colleague(running.database, market)
    first, second, page = windows.open(), windows.open(), windows.open()
    sign_in(first, site, market.expert, then="/expert/")
    switch_on(first)
    panel = open_panel(page, shop, market)
    say(panel, "Your question", QUESTION + " I am lea@mail.example")
    expect(first.locator("article.offer")).to_contain_text("•••")
    choose(first, "a")
    expect(first.get_by_text("You took the question")).to_be_visible()
    expect(first.get_by_text("lea@mail.example")).to_have_count(0)

    box = first.get_by_role("textbox", name=re.compile("Write to"))
    box.press("/")
    first.get_by_role("combobox", name="Search a ready reply").fill("hel")
    expect(first.get_by_role("option")).to_contain_text(market.brand_name)
    first.keyboard.press("Enter")
    expect(box).to_have_value(f"Welcome to {market.brand_name}!")
    box.press("Enter")
    expect(panel.get_by_text(f"Welcome to {market.brand_name}!")).to_be_visible()

    choose(first, "n")
    first.get_by_role("textbox", name="Note").fill("Wide feet, hesitates")
    first.get_by_role("button", name="Keep the note").click()
    expect(first.locator(".note")).to_contain_text("Wide feet, hesitates")

    choose(first, "s")
    first.get_by_role("button", name="In three hours").click()
    expect(first.get_by_text("Comes back today")).to_be_visible()
    say(panel, re.compile("."), "I am back already")
    expect(first.get_by_text("Comes back today")).to_have_count(0)

    sign_in(second, site, second_email, then="/expert/")
    switch_on(second)
    hand_over(first, second, panel)
    choose(second, "?")
    expect(second.get_by_role("dialog")).to_contain_text("Hand over")
    found = Axe().run(second, options={"resultTypes": ["violations"]}).response["violations"]
    assert [each["id"] for each in found] == []
