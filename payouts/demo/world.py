"""Who and what the demonstration is made of, brought in through the services: brands, catalogues, missions, experts."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import applications, availability, hours, profiles
from experts.demo.avatars import avatar_png
from experts.demo.personas import Persona, personas
from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.accounts.people import create_person
from marketplace.brands import catalogue, missions, registry
from marketplace.brands.models import Brand, Category, Mission
from marketplace.brands.states import MissionAction, SaleSplit
from marketplace.core.actors import Actor
from marketplace.core.settings import Settings
from marketplace.core.storage import Storage
from marketplace.demo.catalogue import catalogue_csv, demo_brands
from marketplace.demo.model import DemoBrand, DemoMission

PASSWORD = "demo-comptoir"
OPERATOR = "operator@comptoir.example"
SECOND_OPERATOR = "second-operator@comptoir.example"
OWNERS = {
    "nordet-trail": ("Solenn Quéré", "owner@nordet-trail.example"),
    "lumengrain": ("Harriet Lowe", "owner@lumengrain.example"),
    "maison-braisette": ("Bastien Ferrand", "owner@maison-braisette.example"),
}
DEMO_EXPERTS_PER_BRAND = 2
FOUNDED_DAYS_AGO = 100
_ROOM = 2
"""Seats for each one that the content speaks of, so that whoever tries the demonstration can still apply."""


@dataclass(frozen=True, slots=True)
class Member:
    """A persona with an account. `since` maps the brands that accepted him to when they did; `covers` holds
    the keys of the leaf categories in which he answers."""

    persona: Persona
    person_id: UUID
    actor: Actor
    since: dict[str, datetime]
    covers: frozenset[str]
    any_hours: bool


@dataclass(frozen=True, slots=True)
class Shop:
    """A demonstration brand as it stands in the database."""

    demo: DemoBrand
    brand_id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything that the past happens to."""

    shops: tuple[Shop, ...]
    members: tuple[Member, ...]
    operator_id: UUID
    second_operator_id: UUID


def demo_experts(brand_slug: str) -> tuple[Persona, ...]:
    """The brand's experts with a published password: bilingual, early, at work whenever they switch themselves on."""
    suitable = [
        each for each in personas()
        if tuple(each.brands) == (brand_slug,) and len(each.languages) == 2 and each.capacity > 1
    ]  # fmt: skip
    return tuple(suitable[:DEMO_EXPERTS_PER_BRAND])


def build_operators(session: Session, *, now: datetime) -> tuple[UUID, UUID]:
    """Two people of the platform: large payout runs need a second approval."""
    first, second = (
        create_person(
            session, email=email, name=name, password=PASSWORD, confirmed=True, is_operator=True, locale=locale, now=now
        )
        for email, name, locale in ((OPERATOR, "Inès Marchetti", "en"), (SECOND_OPERATOR, "Oscar Vandel", "fr"))
    )
    return first.id, second.id


def build_shop(session: Session, demo: DemoBrand, settings: Settings, *, now: datetime) -> Shop:
    """The brand with its owner, its site, its imported catalogue and its published missions."""
    name, email = OWNERS[demo.slug]
    owner = create_person(
        session, email=email, name=name, password=PASSWORD, confirmed=True, locale=demo.locale, now=now
    )
    brand = registry.create_brand(
        session, name=demo.name, owner=owner, locale=demo.locale, currency=demo.currency, slug=demo.slug,
        help_url=demo.help_url, help_email=demo.help_email, accent=demo.accent, now=now,
    )  # fmt: skip
    registry.add_site(session, brand, origin=settings.shop_url, now=now)
    _import_catalogue(session, brand, demo, settings, now)
    for mission in demo.missions:
        _publish(session, brand, demo, mission, settings, now + timedelta(hours=2))
    return Shop(demo, brand.id, owner.id)


def _import_catalogue(session: Session, brand: Brand, demo: DemoBrand, settings: Settings, now: datetime) -> None:
    for category in demo.categories:
        catalogue.upsert_category(
            session, brand, path_en=demo.category_path(category.key, "en").split(catalogue.PATH_SEPARATOR),
            path_fr=demo.category_path(category.key, "fr").split(catalogue.PATH_SEPARATOR),
            synonyms=(*category.synonyms_en, *category.synonyms_fr),
        )  # fmt: skip
    text = catalogue_csv(demo, site_url=f"{settings.shop_url.rstrip('/')}/{demo.slug}")
    report = catalogue.import_rows(session, brand, csv.DictReader(io.StringIO(text)), now=now)
    if report.errors:
        raise RuntimeError(f"the catalogue of {demo.slug} was refused: {report.errors[0]}")


def category_ids(session: Session, shop: Shop) -> dict[str, UUID]:
    """The database's category of each key of the content."""
    rows = session.scalars(select(Category).where(Category.brand_id == shop.brand_id))
    by_path = {_path_of(row, shop.demo): row.id for row in rows}
    return {c.key: by_path[shop.demo.category_path(c.key, "en")] for c in shop.demo.categories}


def _path_of(row: Category, demo: DemoBrand) -> str:
    slugs = {
        "/".join(registry.slug_of(part) for part in path.split(catalogue.PATH_SEPARATOR)): path
        for path in (demo.category_path(c.key, "en") for c in demo.categories)
    }
    return slugs[row.path_key]


