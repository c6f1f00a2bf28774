"""Missions: what may be promised, what each state allows, what a conversation keeps."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.brands import missions, queries
from marketplace.brands.errors import MissionIncomplete
from marketplace.brands.states import MISSION, MissionAction, MissionState
from marketplace.core.money import Money
from marketplace.core.states import ForbiddenMove
from tests.factories.brands import NOW, make_brand, make_category, make_mission

TODAY = NOW.date()


@pytest.mark.parametrize(("state", "action"), list(product(MissionState, MissionAction)))
def test_every_move_leads_where_the_table_says_or_is_refused(
    session: Session, state: MissionState, action: MissionAction
) -> None:
    mission = make_mission(session, make_brand(session), published=False)
    mission.state = state
    session.flush()
    if MISSION.allows(state, action):
        missions.move(session, mission, action, now=NOW)
        assert mission.state is MISSION.moves[state, action]
    else:
        with pytest.raises(ForbiddenMove):
            missions.move(session, mission, action, now=NOW)
        assert mission.state is state


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pay_minor": 0}, "pay_minor"), ({"floor_minor": -1}, "floor_minor"), ({"sale_bps": 5_001}, "sale_bps"),
        ({"seats": 0}, "seats"), ({"languages": ["xx"]}, "languages"), ({"category_ids": []}, "category_ids"),
        ({"title_en": " ", "title_fr": ""}, "title_en"), ({"ends_on": date(2026, 10, 1)}, "ends_on"),
        ({"attribution_hours": 0}, "attribution_hours"), ({"return_days": 121}, "return_days"),
        ({"description_en": "x" * 4_001}, "description_en"),
    ],
)  # fmt: skip
def test_a_mission_cannot_promise_what_cannot_be(session: Session, change: dict[str, Any], field: str) -> None:
    brand = make_brand(session)
    make_mission(session, brand)
    with pytest.raises(MissionIncomplete) as refusal:
        make_mission(session, brand, **change)
    assert refusal.value.field == field
    assert len(missions.missions_of(session, brand.id)) == 1


def test_anothers_category_cannot_be_covered(session: Session) -> None:
    brand, other = make_brand(session), make_brand(session)
    with pytest.raises(MissionIncomplete):
        make_mission(session, brand, category_ids=[make_category(session, other).id])


def test_a_mission_that_has_ended_is_not_published(session: Session) -> None:
    mission = make_mission(session, make_brand(session), published=False, ends_on=date(2026, 11, 17))
    with pytest.raises(MissionIncomplete):
        missions.move(session, mission, MissionAction.PUBLISH, now=NOW)


def test_missions_of_one_title_get_short_names_of_their_own(session: Session) -> None:
    brand = make_brand(session)
    assert [make_mission(session, brand).slug for _ in range(2)] == ["trail-runners-wanted", "trail-runners-wanted-2"]


def test_the_frozen_terms_do_not_change_with_the_mission(session: Session) -> None:
    mission = make_mission(session, make_brand(session), sale_bps=250)
    terms = missions.terms_of(mission)
    mission.pay_minor = 999
    assert terms == {
        "mission_id": str(mission.id), "pay_minor": 400, "floor_minor": 0, "sale_bps": 250, "attribution_hours": 48,
        "sale_split": "last_helper", "return_days": 14, "currency": "EUR", "commission_bps": 2_000,
    }  # fmt: skip


@pytest.mark.parametrize(("pay", "floor", "net"), [(400, 0, 320), (100, 333, 266), (55, 0, 44)])
def test_the_pay_example_adds_up(session: Session, pay: int, floor: int, net: int) -> None:
    example = missions.pay_example(make_mission(session, make_brand(session), pay_minor=pay, floor_minor=floor))
    assert example.net == Money(net, "EUR")
    assert example.commission + example.net == example.gross
    assert example.total.minor == example.gross.minor * 100


def test_the_board_shows_what_is_open_and_not_over(session: Session) -> None:
    brand = make_brand(session, name="Nordet")
    shown = make_mission(session, brand)
    make_mission(session, brand, published=False)
    over = make_mission(session, brand, ends_on=TODAY)
    over.ends_on = date(2026, 11, 2)
    paused = make_mission(session, brand)
    missions.move(session, paused, MissionAction.PAUSE, now=NOW)
    session.flush()
    assert [call.mission for call in queries.board(session, today=TODAY)] == [shown]
    assert queries.board(session, today=TODAY)[0].seats_left == 20
    assert [call.mission for call in queries.board(session, today=TODAY, search="nordet")] == [shown]
    assert queries.board(session, today=TODAY, search="elsewhere") == []
    brand.disabled_at = NOW
    session.flush()
    assert queries.board(session, today=TODAY) == []


def test_a_draft_has_no_public_page(session: Session) -> None:
    brand = make_brand(session)
    draft = make_mission(session, brand, published=False)
    assert queries.find_call(session, brand.slug, draft.slug) is None
    missions.move(session, draft, MissionAction.PUBLISH, now=NOW)
    call = queries.find_call(session, brand.slug, draft.slug)
    assert call is not None
    assert call.mission is draft


def test_a_closed_mission_is_not_edited(session: Session) -> None:
    mission = make_mission(session, make_brand(session))
    missions.move(session, mission, MissionAction.CLOSE, now=NOW)
    with pytest.raises(ForbiddenMove):
        missions.edit_mission(
            session, mission, title_en="x", title_fr="x", description_en="x", description_fr="x", rules_en="",
            rules_fr="", category_ids=[], languages=["fr"], pay_minor=400, floor_minor=0, sale_bps=0,
            attribution_hours=48, starts_on=TODAY, ends_on=None, seats=1,
        )  # fmt: skip
