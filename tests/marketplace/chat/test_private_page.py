"""The shopper's private page: reads, replies and rates with the link of the mail, in the language of the question."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.brands.models import Brand
from marketplace.chat.links import renew_link
from marketplace.chat.models import Attachment
from marketplace.core.clock import new_id, utcnow
from marketplace.mail.rendering import render
from tests.factories.world import make_world
from tests.marketplace.chat.test_pictures import photograph
from tests.marketplace.insights.story import asked, said, served, taken


def _token(page: str) -> str:
    return page.partition('name="csrf-token" content="')[2].partition('"')[0]


def test_the_thread_goes_on_from_the_link(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    now = utcnow()
    conversation = taken(session, asked(session, brand, now=now), now=now)
    token = renew_link(conversation, now=now)
    session.commit()
    client = app.test_client()
    page = client.get(f"/c/{token}").text
    assert "wide feet" in page
    assert "Answered by an independent enthusiast" in page
    reply = {"csrf_token": _token(page), "client_id": str(new_id()), "text": "And with thick socks?"}
    for _ in range(2):
        assert client.post(f"/c/{token}/reply", data=reply).status_code == 302
    page = client.get(f"/c/{token}").text
    assert page.count("And with thick socks?") == 1
    empty = client.post(f"/c/{token}/reply", data={**reply, "client_id": str(new_id()), "text": ""})
    assert empty.status_code == 422
    assert 'aria-invalid="true"' in empty.text


def test_a_reply_by_form_minds_the_manners_of_the_socket_and_keeps_the_draft(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    now = utcnow()
    conversation = taken(session, asked(session, brand, now=now), now=now)
    token = renew_link(conversation, now=now)
    session.commit()
    client = app.test_client()
    csrf = _token(client.get(f"/c/{token}").text)

    def send(text: str, client_id: object = None) -> TestResponse:
        reply = {"csrf_token": csrf, "client_id": str(client_id or new_id()), "text": text}
        return client.post(f"/c/{token}/reply", data=reply)

    assert send("A word", "no-name").status_code == 422
    assert [send("Hello?").status_code for _ in range(3)] == [302, 302, 422]
    assert "You have already written this" in send("Hello?").text
    statuses = [send(f"Word {n}").status_code for n in range(20)]
    assert statuses[:10] == [302] * 10
    assert statuses[-1] == 422
    flood = send("One more").text
    assert "That is a lot at once" in flood
    assert "One more</textarea>" in flood


def test_an_insult_by_form_is_not_passed_on_and_whoever_wrote_it_pauses(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    now = utcnow()
    conversation = taken(session, asked(session, brand, now=now), now=now)
    token = renew_link(conversation, now=now)
    session.commit()
    client = app.test_client()
    form = {"csrf_token": _token(client.get(f"/c/{token}").text), "client_id": str(new_id())}
    for text in ("You are an idiot", "A calm word"):
        refused = client.post(f"/c/{token}/reply", data={**form, "text": text})
        assert refused.status_code == 422
        assert "you can write again in 2 min" in refused.text
        assert f"{text}</textarea>" in refused.text
    picture = (io.BytesIO(photograph()), "sole.jpg")
    assert client.post(f"/c/{token}/reply", data={**form, "text": "Look", "picture": picture}).status_code == 422
    session.expire_all()
    assert session.query(Attachment).count() == 0
    assert "idiot" not in client.get(f"/c/{token}").text


def test_an_ended_conversation_can_be_rated_from_the_link(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    conversation = served(session, brand, stars=None, now=utcnow() - timedelta(minutes=10))
    token = renew_link(conversation, now=utcnow())
    session.commit()
    client = app.test_client()
    page = client.get(f"/c/{token}").text
    assert "How was it?" in page
    rated = client.post(f"/c/{token}/rate", data={"csrf_token": _token(page), "stars": "4", "comment": "Clear"})
    assert rated.status_code == 302
    assert "Thank you, your rating is saved" in client.get(f"/c/{token}").text


def test_the_page_speaks_the_language_of_the_question(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    now = utcnow()
    text = "Est-ce que cette chaussure convient aux pieds larges ?"
    conversation = taken(session, asked(session, brand, text=text, now=now), now=now)
    token = renew_link(conversation, now=now)
    session.commit()
    page = app.test_client().get(f"/c/{token}", headers={"Accept-Language": "en"}).text
    assert '<html lang="fr"' in page


def test_an_old_link_no_longer_works(app: Flask, session: Session) -> None:
    brand = session.get_one(Brand, make_world(session.info["database"]).brand.id)
    now = utcnow()
    conversation = taken(session, asked(session, brand, now=now), now=now)
    old = renew_link(conversation, now=now)
    renew_link(conversation, now=now)
    said(session, conversation, None, "Hello?", now=now)
    session.commit()
    assert app.test_client().get(f"/c/{old}").status_code == 404


def test_the_mail_brings_question_answers_and_link(app: Flask) -> None:
    context = {"brand": "Nordet", "expert": "Maëlle", "question": "Which size?", "answers": ["A 42 & no more."],
               "link": "https://chat.example/c/abc"}  # fmt: skip
    letter = render(app, "answer", "en", context)
    assert letter.subject == "Maëlle answered your question to Nordet"
    assert "A 42 & no more." in letter.text
    assert "https://chat.example/c/abc" in letter.text
    assert "A 42 &amp; no more." in letter.html
