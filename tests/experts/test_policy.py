"""The routing policy as a value: bounds that name their field, hours in the brand's zone, nothing lost in storage."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from experts.cascade import AgentsMode
from experts.errors import PolicyRefused
from experts.policy import DEFAULT, Overflow, bounds, defaults, differences, parse, stored

MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
"""9:30 in Paris."""
NINE_TO_SIX = [[day, 9 * 60, 18 * 60] for day in range(5)]


def test_what_is_stored_is_read_back_the_same() -> None:
    policy = parse(
        {"idle": 0.5, "offer_seconds": 30, "agents": "beside", "week": NINE_TO_SIX, "when_closed": "help",
         "exceptions": [["2026-12-25", None, None]], "notice_fr": "Fermé. "}
    )  # fmt: skip
    assert stored(policy.as_json()) == policy
    assert (policy.cascade.agents, policy.when_closed) == (AgentsMode.BESIDE, Overflow.HELP)
    assert policy.notice("en") == "Fermé."


def test_a_setting_that_is_no_more_and_one_that_was_not_yet_are_read_by_default() -> None:
    old = {name: value for name, value in defaults().items() if name != "idle"} | {"haste": 3}
    assert stored(old) == DEFAULT


@pytest.mark.parametrize("name", list(bounds()))
def test_each_number_is_refused_outside_its_bounds_by_name(name: str) -> None:
    least, greatest = bounds()[name]
    for value in (least - 1, greatest + 1, "many", True):
        with pytest.raises(PolicyRefused) as refusal:
            parse({name: value})
        assert refusal.value.field == name
        assert refusal.value.values == {"least": f"{least:g}", "greatest": f"{greatest:g}"}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"max_open": 1.5}, "max_open"),
        ({"first_hedge": 60, "second_hedge": 30}, "second_hedge"),
        ({"prior_accepted": 9, "prior_offered": 5}, "prior_accepted"),
        ({"agents": "sometimes"}, "agents"),
        ({"when_full": "never"}, "when_full"),
        ({"notice_en": "x" * 401}, "notice_en"),
        ({"week": [[0, 600, 500]]}, "week"),
        ({"week": [[0, 500, 700], [0, 600, 800]]}, "week"),
        ({"exceptions": [["2026-12-25", 600, None]]}, "exceptions"),
        ({"haste": 1}, None),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], field: str | None) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        parse(settings)
    assert refusal.value.field == field


def test_hours_are_those_of_the_brands_own_clock_and_exceptions_come_first() -> None:
    policy = parse({"week": NINE_TO_SIX, "exceptions": [["2026-11-17", None, None], ["2026-11-21", 600, 720]]})
    assert policy.opening("Europe/Paris", MONDAY) == (True, MONDAY.replace(hour=17, minute=0))
    assert not policy.opening("America/New_York", MONDAY)[0]
    assert not policy.opening("Europe/Paris", MONDAY + timedelta(days=1))[0]
    saturday = datetime.combine(date(2026, 11, 21), MONDAY.timetz()) + timedelta(hours=1)
    assert policy.opening("Europe/Paris", saturday)[0]
    assert DEFAULT.opening("Europe/Paris", MONDAY)[0]


def test_two_policies_are_told_apart_setting_by_setting() -> None:
    changes = list(differences(DEFAULT, parse({"idle": 0.5, "agents": "after"})))
    assert sorted(changes) == [("agents", "none", "after"), ("idle", 0.3, 0.5)]
