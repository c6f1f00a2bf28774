"""From a conversation to the expert's account: earning, payment account, run, statement."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from marketplace.accounts.models import Person
from marketplace.brands.models import Mission
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.payouts import earn
from tests.flow.browsing import Windows
from tests.flow.market import Market, family, make_operator
from tests.flow.site import Site
from tests.flow.test_story_in_browsers import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


def test_what_was_earned_reaches_the_expert_in_a_run(
    windows: Windows, site: Site, site_database: Database, market: Market
) -> None:
    with site_database.unit_of_work() as session:
        mission = session.get_one(Mission, market.mission_id)
        for _ in range(4):
            earn(session, mission, session.get_one(Person, market.expert_id), now=utcnow())
    expert = windows.open()
    sign_in(expert, site, market.expert, then="/expert/payment-account")
    expert.get_by_role("button", name="Open my account").click()
    expert.get_by_role("button", name="Give everything").click()
    expect(expert.get_by_text("Ready to be paid", exact=True)).to_be_visible()

    expert.goto(f"{site.url}/expert/earnings")
    line = expert.locator("details").filter(has_text="Does it run large?").first
    line.locator("summary").click()
    expect(line).to_contain_text("€4.00")
    expect(line).to_contain_text("€0.80")
    expect(expert.get_by_role("main")).to_contain_text("€12.80")

    operator = windows.open()
    sign_in(operator, site, make_operator(site_database), then="/operator/runs")
    operator.on("dialog", lambda dialog: dialog.accept())
    operator.get_by_role("button", name="Prepare").click()
    row = operator.get_by_role("row").filter(has_text=family(market.expert))
    expect(row).to_contain_text("€12.80")
    operator.get_by_role("button", name="Approve").click()
    operator.get_by_role("button", name="Execute").click()
    expect(row).to_contain_text("tr_")
    expect(operator.get_by_text("done").first).to_be_visible()

    expert.reload()
    expect(expert.get_by_role("region", name="Payouts").last).to_contain_text("€12.80")
    week = utcnow().isocalendar()
    expert.goto(f"{site.url}/expert/statements/{week.year}-W{week.week:02d}")
    expect(expert.get_by_role("main")).to_contain_text("€12.80")
    operator.goto(f"{site.url}/operator/exceptions")
    expect(operator.get_by_role("main")).to_be_visible()
