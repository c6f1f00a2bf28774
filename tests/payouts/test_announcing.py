"""Whoever served a conversation sees at once what it earned."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.chat.states import AuthorKind
from marketplace.chat.wire import person_room
from marketplace.core.db import Database
from payouts import announcing
from tests.factories.payouts import About, close_one, earn, make_market, open_one, say

Emitted = list[tuple[str, str, dict[str, Any], str]]


def test_a_paid_conversation_shows_gross_commission_and_net(database: Database, emitted: Emitted) -> None:
    with database.unit_of_work() as session:
        _brand, mission, person = make_market(session)
        conversation = earn(session, mission, person)
        announcing.on_conversation_closed(session, About(conversation.id))  # type: ignore[arg-type]
        room = person_room(person.id)
    [payload] = [payload for _namespace, to, payload, name in emitted if (name, to) == ("earned", room)]
    assert (payload["gross_minor"], payload["commission_minor"], payload["net_minor"]) == (400, 80, 320)
    assert payload["reason"] == "qualified"


@pytest.mark.parametrize("answered", [True, False])
def test_one_that_pays_nothing_says_why(database: Database, emitted: Emitted, answered: bool) -> None:
    with database.unit_of_work() as session:
        _brand, mission, person = make_market(session)
        conversation = open_one(session, mission, person)
        if answered:
            say(session, conversation, (AuthorKind.SHOPPER, None), (AuthorKind.EXPERT, person))
        close_one(session, conversation)
        announcing.on_conversation_closed(session, About(conversation.id))  # type: ignore[arg-type]
    [payload] = [payload for _namespace, _room, payload, name in emitted if name == "earned"]
    assert payload["net_minor"] == 0
    assert payload["reason"] == ("no_reply" if answered else "no_answer")
