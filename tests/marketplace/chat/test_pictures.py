"""Pictures: checked and written anew, brought by HTTP by both sides, seen by nobody else."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from experts import offers
from marketplace.accounts.models import Person
from marketplace.chat import pictures
from marketplace.chat.links import renew_link
from marketplace.chat.models import Attachment
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id, utcnow
from marketplace.core.db import Database
from marketplace.core.errors import NotFound
from marketplace.core.web import Platform
from marketplace.questions.models import Visitor
from marketplace.questions.visitors import TOKEN_PREFIX, digest
from tests.experts.test_dispatch import made, put
from tests.factories.world import World, make_world
from tests.marketplace.conftest import SignIn


def photograph(width: int = 64, height: int = 40, *, kind: str = "JPEG", turned: bool = False) -> bytes:
    """A picture with the place where it was taken, as a phone writes it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind, exif=exif)
    return out.getvalue()


class Talk:
    """A conversation that just began, and the keys of its two sides."""

    def __init__(self, database: Database, world: World) -> None:
        self.token = TOKEN_PREFIX + "a-shopper-with-pictures"
        with database.unit_of_work() as session:
            question = put(session, world)
            offer = made(session, question)[0]
            expert = Actor(person_id=offer.person_id, is_expert=True)
            conversation = offers.accept(session, expert, offer.id, now=utcnow())
            session.get_one(Visitor, conversation.visitor_id).digest = digest(self.token)
            self.link = renew_link(conversation, now=utcnow())
            self.id, self.person_id = conversation.id, offer.person_id
        self.shopper = {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def talk(database: Database) -> Talk:
    return Talk(database, make_world(database))


def bring(client: FlaskClient, talk: Talk, content: bytes, path: str = "/w/v1/pictures", **given: Any) -> Any:
    form = {"conversation_id": str(talk.id), "client_id": str(given.pop("client_id", new_id()))}
    return client.post(path, data={**form, "picture": (io.BytesIO(content), "IMG_1.jpg")}, **given)


def test_a_picture_is_turned_upright_bounded_and_written_without_its_place() -> None:
    checked = pictures.check(photograph(3_000, 1_000, turned=True))
    with Image.open(io.BytesIO(checked.full)) as full, Image.open(io.BytesIO(checked.thumb)) as thumb:
        assert (full.format, full.size) == ("WEBP", (checked.width, checked.height))
        assert (full.height, max(thumb.size)) == (pictures.LONGEST_SIDE, pictures.THUMB_SIDE)
        assert dict(full.getexif()) == {}
        assert not {"exif", "icc_profile", "xmp"} & set(full.info)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_usual_formats_are_read(kind: str) -> None:
    assert pictures.check(photograph(kind=kind)).width == 64


def test_what_is_no_picture_or_a_trap_is_refused() -> None:
    for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photograph()[:200], photograph(kind="TIFF")):
        with pytest.raises(pictures.NotAPicture):
            pictures.check(content)
    with pytest.raises(pictures.PictureTooLarge):
        pictures.check(b"x" * (pictures.MOST_BYTES + 1))
    bomb = io.BytesIO()
    Image.new("1", (20_000, 12_000)).save(bomb, "PNG")  # a few kilobytes that would unfold to 960 MB
    with pytest.raises(pictures.PictureTooLarge):
        pictures.check(bomb.getvalue())


def test_a_shopper_brings_a_picture_once_and_shows_it(client: FlaskClient, talk: Talk) -> None:
    name = new_id()
    first, again = (bring(client, talk, photograph(), client_id=name, headers=talk.shopper) for _ in range(2))
    assert (first.status_code, first.json) == (201, again.json)
    picture = first.json["picture"]
    message = {"client_id": str(name), "attachment_id": picture["id"]}
    where = f"/w/v1/conversations/{talk.id}"
    assert client.post(f"{where}/messages", json=message, headers=talk.shopper).status_code == 201
    event = client.get(f"{where}/events", headers=talk.shopper).json["events"][-1]  # type: ignore[index]
    assert event["picture"] == picture
    for address in (picture["url"], picture["thumb_url"]):
        shown = client.get(address, headers=talk.shopper)
        assert (shown.status_code, shown.mimetype) == (200, "image/webp")
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Cache-Control"].startswith("private")
        assert client.get(address).status_code == 404
        assert client.get(address, headers={"Authorization": "Bearer ctv_somebody-else"}).status_code == 404


def test_the_expert_brings_one_too_and_nobody_else_may(
    client: FlaskClient, talk: Talk, database: Database, sign_in: SignIn
) -> None:
    with database.unit_of_work() as session:
        expert = sign_in(session.get_one(Person, talk.person_id))
    brought = bring(expert, talk, photograph(), "/pictures")
    assert brought.status_code == 201
    assert expert.get(brought.json["picture"]["url"]).status_code == 200
    assert bring(client, talk, photograph(), "/pictures").status_code in {403, 404}
    theirs = {"client_id": str(uuid4()), "attachment_id": brought.json["picture"]["id"]}
    where = f"/w/v1/conversations/{talk.id}/messages"
    assert client.post(where, json=theirs, headers=talk.shopper).status_code == 422


def test_a_refused_picture_is_explained_and_leaves_nothing(client: FlaskClient, talk: Talk, session: Session) -> None:
    refused = bring(client, talk, b"no picture at all", headers=talk.shopper)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (422, "not_a_picture", "picture")
    assert session.query(Attachment).count() == 0


def test_the_private_page_takes_a_picture_and_shows_this_conversations_only(
    client: FlaskClient, talk: Talk, app: Any, database: Database
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"client_id": str(new_id()), "text": "", "picture": (io.BytesIO(photograph()), "sole.jpg")}
    assert client.post(f"/c/{talk.link}/reply", data=form).status_code == 302
    bad = {"client_id": str(new_id()), "text": "Look:", "picture": (io.BytesIO(b"nothing"), "sole.txt")}
    refused = client.post(f"/c/{talk.link}/reply", data=bad)
    app.config["WTF_CSRF_ENABLED"] = True
    assert refused.status_code == 422
    assert "Look:" in refused.text
    with database.unit_of_work() as session:
        picture = session.query(Attachment).one()
    assert client.get(f"/c/{talk.link}/pictures/{picture.id}?thumb").status_code == 200
    assert client.get(f"/c/{talk.link}/pictures/{uuid4()}").status_code == 404
    assert client.get(f"/c/wrong/pictures/{picture.id}").status_code == 404


def test_an_upload_that_no_message_took_up_is_forgotten_with_its_files(
    client: FlaskClient, talk: Talk, database: Database, parts: Platform
) -> None:
    kept = bring(client, talk, photograph(), headers=talk.shopper).json["picture"]
    with database.unit_of_work() as session:
        stored = session.get_one(Attachment, kept["id"])
        assert pictures.forget_unused(session, parts.storage, now=utcnow()) == 0
        assert parts.storage.get(stored.thumb_as)
        assert pictures.forget_unused(session, parts.storage, now=utcnow() + pictures.UNUSED_FOR * 2) == 1
    with pytest.raises(NotFound):
        parts.storage.get(stored.thumb_as)
