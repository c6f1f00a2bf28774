"""Pages of figures, conversations, paths and jobs open for the right people, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from marketplace.chat.models import Segment
from marketplace.core.clock import utcnow
from marketplace.core.jobs import defer
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand
from tests.factories.experts import make_expert
from tests.marketplace.insights.story import asked, browser, served
from tests.support import JobRunner


def test_every_page_opens_in_both_languages(
    app: Flask, session: Session, brand: Brand, owner: Person, jobs: JobRunner
) -> None:
    now = utcnow() - timedelta(minutes=30)
    conversation = served(session, brand, now=now)
    helped = asked(session, brand, text="Where is my parcel? My order has not arrived yet.", now=now)
    session.commit()
    jobs.run("matching.explain")
    expert = session.get_one(Person, session.scalars(select(Segment.person_id)).one())
    operator = make_person(session, is_operator=True)
    key = conversation.question_id
    pages = (
        (owner, ("/brand/figures", "/brand/figures?days=7", "/brand/conversations?q=socks&rating=5&from=2026-01-01",
                 f"/brand/conversations/{conversation.id}", f"/brand/questions/{key}", f"/brand/questions/{helped.id}",
                 "/brand/conversations/export.csv")),
        (operator, ("/operator/questions", "/operator/questions?overdue=1", f"/operator/questions/{key}",
                    f"/operator/conversations/{conversation.id}", "/operator/jobs?status=failed", "/operator/health")),
        (expert, ("/expert/conversations", f"/expert/conversations/{conversation.id}")),
    )  # fmt: skip
    for person, addresses in pages:
        for person.locale in ("en", "fr"):
            client = browser(app, session, person)
            for address in addresses:
                answer = client.get(address)
                assert answer.status_code == 200, (address, answer.status_code)


def test_the_path_says_who_was_asked_and_who_could_not_be(
    app: Flask, session: Session, brand: Brand, owner: Person
) -> None:
    conversation = served(session, brand, now=utcnow() - timedelta(minutes=30))
    page = browser(app, session, owner).get(f"/brand/questions/{conversation.question_id}").text
    assert "5 experts could be asked and were ranked by the published rule." in page
    assert "first asked" in page
    assert "accepted" in page
    assert "€4.00" in page


def test_strangers_find_no_conversation_and_no_path(app: Flask, session: Session, brand: Brand) -> None:
    conversation = served(session, brand, now=utcnow() - timedelta(minutes=30))
    rival = make_person(session)
    make_brand(session, owner=rival)
    colleague = session.get_one(Person, make_expert(session).person_id)
    for person, addresses in (
        (rival, (f"/brand/conversations/{conversation.id}", f"/brand/questions/{conversation.question_id}")),
        (colleague, (f"/expert/conversations/{conversation.id}",)),
    ):
        client = browser(app, session, person)
        assert {client.get(address).status_code for address in addresses} == {404}
    listed = browser(app, session, rival).get("/brand/conversations").text
    assert "wide feet" not in listed


def test_a_failed_job_is_counted_and_can_be_tried_again(app: Flask, session: Session) -> None:
    operator = make_person(session, is_operator=True)
    defer(session, "mail.deliver", mail_id="0")
    job_id = session.scalar(text("UPDATE procrastinate_jobs SET status = 'failed' RETURNING id"))
    client = browser(app, session, operator)
    assert "Failed jobs" in client.get("/operator/health").text
    token = _token(client.get("/operator/jobs?status=failed").text)
    assert client.post(f"/operator/jobs/{job_id}/retry", data={"csrf_token": token}).status_code == 302
    status = text("SELECT status::text FROM procrastinate_jobs WHERE id = :id")
    assert session.scalar(status, {"id": job_id}) == "todo"
    assert client.post(f"/operator/jobs/{job_id}/retry", data={"csrf_token": token}).status_code == 409
    assert client.post("/operator/jobs/0/retry", data={"csrf_token": token}).status_code == 404


def _token(page: str) -> str:
    return page.partition('name="csrf-token" content="')[2].partition('"')[0]
