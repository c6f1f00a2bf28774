"""Profiles: what shoppers read must be there, and what changes acts at once."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import profiles
from experts.access import access_expert, access_own_enrolment
from experts.errors import ProfileIncomplete
from experts.models import PoolRow
from marketplace.core.actors import STRANGER, SYSTEM, Actor
from marketplace.core.errors import NotFound
from marketplace.core.storage import Storage
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_mission
from tests.factories.experts import make_enrolment, make_expert, make_free


def test_becoming_an_expert_twice_changes_the_one_profile(session: Session) -> None:
    person = make_person(session)
    first = make_expert(session, person=person)
    again = make_expert(session, person=person, public_name="  Cam  ", languages=["fr", "fr"], time_zone="Asia/Tokyo")
    assert again is first
    assert (again.public_name, again.languages, person.time_zone) == ("Cam", ["fr"], "Asia/Tokyo")
    assert again.on_duty_until is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("public_name", " "), ("public_name", "x" * 41), ("languages", ["de"]), ("country", "XX"),
        ("time_zone", "Paris"), ("headline_en", "x" * 121), ("bio", "x" * 2_001), ("capacity", 0),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_long_is_refused_beside_its_field(session: Session, field: str, value: Any) -> None:
    with pytest.raises(ProfileIncomplete) as refusal:
        make_expert(session, **{field: value})
    assert refusal.value.field == field


def test_a_language_taken_away_leaves_the_pool_at_once(session: Session, now: datetime) -> None:
    enrolment = make_enrolment(session, make_mission(session, make_brand(session)))
    expert = make_free(session, access_expert(session, SYSTEM, enrolment.person_id))
    profiles.change_profile(
        session, expert, public_name="Cam", languages=["fr"], country="FR", time_zone="Europe/Paris",
        headline_en="", headline_fr="Coureuse", bio="", now=now,
    )  # fmt: skip
    assert set(session.scalars(select(PoolRow.language))) == {"fr"}
    assert profiles.headline(expert, "en") == "Coureuse"


def test_a_new_picture_replaces_the_file_of_the_old_one(session: Session, tmp_path: Path) -> None:
    person, storage = make_person(session), Storage(tmp_path)
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(out, "PNG")
    first = profiles.set_avatar(session, storage, person, out.getvalue())
    second = profiles.set_avatar(session, storage, person, out.getvalue())
    assert person.avatar == second
    assert storage.get(second).startswith(b"RIFF")
    with pytest.raises(NotFound):
        storage.get(first)
    profiles.remove_avatar(session, storage, person)
    assert person.avatar is None


def test_only_the_expert_operators_and_brands_he_applied_to_see_him(session: Session) -> None:
    brand, other = make_brand(session), make_brand(session)
    enrolment = make_enrolment(session, make_mission(session, brand), accepted=False)
    who = enrolment.person_id
    for allowed in (
        Actor(person_id=who),
        Actor(person_id=other.id, is_operator=True),
        Actor(brands={brand.id: "agent"}),
    ):
        assert access_expert(session, allowed, who).person_id == who
    for refused in (STRANGER, Actor(person_id=other.id), Actor(brands={other.id: "owner"}), Actor(visitor_id=other.id)):
        with pytest.raises(NotFound):
            access_expert(session, refused, who)
    with pytest.raises(NotFound):
        access_own_enrolment(session, Actor(person_id=other.id, is_operator=True), enrolment.id)
