"""Newcomers work only while many come at once; a proof is good once, for its brand, for two minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions import visitors
from marketplace.widget.pressure import EASIEST, Pressure, ProofNeeded, is_solved
from tests.factories.world import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def solve(challenge: str) -> str:
    bits = int(challenge.split(".")[2])
    return next(f"{challenge}:{n}" for n in count() if is_solved(challenge, str(n), bits))


def crowded(session: Session, world: World, newcomers: int = 3) -> Pressure:
    for _ in range(newcomers):
        visitors.new_visitor(session, world.brand, locale="en", now=utcnow())
    return Pressure("a-secret-of-this-test", calm=2)


def test_nobody_works_while_it_is_quiet(session: Session, world: World) -> None:
    Pressure("x", calm=2).admit(session, world.brand.id, None, now=utcnow())


def test_under_pressure_a_newcomer_brings_a_proof_which_is_spent(session: Session, world: World) -> None:
    pressure, now = crowded(session, world), utcnow()
    with pytest.raises(ProofNeeded):
        pressure.admit(session, world.brand.id, None, now=now)
    proof = solve(pressure.challenge(session, world.brand.id, now=now))
    pressure.admit(session, world.brand.id, proof, now=now)
    with pytest.raises(ProofNeeded):
        pressure.admit(session, world.brand.id, proof, now=now)


def test_a_proof_of_another_brand_or_day_or_maker_is_worth_nothing(session: Session, world: World) -> None:
    pressure, now = crowded(session, world), utcnow()
    challenge = pressure.challenge(session, world.brand.id, now=now)
    easier = challenge.replace(f".{EASIEST}.", ".0.", 1)
    for proof, at in (
        (solve(pressure.challenge(session, uuid4(), now=now)), now),
        (solve(challenge), now + timedelta(minutes=3)),
        (f"{easier}:0", now),
        (solve(Pressure("another secret", calm=2).challenge(session, world.brand.id, now=now)), now),
        ("nonsense", now),
    ):
        again = Pressure("a-secret-of-this-test", calm=0 + 1)
        again._counts[world.brand.id] = (float("inf"), 9)
        with pytest.raises(ProofNeeded):
            again.admit(session, world.brand.id, proof, now=at)


def test_the_more_come_the_harder_it_is(session: Session, world: World) -> None:
    pressure = crowded(session, world, newcomers=16)
    assert pressure.bits(session, world.brand.id, now=utcnow()) == EASIEST + 3


def test_the_proof_that_the_panel_finds_is_accepted(session: Session) -> None:
    # static/ts/lib/panel-proof.test.ts finds the same one
    vector = json.loads(Path(__file__).with_name("proof.json").read_text())
    _id, brand, _bits, expiry, _signature = vector["challenge"].split(".")
    pressure, now = Pressure("a-secret-of-this-test", calm=1), datetime.fromtimestamp(int(expiry) - 60, UTC)
    pressure._counts[UUID(brand)] = (float("inf"), 9)
    wrong = str(int(vector["nonce"]) - 1)
    with pytest.raises(ProofNeeded):
        pressure.admit(session, UUID(brand), f"{vector['challenge']}:{wrong}", now=now)
    pressure.admit(session, UUID(brand), f"{vector['challenge']}:{vector['nonce']}", now=now)
