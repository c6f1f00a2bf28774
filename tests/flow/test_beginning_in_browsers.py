"""People begin: an account with a confirmed address, a new password, a brand with its shop, an accepted expert."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from marketplace.core.db import Database
from tests.factories.accounts import PASSWORD
from tests.flow.browsing import Windows
from tests.flow.mailbox import link_in_mail
from tests.flow.site import HostileShop, Site
from tests.flow.test_story_in_browsers import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
_number = count(1)
CSV = (
    "id,url,price,title_en,category_path_en\n"
    "K1,/p/kettle,49.00,Gooseneck kettle,Coffee > Kettles\n"
    "K2,/p/broken,much,Broken kettle,Coffee > Kettles\n"
)


def sign_up(page: Page, site: Site, database: Database, *, wish: str, name: str) -> str:
    """A new account through the form and the mailed link; the e-mail address."""
    email = f"{wish}{next(_number)}@beginning.example"
    page.goto(f"{site.url}/sign-up?as={wish}")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_text(email)).to_be_visible()
    page.goto(link_in_mail(database, email, "/confirm/"))
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_text("Your e-mail address is confirmed.")).to_be_visible()
    return email


def test_a_forgotten_password_is_replaced(windows: Windows, site: Site, site_database: Database) -> None:
    page = windows.open()
    email = sign_up(page, site, site_database, wish="expert", name="Paul Forgetful")
    page.context.clear_cookies()
    page.goto(f"{site.url}/reset")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    page.goto(link_in_mail(site_database, email, "/reset/"))
    page.get_by_label("New password").fill("another horse battery")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, site, email, password="another horse battery")


def test_a_brand_opens_its_shop_and_accepts_an_expert(
    windows: Windows, site: Site, site_database: Database, shop: HostileShop, tmp_path: Path
) -> None:
    brand, expert = windows.open(), windows.open()
    sign_up(brand, site, site_database, wish="brand", name="Iris Tanaka")
    name = f"Kettle & Co {next(_number)}"
    brand.get_by_label("Name").fill(name)
    brand.get_by_label("shop", exact=False).first.fill(shop.origin)
    brand.get_by_role("button", name="Create the brand").click()
    brand.goto(f"{site.url}/brand/sites")
    expect(brand.get_by_text("/w/v1/pk_").first).to_be_visible()
    expect(brand.get_by_text(shop.origin).first).to_be_visible()

    file = tmp_path / "kettles.csv"
    file.write_text(CSV)
    brand.goto(f"{site.url}/brand/catalogue/import")
    brand.get_by_label("CSV file").set_input_files(file)
    brand.get_by_role("button", name="Import").click()
    expect(brand.get_by_text("The import is finished")).to_be_visible()
    expect(brand.get_by_role("region", name="Lines left out")).to_contain_text("price")

    brand.goto(f"{site.url}/brand/missions/new")
    brand.get_by_label("Title in English").fill("Kettle lovers wanted")
    brand.get_by_label("Description in English").fill("Answer what people ask before they buy a kettle.")
    brand.get_by_role("checkbox", name="Coffee", exact=True).check()
    brand.get_by_role("checkbox", name="English", exact=True).check()
    brand.get_by_label("Pay per conversation").fill("4.00")
    brand.get_by_role("button", name="Save").click()
    brand.get_by_role("button", name="Publish").click()
    expect(brand.get_by_role("button", name="Publish")).to_have_count(0)

    sign_up(expert, site, site_database, wish="expert", name="Hugo Santerre")
    expert.goto(f"{site.url}/missions")
    expert.get_by_role("link", name="Kettle lovers wanted").last.click()
    expert.get_by_role("link", name="Apply").click()
    expert.get_by_label("In one line, in English").fill("Coffee at home for ten years")
    expert.get_by_label("Country").select_option("FR")
    for words in ("English", "Coffee"):
        expert.get_by_role("checkbox", name=words, exact=True).check()
    expert.get_by_label("Why you").fill("I make four cups a day and repair my kettles.")
    expert.get_by_role("button", name="Send the application").click()

    brand.goto(f"{site.url}/brand/applications")
    brand.get_by_role("link", name="Hugo").click()
    brand.get_by_role("button", name="Accept").click()
    expert.goto(f"{site.url}/expert/missions")
    expect(expert.get_by_role("main")).to_contain_text("active")
