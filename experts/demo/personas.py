"""The forty experts of the demonstration, read from `personas.json`, always the same."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from marketplace.demo.model import Lang, Text, english, french

MAIL_DOMAIN = "experts.comptoir.example"

_WORKING_DAYS, _WEEKEND = range(5), range(5, 7)

# Rhythms of a week: days (Monday is 0), first and last minute of availability in the day.
_RHYTHMS: dict[str, tuple[tuple[range, int, int], ...]] = {
    "evenings": ((_WORKING_DAYS, 18 * 60, 21 * 60 + 30), (range(6, 7), 17 * 60, 21 * 60)),
    "weekends": ((_WEEKEND, 9 * 60, 12 * 60 + 30), (_WEEKEND, 14 * 60, 20 * 60)),
    "mornings": ((range(6), 6 * 60 + 30, 10 * 60), (_WEEKEND, 16 * 60, 19 * 60)),
    "lunch": ((_WORKING_DAYS, 11 * 60 + 45, 14 * 60), (range(1, 4), 19 * 60, 21 * 60)),
    "days": ((_WORKING_DAYS, 9 * 60, 12 * 60), (_WORKING_DAYS, 13 * 60 + 30, 17 * 60)),
    "late": ((range(4), 20 * 60, 23 * 60), (range(4, 7), 19 * 60, 23 * 60 + 15)),
    "mixed": ((range(1, 5, 2), 17 * 60, 22 * 60), (range(5, 6), 10 * 60, 19 * 60)),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """Weekly hours of one day (Monday is 0), in the person's own time zone; `end` is later."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Look:
    """What an avatar shows: indices into the tables of `avatars`, and one extra.

    `extra` is "b" for a beard, "g" for glasses, "f" for freckles, "-" for none.
    """

    skin: int
    hair: int
    style: int
    extra: str


@dataclass(frozen=True, slots=True)
class Persona:
    """One invented expert.

    `brands` maps a brand's slug to the category keys he applies for (a key stands for all below
    it). For simulation only: `quality` (0-1) draws ratings, `acceptance` (0-1) is the chance that
    an offer is taken, `reply_seconds` the usual first reply. `joined_days_ago` is counted back
    from the day of seeding.
    """

    first_name: str
    last_name: str
    email: str
    languages: tuple[Lang, ...]
    country: str
    time_zone: str
    capacity: int
    weekly_hours: tuple[Shift, ...]
    brands: dict[str, tuple[str, ...]]
    headline: Text
    bio: Text
    motivation: str
    look: Look
    quality: float
    acceptance: float
    reply_seconds: int
    joined_days_ago: int

    @property
    def full_name(self) -> str:
        """Return the name as written on the profile."""
        return f"{self.first_name} {self.last_name}"


def _mail_name(name: str) -> str:
    # The dotless i has no decomposition of its own.
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    letters = plain.encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in letters if letter.isalpha() or letter == "-")


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _weekly_hours(rhythm: str, rng: Random) -> tuple[Shift, ...]:
    """Return the hours of a rhythm, moved by up to half an hour so that no two people coincide."""
    early, late = rng.choice((-30, -15, 0, 15)), rng.choice((-15, 0, 15, 30))
    return tuple(
        Shift(day, _clock(start + early), _clock(end + late)) for days, start, end in _RHYTHMS[rhythm] for day in days
    )


def _persona(row: list[Any]) -> Persona:
    first, last, spoken, country, zone, capacity, rhythm, brands, look = row[:9]
    headline_fr, headline_en, bio_fr, bio_en, motivation = row[9:]
    languages: tuple[Lang, ...] = tuple("fr" if code == "fr" else "en" for code in spoken.split(","))
    email = f"{_mail_name(first)}.{_mail_name(last)}@{MAIL_DOMAIN}"
    # Seeded by the address, so that adding a person changes nobody else.
    rng = Random(email)
    skin, hair, style, extra = look.split()
    return Persona(
        first_name=first,
        last_name=last,
        email=email,
        languages=languages,
        country=country,
        time_zone=zone,
        capacity=capacity,
        weekly_hours=_weekly_hours(rhythm, rng),
        brands={slug: tuple(keys) for slug, keys in brands.items()},
        headline=Text(english(headline_en), french(headline_fr)),
        bio=Text(english(bio_en), french(bio_fr)),
        # Written in the person's first language; French type leaves English text as it is.
        motivation=french(motivation),
        look=Look(int(skin), int(hair), int(style), extra),
        quality=round(rng.betavariate(9, 2), 3),
        acceptance=round(rng.uniform(0.55, 0.97), 3),
        reply_seconds=rng.randint(9, 75),
        joined_days_ago=rng.randint(20, 95),
    )


@cache
def personas() -> tuple[Persona, ...]:
    """Return the forty experts, always the same and in the same order."""
    source = files("experts.demo") / "personas.json"
    return tuple(_persona(row) for row in json.loads(source.read_text(encoding="utf-8")))
