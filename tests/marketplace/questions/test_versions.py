"""Versions of a brand's models stay on record, and its page tells what they learnt from and how good they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Member
from marketplace.brands.states import Role
from marketplace.core.clock import utcnow
from marketplace.questions import training
from marketplace.questions.states import LabelSource
from marketplace.questions.training import REBUILD
from marketplace.questions.versions import knowledge
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.marketplace.questions.shop import make_shop
from tests.support import JobRunner


def test_each_version_keeps_what_it_learnt_from(session: Session) -> None:
    shop = make_shop(session, products=4)
    built = training.build(training.gather(session, shop.brand.id, "en"))
    assert built is not None
    now = utcnow()
    training.store(session, shop.brand.id, built, now=now)
    training.store(session, shop.brand.id, replace(built, labels=7), now=now + timedelta(days=1))
    english = next(each for each in knowledge(session, shop.brand.id) if each.lang == "en")
    assert [(one.version, one.labels, one.products) for one in english.versions] == [(2, 7, 16), (1, 0, 16)]
    assert list(english.labels) == [LabelSource.EXPERT, LabelSource.CHIP, LabelSource.PRODUCT, LabelSource.CLOSED]


def test_a_manager_asks_for_new_models_and_an_analyst_cannot(
    session: Session, sign_in: Callable[[Person], FlaskClient], jobs: JobRunner
) -> None:
    owner, analyst = make_person(session), make_person(session)
    brand = make_brand(session, owner=owner)
    session.add(Member(brand_id=brand.id, person_id=analyst.id, role=Role.ANALYST, created_at=utcnow()))
    session.commit()
    assert sign_in(analyst).post("/brand/understanding/rebuild").status_code == 403
    client = sign_in(owner)
    assert "Not built yet" in client.get("/brand/understanding").text
    assert client.post("/brand/understanding/rebuild").status_code == 302
    assert [name for _id, name, _arguments in jobs.waiting()].count(REBUILD) == 1
    assert "being built" in client.get("/brand/understanding").text
