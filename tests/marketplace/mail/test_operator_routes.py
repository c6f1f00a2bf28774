"""The operator's mailbox."""

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.mail import outbox
from marketplace.mail.models import Mail
from marketplace.mail.states import MailState
from tests.factories.accounts import NOW, make_person
from tests.marketplace.conftest import SignIn


def ask(session: Session, to: str = "lea@people.example") -> Mail:
    context = {"name": "Léa <script>", "link": "https://comptoir.example/x"}
    return outbox.post(session, to=to, locale="fr", template="confirm_email", context=context, now=NOW)


def test_an_operator_searches_reads_and_sends_again(sign_in: SignIn, session: Session) -> None:
    mail, other = ask(session), ask(session, "other@people.example")
    mail.state, mail.error = MailState.FAILED, "ConnectionRefusedError: nobody listens"
    operator = make_person(session, is_operator=True)
    session.commit()
    client = sign_in(operator)
    page = client.get("/operator/mail?q=lea&state=failed").text
    assert mail.recipient in page
    assert other.recipient not in page
    assert "nobody listens" in client.get(f"/operator/mail/{mail.id}").text
    html = client.get(f"/operator/mail/{mail.id}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox")
    assert "<script>" not in html.text
    assert client.post(f"/operator/mail/{mail.id}/again").status_code == 302
    session.refresh(mail)
    assert mail.state is MailState.QUEUED


def test_nobody_else_reads_mail(sign_in: SignIn, app: Flask, session: Session) -> None:
    mail, person = ask(session), make_person(session)
    session.commit()
    client = sign_in(person)
    paths = ("/operator/mail", f"/operator/mail/{mail.id}", f"/operator/mail/{mail.id}/html")
    assert {client.get(path).status_code for path in paths} == {403}
    assert app.test_client().get("/operator/mail").status_code == 302
