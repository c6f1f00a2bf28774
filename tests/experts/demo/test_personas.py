"""The demonstration's experts are forty different people who cover every shop."""

from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

from experts.demo.personas import MAIL_DOMAIN, personas
from marketplace.demo.catalogue import demo_brand, demo_brands


def test_there_are_forty_people_with_their_own_addresses() -> None:
    addresses = {person.email for person in personas()}
    assert len(addresses) == len(personas()) == 40
    assert len({person.full_name for person in personas()}) == 40
    assert all(address.isascii() and address.endswith(f"@{MAIL_DOMAIN}") for address in addresses)


def test_every_person_presents_himself_in_both_languages() -> None:
    for person in personas():
        assert person.headline.en != person.headline.fr
        assert person.bio.en != person.bio.fr
        assert all((person.headline.en, person.headline.fr, person.bio.en, person.bio.fr, person.motivation))


def test_figures_are_within_their_bounds() -> None:
    for person in personas():
        assert 1 <= person.capacity <= 3
        assert 0 < person.quality < 1
        assert 0 < person.acceptance < 1
        assert 0 < person.reply_seconds < 120
        assert 0 < person.joined_days_ago < 100
        assert ZoneInfo(person.time_zone)
        assert len(person.country) == 2


def test_shifts_go_forward_and_do_not_overlap() -> None:
    for person in personas():
        by_day = sorted(person.weekly_hours, key=lambda shift: (shift.weekday, shift.start))
        assert by_day
        assert all(0 <= shift.weekday <= 6 and shift.start < shift.end for shift in by_day)
        for before, after in pairwise(by_day):
            assert before.weekday < after.weekday or before.end < after.start


def test_every_category_has_two_experts_in_each_language() -> None:
    cover: Counter[tuple[str, str, str]] = Counter()
    for person in personas():
        for slug, keys in person.brands.items():
            brand = demo_brand(slug)
            for leaf in frozenset().union(*(brand.leaves_under(key) for key in keys)):
                cover.update((slug, leaf, lang) for lang in person.languages)
    for brand in demo_brands():
        for leaf in {product.category for product in brand.products}:
            assert cover[brand.slug, leaf, "en"] >= 2
            assert cover[brand.slug, leaf, "fr"] >= 2


def test_hours_differ_from_person_to_person() -> None:
    assert len({person.weekly_hours for person in personas()}) >= 20
