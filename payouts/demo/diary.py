"""When people of the demonstration are at work, and when shoppers ask: the rhythm of the past, by seed."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from marketplace.demo.model import Lang
from payouts.demo.world import Member, Shop

PARIS = ZoneInfo("Europe/Paris")
DAYS = 91
_BY_WEEKDAY = (1.05, 1.0, 1.0, 0.95, 0.9, 1.15, 1.25)
_BY_HOUR = (0, 0, 0, 0, 0, 0, 1, 3, 5, 7, 8, 8, 9, 9, 7, 6, 7, 9, 12, 15, 17, 14, 8, 2)
"""Relative traffic of a shop in each hour of the day, Paris time."""
_SHARE = {"nordet-trail": 42, "lumengrain": 30, "maison-braisette": 28}
_FRENCH = {"nordet-trail": 0.74, "lumengrain": 0.42, "maison-braisette": 0.85}
ORDER_SHARE = 0.07
"""Share of questions about an order or a delivery, which no expert receives."""
_ATTENDANCE = 0.95
"""How often somebody really sits down in his own hours."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to come: when, in which shop, in which language, whether about an order; `seed` decides the rest."""

    at: datetime
    shop: Shop
    lang: Lang
    about_order: bool
    seed: int


def asks(rng: Random, shops: tuple[Shop, ...], *, now: datetime, count: int) -> list[Ask]:
    """`count` questions over the days before `now`, growing slowly, in the rhythm of the day and the week."""
    days = [(now - timedelta(days=back)).astimezone(PARIS).date() for back in range(DAYS, 0, -1)]
    weights = [_BY_WEEKDAY[day.weekday()] * (0.65 + 0.7 * n / DAYS) for n, day in enumerate(days)]
    by_slug = {shop.demo.slug: shop for shop in shops}
    found = []
    for day in rng.choices(days, weights, k=count):
        hour = rng.choices(range(24), _BY_HOUR)[0]
        wall = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), PARIS)
        slug = rng.choices(list(_SHARE), list(_SHARE.values()))[0]
        lang: Lang = "fr" if rng.random() < _FRENCH[slug] else "en"
        about_order, seed = rng.random() < ORDER_SHARE, rng.randrange(2**31)
        found.append(Ask(wall.astimezone(now.tzinfo), by_slug[slug], lang, about_order, seed))
    return sorted(found, key=lambda ask: (ask.at, ask.seed))


class Rota:
    """Who sits at his desk when: everybody's weekly hours, kept or missed by chance of the seed."""

    def __init__(self, members: tuple[Member, ...], seed: int):
        self._members = members
        self._seed = seed

    def on_shift(
        self, shop: Shop, lang: Lang, category: str, at: datetime, *, most: int
    ) -> list[tuple[Member, datetime]]:
        """Members at work for the shop in the language, with the end of their shift.

        Those who answer in the category; without any, one who answers in another.
        """
        found = []
        for member in self._members:
            since = member.since.get(shop.demo.slug)
            if since is None or since > at or lang not in member.persona.languages:
                continue
            until = self._shift_end(member, at)
            if until is not None:
                found.append((member, until))
        order = Random(f"{self._seed}:{at.date()}:{shop.demo.slug}")
        order.shuffle(found)
        suitable = [(member, until) for member, until in found if category in member.covers]
        return suitable[:most] or found[:1]

    def next_shift(
        self, shop: Shop, lang: Lang, category: str, after: datetime, within: timedelta
    ) -> datetime | None:  # fmt: skip
        """When somebody next sits down who answers in the category and the language; none when nobody does in time."""
        step = timedelta(minutes=20)
        at = after + step
        while at < after + within:
            if any(category in member.covers for member, _ in self.on_shift(shop, lang, category, at, most=1)):
                return at
            at += step
        return None

    def _shift_end(self, member: Member, at: datetime) -> datetime | None:
        local = at.astimezone(ZoneInfo(member.persona.time_zone))
        for shift in member.persona.weekly_hours:
            if shift.weekday == local.weekday() and shift.start <= local.time() < shift.end:
                if not self._attends(member, local.date(), shift.start):
                    return None
                return local.replace(hour=shift.end.hour, minute=shift.end.minute, second=0).astimezone(at.tzinfo)
        return None

    def _attends(self, member: Member, day: date, start: time) -> bool:
        return Random(f"{self._seed}:{member.persona.email}:{day}:{start}").random() < _ATTENDANCE


def mondays(first: datetime, last: datetime) -> list[datetime]:
    """The Monday mornings (nine o'clock in Paris) after `first` and before `last`: when experts are paid."""
    day = first.astimezone(PARIS).date() + timedelta(days=1)
    found = []
    while (moment := datetime.combine(day, time(9), PARIS).astimezone(first.tzinfo)) < last:
        if day.weekday() == 0:
            found.append(moment)
        day += timedelta(days=1)
    return found


def stars_of(rng: Random, quality: float) -> int:
    """Stars that an expert of this latent quality (0 to 1) is given: mostly five, less often with less quality."""
    edges = (0.012, 0.03, 0.085, 0.30)
    doubt = (1.35 - quality) / 0.53
    bounds = [min(edge * doubt, 0.9) for edge in edges]
    return 1 + bisect_right(bounds, rng.random())
