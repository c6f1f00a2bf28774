"""Brands and the origins that may carry their widget."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from marketplace.brands import registry
from marketplace.brands.errors import NotAnOrigin, SiteKnown, SlugTaken
from marketplace.core.errors import Invalid
from tests.factories.accounts import make_person
from tests.factories.brands import NOW, make_brand


def test_a_brand_gets_a_short_name_of_its_own(session: Session) -> None:
    first = make_brand(session, name="Café & Co")
    second = make_brand(session, name="Café & Co")
    assert (first.slug, second.slug) == ("cafe-co", "cafe-co-2")
    assert first.key != second.key


def test_a_given_short_name_that_is_taken_is_refused(session: Session) -> None:
    make_brand(session, slug="nordet")
    with pytest.raises(SlugTaken):
        make_brand(session, slug="nordet")


@pytest.mark.parametrize("accent", ["red", "#12", "#0b4a5b;x"])
def test_an_accent_that_is_not_a_colour_is_refused(session: Session, accent: str) -> None:
    with pytest.raises(Invalid):
        registry.create_brand(
            session, name="B", owner=make_person(session), locale="fr", currency="EUR", now=NOW, accent=accent
        )


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://nordet.shop.localhost:5001", "http://nordet.shop.localhost:5001"),
        ("https://boutique-été.example", "https://xn--boutique-t-j7ab.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, kept: str) -> None:
    assert registry.clean_origin(written) == kept


@pytest.mark.parametrize(
    "written",
    ["", "shop.example", "http://shop.example", "https://shop", "https://shop.example/path", "https://u@shop.example",
     "ftp://shop.example", "https://*.example", "javascript:alert(1)", "https://shop.example?x=1", "https://a.b:x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(NotAnOrigin):
        registry.clean_origin(written)


def test_only_listed_origins_are_allowed(session: Session) -> None:
    brand, other = make_brand(session), make_brand(session)
    registry.add_site(session, brand, origin="https://www.shop.example", now=NOW)
    assert registry.is_allowed_origin(session, brand.id, "https://www.shop.example")
    assert not registry.is_allowed_origin(session, other.id, "https://www.shop.example")
    assert not registry.is_allowed_origin(session, brand.id, "https://evil.example")
    with pytest.raises(SiteKnown):
        registry.add_site(session, brand, origin="https://WWW.shop.example/", now=NOW)


def test_a_removed_site_is_not_allowed(session: Session) -> None:
    brand = make_brand(session)
    registry.remove_site(session, registry.sites_of(session, brand.id)[0])
    assert not registry.is_allowed_origin(session, brand.id, "https://shop.example")


def test_a_site_remembers_when_the_widget_was_last_there(session: Session) -> None:
    brand = make_brand(session)
    registry.note_seen(session, brand.id, "https://shop.example", now=NOW)
    registry.note_seen(session, brand.id, "https://shop.example", now=NOW + timedelta(seconds=20))
    assert registry.sites_of(session, brand.id)[0].seen_at == NOW


def test_a_closed_brand_is_found_by_nobody(session: Session) -> None:
    brand = make_brand(session)
    assert registry.find_by_key(session, brand.key) is brand
    brand.disabled_at = NOW
    session.flush()
    assert registry.find_by_key(session, brand.key) is None
    assert registry.find_by_slug(session, brand.slug) is None