def _publish(
    session: Session, brand: Brand, demo: DemoBrand, call: DemoMission, settings: Settings, now: datetime
) -> None:
    ids = category_ids(session, Shop(demo, brand.id, brand.id))
    mission = missions.create_mission(
        session, brand, title_en=call.title.en, title_fr=call.title.fr, description_en=call.description.en,
        description_fr=call.description.fr, rules_en=call.rules.en, rules_fr=call.rules.fr,
        category_ids=[ids[key] for key in call.categories], languages=("fr", "en"), pay_minor=call.pay_minor,
        floor_minor=call.pay_minor * 3 // 4, sale_bps=300,
        sale_split=SaleSplit.BY_CONTRIBUTION if call is demo.missions[-1] else SaleSplit.LAST_HELPER,
        commission_bps=settings.commission_bps, starts_on=now.date(), seats=call.seats * _ROOM, now=now,
    )  # fmt: skip
    missions.move(session, mission, MissionAction.PUBLISH, now=now)


def build_members(session: Session, shops: tuple[Shop, ...], storage: Storage, *, now: datetime) -> Iterator[Member]:
    """The experts: signed up, confirmed, with picture and hours, applied, and mostly accepted. `now` is today."""
    by_slug = {shop.demo.slug: shop for shop in shops}
    demo_emails = {each.email for slug in by_slug for each in demo_experts(slug)}
    for number, persona in enumerate(personas()):
        joined = now - timedelta(days=_days_here(persona, number), hours=3 + number % 7)
        is_demo = persona.email in demo_emails
        if is_demo:
            joined = now - timedelta(days=95)
        person, expert = _sign_up(session, persona, storage, password=PASSWORD if is_demo else None, now=joined)
        if not is_demo:
            week = [
                (shift.weekday, shift.start.hour * 60 + shift.start.minute, shift.end.hour * 60 + shift.end.minute)
                for shift in persona.weekly_hours
            ]
            hours.set_week(session, expert, week)
            availability.review(session, expert, now=joined)
        since = {
            slug: accepted
            for slug in persona.brands
            if (accepted := _enrol(session, by_slug[slug], expert, persona, number, is_demo, joined, now)) is not None
        }
        actor = Actor(person_id=person.id, name=person.name, is_expert=True)
        yield Member(persona, person.id, actor, since, _covered(by_slug, persona, everything=is_demo), is_demo)


def _days_here(persona: Persona, number: int) -> int:
    """Most were there from the beginning; one in six came when the content says."""
    return persona.joined_days_ago if number % 6 == 0 else 52 + persona.joined_days_ago // 2


def _covered(by_slug: dict[str, Shop], persona: Persona, *, everything: bool) -> frozenset[str]:
    keys = [
        (by_slug[slug].demo, key)
        for slug, own in persona.brands.items()
        for key in ([c.key for c in by_slug[slug].demo.categories] if everything else own)
    ]
    return frozenset().union(*(demo.leaves_under(key) for demo, key in keys))


def _sign_up(
    session: Session, persona: Persona, storage: Storage, *, password: str | None, now: datetime
) -> tuple[Person, Expert]:
    main = persona.languages[0]
    person = create_person(
        session, email=persona.email, name=persona.full_name, password=password, confirmed=True, locale=main,
        time_zone=persona.time_zone, now=now,
    )  # fmt: skip
    expert = profiles.become_expert(
        session, person, public_name=persona.first_name, languages=persona.languages, country=persona.country,
        time_zone=persona.time_zone, headline_en=persona.headline.en, headline_fr=persona.headline.fr,
        bio=persona.bio[main], capacity=persona.capacity, now=now,
    )  # fmt: skip
    profiles.set_avatar(session, storage, person, avatar_png(persona, 256))
    return person, expert


def _enrol(
    session: Session, shop: Shop, expert: Expert, persona: Persona, number: int, everything: bool,
    joined: datetime, now: datetime,
) -> datetime | None:  # fmt: skip
    """Apply for every mission that covers what the persona knows; when a brand first said yes, if it did."""
    ids = category_ids(session, shop)
    keys = persona.brands[shop.demo.slug]
    known = frozenset().union(*(shop.demo.leaves_under(key) for key in keys))
    first_yes: datetime | None = None
    found = session.scalars(select(Mission).where(Mission.brand_id == shop.brand_id).order_by(Mission.id))
    for call, mission in zip(shop.demo.missions, found, strict=True):
        covered = frozenset().union(*(shop.demo.leaves_under(key) for key in call.categories))
        chosen = covered if everything else covered & known
        if not chosen:
            continue
        waits = first_yes is not None and not everything and number % 4 == 2
        applied = now - timedelta(days=number % 3, hours=5) if waits else joined + timedelta(minutes=25)
        enrolment = applications.apply(
            session, expert, mission, category_ids=[ids[key] for key in sorted(chosen)],
            motivation=persona.motivation, now=applied,
        )  # fmt: skip
        if waits:
            continue
        answered = joined + timedelta(hours=9 + number % 20)
        locale = persona.languages[0]
        if first_yes is not None and not everything and number % 4 == 1:
            words = shop.demo.refusals[number % len(shop.demo.refusals)][locale]
            applications.decline(session, enrolment, by=shop.owner_id, message=words, now=answered)
        else:
            words = shop.demo.acceptances[number % len(shop.demo.acceptances)][locale]
            applications.accept(session, enrolment, by=shop.owner_id, message=words, now=answered)
            first_yes = first_yes or answered
    return first_yes


def build_world(session: Session, settings: Settings, storage: Storage, *, now: datetime) -> World:
    """Everything before the first question. `now` is today; the past begins a hundred days earlier."""
    founded = now - timedelta(days=FOUNDED_DAYS_AGO)
    operators = build_operators(session, now=founded)
    shops = tuple(build_shop(session, demo, settings, now=founded) for demo in demo_brands())
    members = tuple(build_members(session, shops, storage, now=now))
    return World(shops, members, *operators)
