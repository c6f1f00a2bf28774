"""Contact and payment data is found and hidden; numbers of products, sizes and prices are left alone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from experts.desk import conversation_json
from marketplace.chat.masking import mask
from marketplace.chat.wire import history
from marketplace.core.db import Database
from tests.factories.world import make_world
from tests.marketplace.chat.test_messages import say, talk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to lea.martin+shop@mail.example please", "mail"),
        ("lea (at) mail (dot) example", "mail"),
        ("lea arobase mail point example", "mail"),
        ("mon numéro : 06 12 34 56 78", "phone"),
        ("appelez le 0612345678.", "phone"),
        ("+33 6 12 34 56 78", "phone"),
        ("call +44 20 7946 0958 tonight", "phone"),
        ("0033612345678", "phone"),
        ("FR76 3000 6000 0112 3456 7890 189", "iban"),
        ("DE89370400440532013000", "iban"),
        ("4242 4242 4242 4242", "card"),
        ("5555-5555-5555-4444", "card"),
    ],
)
def test_contact_and_payment_data_is_hidden(text: str, kind: str) -> None:
    shown, found = mask(text)
    assert found == [kind]
    assert "•••" in shown
    assert not any(part in shown for part in ("martin", "3456", "4242", "1234", "5555", "7946", "0440"))


@pytest.mark.parametrize(
    "text",
    [
        "Does size 42 or 42.5 fit a 265 mm foot?", "EAN 3701234567899 or 4006381333931", "It costs 1 299,00 € here",
        "Order 20261118 from 18/11/2026", "See https://shop.example/p/ridge-3?size=42", "50 x 70 x 120 cm, 0.75 l",
        "1234 5678 9012 3456",
    ],
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mask(text) == (text, [])


def test_an_expert_reads_no_contacts_anywhere(session: Session, database: Database) -> None:
    world = make_world(database)
    conversation, shopper, _expert = talk(session, world)
    say(session, shopper, conversation.id, "mail me: lea@mail.example")
    session.refresh(conversation)
    for_expert = history(session, conversation.id, after=0, locale="en", expert=True)
    assert "lea@" not in str(for_expert)
    assert for_expert[-1]["text"] == "mail me: •••"
    assert "lea@" not in str(conversation_json(session, conversation, locale="en"))
    own = history(session, conversation.id, after=0, locale="en")[-1]
    assert own["text"] == "mail me: lea@mail.example"
    assert own["data"]["hidden"] == ["mail"]
