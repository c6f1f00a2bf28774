"""Strangers find nothing; lower roles are refused; operators enter."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from marketplace.brands.access import access_brand, access_mission, access_product, access_site, current_brand, may
from marketplace.brands.models import Brand
from marketplace.brands.registry import sites_of
from marketplace.brands.states import Role
from marketplace.core.actors import STRANGER, Actor
from marketplace.core.clock import new_id
from marketplace.core.errors import Forbidden, NotFound
from tests.factories.brands import make_brand, make_mission, make_product


def member(brand: Brand, role: Role) -> Actor:
    return Actor(person_id=new_id(), brands={brand.id: role.value})


def test_each_role_enters_what_it_may(session: Session) -> None:
    brand = make_brand(session)
    for place, role in enumerate((Role.ANALYST, Role.AGENT, Role.MANAGER, Role.OWNER)):
        who = member(brand, role)
        for needed_place, needed in enumerate((Role.ANALYST, Role.AGENT, Role.MANAGER, Role.OWNER)):
            assert may(who, brand.id, needed) is (place >= needed_place)
            if place >= needed_place:
                assert access_brand(session, who, brand.id, at_least=needed) is brand
            else:
                with pytest.raises(Forbidden):
                    access_brand(session, who, brand.id, at_least=needed)


def test_strangers_find_nothing_of_a_brand(session: Session) -> None:
    brand, other = make_brand(session), make_brand(session)
    mission, product, site = make_mission(session, brand), make_product(session, brand), sites_of(session, brand.id)[0]
    shopper = Actor(visitor_id=new_id(), brand_id=brand.id)
    for who in (STRANGER, member(other, Role.OWNER), Actor(person_id=new_id()), shopper):
        for door, key in (
            (access_brand, brand.id),
            (access_mission, mission.id),
            (access_product, product.id),
            (access_site, site.id),
        ):
            with pytest.raises(NotFound):
                door(session, who, key)


def test_what_does_not_exist_looks_like_what_is_not_yours(session: Session) -> None:
    brand = make_brand(session)
    for door in (access_mission, access_product):
        with pytest.raises(NotFound) as refusal:
            door(session, member(brand, Role.OWNER), new_id())
        assert refusal.value.detail == NotFound.message


def test_an_operator_and_the_brands_own_program_enter_as_managers(session: Session) -> None:
    brand, other = make_brand(session), make_brand(session)
    program = Actor(brand_id=brand.id)
    for who in (Actor(person_id=new_id(), is_operator=True), program):
        assert access_brand(session, who, brand.id, at_least=Role.MANAGER) is brand
        with pytest.raises(Forbidden):
            access_brand(session, who, brand.id, at_least=Role.OWNER)
    with pytest.raises(NotFound):
        access_brand(session, program, other.id)


def test_the_brand_at_work_in_is_the_first_of_the_actors(session: Session) -> None:
    first, second = make_brand(session), make_brand(session)
    roles: dict[UUID, str] = {second.id: "analyst", first.id: "owner"}
    assert current_brand(session, Actor(person_id=new_id(), brands=roles)) is second
    with pytest.raises(Forbidden):
        current_brand(session, Actor(person_id=new_id(), brands=roles), at_least=Role.MANAGER)
    with pytest.raises(NotFound):
        current_brand(session, Actor(person_id=new_id()))
    assert current_brand(session, Actor(brand_id=first.id)) is first
