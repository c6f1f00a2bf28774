"""Tokens are replaced without locking anybody out; a signed customer cannot go on unsigned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions import visitors
from marketplace.questions.visitors import OVERLAP, PROVED_FOR, ROTATE_AFTER, find_visitor, rotate
from tests.factories.world import make_world

DAY = ROTATE_AFTER + timedelta(seconds=1)
SOON = timedelta(minutes=2)


@pytest.fixture
def brand(database: Database) -> Brand:
    return make_world(database).brand


def signed(brand: Brand, *, secret: str | None = None, now: datetime | None = None, **claims: Any) -> str:
    given = {"sub": "customer-7", "aud": brand.key, "exp": (now or utcnow()) + timedelta(minutes=5), **claims}
    return jwt.encode(given, secret or brand.secret, algorithm="HS256")


def test_a_token_is_replaced_after_a_day_and_lives_an_hour_longer(session: Session, brand: Brand) -> None:
    now = utcnow()
    visitor, old = visitors.new_visitor(session, brand, locale="en", now=now)
    assert rotate(session, visitor, old, now=now + timedelta(hours=1)) is None
    new = rotate(session, visitor, old, now=now + DAY)
    assert new
    session.flush()
    assert rotate(session, visitor, new, now=now + DAY + SOON) is None  # it arrived: the hour begins
    session.flush()
    assert find_visitor(session, brand, old, now=now + DAY + OVERLAP) is visitor
    assert find_visitor(session, brand, old, now=now + DAY + SOON + OVERLAP) is None
    assert find_visitor(session, brand, new, now=now + DAY + SOON + OVERLAP) is visitor


def test_a_new_token_that_never_arrived_locks_nobody_out(session: Session, brand: Brand) -> None:
    now = utcnow()
    visitor, old = visitors.new_visitor(session, brand, locale="en", now=now)
    lost = rotate(session, visitor, old, now=now + DAY)
    session.flush()
    assert rotate(session, visitor, old, now=now + DAY) is None  # another tab, at once
    later = now + 9 * DAY
    assert find_visitor(session, brand, old, now=later) is visitor
    again = rotate(session, visitor, old, now=later)
    session.flush()
    assert again
    assert find_visitor(session, brand, again, now=later) is visitor
    assert lost
    assert find_visitor(session, brand, lost, now=later) is None


def test_the_token_of_a_signed_customer_speaks_alone_for_half_an_hour(session: Session, brand: Brand) -> None:
    now = utcnow()
    visitor, token = visitors.identify(session, brand, signed(brand), locale="en", now=now)
    assert find_visitor(session, brand, token, now=now + PROVED_FOR) is visitor
    with pytest.raises(visitors.IdentityNeeded):
        find_visitor(session, brand, token, now=now + PROVED_FOR + timedelta(seconds=1))


def test_an_anonymous_visitor_who_signs_in_becomes_the_customer(session: Session, brand: Brand) -> None:
    now = utcnow()
    anonymous, _token = visitors.new_visitor(session, brand, locale="en", now=now)
    customer, _ = visitors.identify(session, brand, signed(brand), locale="en", now=now, known=anonymous)
    assert customer is anonymous
    another, _token = visitors.new_visitor(session, brand, locale="en", now=now)
    assert visitors.identify(session, brand, signed(brand), locale="en", now=now, known=another)[0] is customer


def test_the_secret_before_signs_for_another_day(session: Session, brand: Brand) -> None:
    now = utcnow()
    known = session.merge(brand)
    old, known.secret_before, known.secret_changed_at = known.secret, known.secret, now
    known.secret = "a-new-secret-that-is-long-enough-for-hs256"
    assert visitors.identify(session, known, signed(known, secret=old), locale="en", now=now)
    known.secret_changed_at = now - timedelta(hours=25)
    with pytest.raises(visitors.BadIdentity):
        visitors.identify(session, known, signed(known, secret=old), locale="en", now=now)
