"""Takes the two pictures of the README from the demonstration (`make pictures`); starts it when it does not run."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from marketplace.core.settings import Settings  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
EXPERT, PASSWORD = "maelle.kervadec@experts.comptoir.example", "demo-comptoir"
PRODUCT = "/nordet-trail/p/cairn-3-trail-shoes-women?lang=en"
STARTS_WITHIN = 180
"""Seconds: the first start tells three months of past."""
CHROME = os.environ.get("CHROME_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
TALK = (
    ("expert", "Hello! Which surface do you run on most: soft forest paths or rock?"),
    ("shopper", "Rock and roots, and often wet. Around 40 km a week."),
    ("expert", "Then yes: the lugs hold well on wet rock. I have 600 km on mine and the toe cap is still whole."),
    ("shopper", "And the size? I am between a 39 and a 40."),
    ("expert", "Take the 40: your feet swell on long descents, and a thin sock fills the rest."),
)


def main() -> None:
    """Ask, answer, and photograph both sides."""
    settings = Settings()
    expect.set_options(timeout=20_000)
    FOLDER.mkdir(exist_ok=True)
    with _running(settings), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROME, args=["--no-sandbox", "--disable-gpu"])
        desk = _open(browser, settings.public_url + "/sign-in?next=/expert/")
        _sign_in(desk)
        page = _open(browser, settings.shop_url + PRODUCT)
        panel = _ask(page, "Would this shoe do for wet, rocky trails?")
        desk.get_by_role("button", name="Take it").first.click()
        _talk(desk, panel)
        page.screenshot(path=FOLDER / "widget.png")
        desk.screenshot(path=FOLDER / "workbench.png")
        _end(desk)
        browser.close()
    for name in ("widget.png", "workbench.png"):
        sys.stdout.write(f"docs/pictures/{name}\n")


@contextmanager
def _running(settings: Settings) -> Iterator[None]:
    if _answers(settings):
        yield
        return
    started = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(settings):
            if started.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The demonstration did not start.")
            time.sleep(0.5)
        yield
    finally:
        started.terminate()
        started.wait(timeout=30)


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _open(browser: Browser, url: str) -> Page:
    context = browser.new_context(
        locale="en-GB", timezone_id="Europe/Paris", color_scheme="light", reduced_motion="reduce",
        viewport={"width": 1360, "height": 850},
    )  # fmt: skip
    page = context.new_page()
    page.goto(url)
    return page


def _sign_in(desk: Page) -> None:
    desk.get_by_role("textbox").first.fill(EXPERT)
    desk.locator("input[type=password]").fill(PASSWORD)
    desk.locator("main form button[type=submit]").click()
    desk.wait_for_url("**/expert/**")
    english = desk.locator("button[name=locale][value=en]")
    if desk.locator("html").get_attribute("lang") != "en":
        desk.locator("[popovertarget=desk-menu]").first.click()
        english.click()
    switch = desk.get_by_role("switch", name="Available")
    expect(switch).to_be_enabled()
    if not switch.is_checked():
        switch.click(force=True)
    expect(desk.locator("#why-state")).to_contain_text("Questions reach you")


def _ask(page: Page, question: str) -> FrameLocator:
    page.get_by_role("button", name="A question?").click()
    panel = page.frame_locator("comptoir-widget iframe")
    _say(panel, "Your question", question)
    return panel


def _say(place: Page | FrameLocator, label: str, words: str) -> None:
    box = place.get_by_role("textbox", name=re.compile(label))
    box.fill(words)
    box.press("Enter")


def _talk(desk: Page, panel: FrameLocator) -> None:
    for who, words in TALK:
        if who == "expert":
            _say(desk, "Write to", words)
        else:
            _say(panel, "Your message", words)
        expect(panel.get_by_text(words)).to_be_visible()
        expect(desk.get_by_role("log").get_by_text(words)).to_be_visible()


def _end(desk: Page) -> None:
    desk.get_by_role("button", name="End", exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name="End the conversation").click()
    expect(desk.get_by_text("This conversation has ended.")).to_be_visible()


if __name__ == "__main__":
    main()
