"""Profiles: how somebody becomes an expert, and what shoppers and brands read of him."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from experts import availability, avatars, hours, pool
from experts.errors import ProfileIncomplete
from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.core.locales import LOCALES
from marketplace.core.storage import Storage

LONGEST_NAME, LONGEST_HEADLINE, LONGEST_BIO = 40, 120, 2_000
COUNTRIES = ("FR", "BE", "CH", "LU", "CA", "GB", "IE", "DE", "ES", "IT", "NL", "PT", "SE", "DK", "PL")
"""Where experts may live, ISO 3166-1 alpha-2."""


def find(session: Session, person_id: UUID) -> Expert | None:
    """The person's profile, when he is an expert."""
    return session.get(Expert, person_id)


def become_expert(
    session: Session, person: Person, *, public_name: str, languages: Sequence[str], country: str, time_zone: str,
    headline_en: str = "", headline_fr: str = "", bio: str = "", capacity: int = 1, now: datetime,
) -> Expert:  # fmt: skip
    """The person's profile, made or changed; switched off until he switches himself on. Raises `ProfileIncomplete`."""
    expert = session.get(Expert, person.id)
    if expert is None:
        expert = Expert(person_id=person.id, public_name="", languages=[], joined_at=now)
        session.add(expert)
    expert.is_enthusiast = True
    _fill(expert, public_name, languages, country, headline_en, headline_fr, bio)
    if not 1 <= capacity <= availability.MOST_AT_ONCE:
        raise ProfileIncomplete("Choose between 1 and 10 conversations at once.", field="capacity")
    expert.capacity = capacity
    person.time_zone = _zone(time_zone)
    session.flush()
    expert.on_duty_until, expert.duty_due_at = hours.duty(session, expert, now)
    session.flush()
    return expert


def change_profile(
    session: Session, expert: Expert, *, public_name: str, languages: Sequence[str], country: str, time_zone: str,
    headline_en: str, headline_fr: str, bio: str, now: datetime,
) -> None:  # fmt: skip
    """Raises `ProfileIncomplete`. Languages and time zone act on the pool at once."""
    _fill(expert, public_name, languages, country, headline_en, headline_fr, bio)
    session.get_one(Person, expert.person_id).time_zone = _zone(time_zone)
    session.flush()
    availability.review(session, expert, now=now)


def set_avatar(session: Session, storage: Storage, person: Person, content: bytes) -> str:
    """Keep the picture and forget the one before; its name in storage. Raises `NotAPicture`."""
    name = storage.put(avatars.square(content), suffix=".webp")
    before, person.avatar = person.avatar, name
    session.flush()
    if before is not None:
        storage.delete(before)
    return name


def remove_avatar(session: Session, storage: Storage, person: Person) -> None:
    """Initials are shown again."""
    before, person.avatar = person.avatar, None
    session.flush()
    if before is not None:
        storage.delete(before)


def forget(session: Session, expert: Expert, *, now: datetime) -> None:
    """Switch off and take the words and the name away; counts and what was earned stay."""
    expert.public_name, expert.headline_en, expert.headline_fr, expert.bio = "—", "", "", ""
    expert.switched_on = False
    pool.refresh(session, expert.person_id, now=now)


def headline(expert: Expert, locale: str) -> str:
    """The headline in the reader's language, else in the other."""
    first, second = (
        (expert.headline_fr, expert.headline_en) if locale == "fr" else (expert.headline_en, expert.headline_fr)
    )
    return first or second


def _fill(
    expert: Expert, public_name: str, languages: Sequence[str], country: str, headline_en: str, headline_fr: str,
    bio: str,
) -> None:  # fmt: skip
    expert.public_name = _line(public_name, "public_name", LONGEST_NAME)
    if not expert.public_name:
        raise ProfileIncomplete("Say what shoppers may call you.", field="public_name")
    spoken = [language for language in LOCALES if language in languages]
    if not spoken:
        raise ProfileIncomplete("Choose at least one language.", field="languages")
    if country not in COUNTRIES:
        raise ProfileIncomplete("Choose your country from the list.", field="country")
    expert.languages, expert.country = spoken, country
    expert.headline_en = _line(headline_en, "headline_en", LONGEST_HEADLINE)
    expert.headline_fr = _line(headline_fr, "headline_fr", LONGEST_HEADLINE)
    expert.bio = bio.replace("\x00", "").strip()
    if len(expert.bio) > LONGEST_BIO:
        raise ProfileIncomplete("Too long: at most %(most)s characters.", field="bio", most=LONGEST_BIO)


def _line(text: str, field: str, most: int) -> str:
    cleaned = " ".join(text.replace("\x00", "").split())
    if len(cleaned) > most:
        raise ProfileIncomplete("Too long: at most %(most)s characters.", field=field, most=most)
    return cleaned


def _zone(time_zone: str) -> str:
    if time_zone not in available_timezones():
        raise ProfileIncomplete("“%(zone)s” is not a time zone.", field="time_zone", zone=time_zone[:60])
    return time_zone
