"""The widget where it is hard: a phone, a lost network, two tabs, keys only, storage refused, no scripts."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.flow.browsing import Windows
from tests.flow.market import Market
from tests.flow.site import HostileShop, Site
from tests.flow.test_story_in_browsers import QUESTION, open_panel, panel_of, say, sign_in, switch_on

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
REFUSED = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("refused", "SecurityError"); } });
"""


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_bad_network_two_tabs_pictures_and_erasure_on_a_phone(
    windows: Windows, site: Site, shop: HostileShop, market: Market
) -> None:
    windows.pardon("ERR_INTERNET_DISCONNECTED")
    windows.pardon("WebSocket connection")
    desk, page = windows.open(), windows.open(**PHONE)
    sign_in(desk, site, market.expert, then="/expert/")
    switch_on(desk)
    page.goto(shop.origin + market.path)
    page.get_by_role("button", name="A question?").focus()
    page.keyboard.press("Enter")
    panel = panel_of(page)
    panel.get_by_role("textbox", name="Your question").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    desk.locator("article.offer").filter(has_text=QUESTION).get_by_role("button", name="Take it").click()
    expect(panel.get_by_text(f"{market.expert_name} takes your question")).to_be_visible()

    box = panel.get_by_role("textbox", name="Your message")
    box.press_sequentially("I have wide ")
    page.context.set_offline(True)
    box.press_sequentially("feet.")
    box.press("Enter")
    expect(panel.get_by_text("Waiting for the network").first).to_be_visible()
    say(desk, re.compile("Write to"), "Then take half a size more.")
    page.context.set_offline(False)
    expect(desk.get_by_role("log").get_by_text("I have wide feet.")).to_be_visible()
    expect(panel.get_by_text("Then take half a size more.")).to_be_visible()

    panel.locator("input[type=file]").set_input_files(
        {"name": "sole.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    )
    expect(panel.get_by_role("button", name="Picture: sole.jpg")).to_be_visible()
    expect(desk.get_by_role("log").locator("a.picture img")).to_be_visible()

    other = page.context.new_page()
    other.goto(shop.origin + market.path)
    other.get_by_role("button", name="Your conversation").click()
    expect(panel_of(other).get_by_role("button", name="Picture: sole.jpg")).to_be_visible()
    say(panel_of(other), "Your message", "Thank you!")
    expect(panel.get_by_text("Thank you!")).to_be_visible()

    panel.get_by_role("button", name="Options").click()
    panel.get_by_role("menuitem", name="Erase this conversation").click()
    panel.get_by_role("button", name="Erase it").click()
    expect(panel.get_by_role("textbox", name="Your question")).to_be_visible()
    expect(panel_of(other).get_by_text("Thank you!")).to_have_count(0)


def test_refused_storage_and_no_scripts_still_lead_on(
    windows: Windows, site: Site, shop: HostileShop, market: Market
) -> None:
    page = windows.open()
    page.add_init_script(REFUSED)
    panel = open_panel(page, shop, market)
    say(panel, "Your question", QUESTION)
    expect(panel.get_by_label("E-mail for the answer")).to_be_visible()
    plain = windows.open(java_script_enabled=False)
    came = plain.goto(f"{site.url}/w/panel?key={market.key}&locale=en")
    assert came is not None  # Chromium told to run no script keeps <noscript> out of its tree: the answer is read
    assert "<noscript><p>This panel works only with JavaScript." in came.text()
