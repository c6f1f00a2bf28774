"""Rules of conduct: a closed list, and what naming one of them leaves behind."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat import conversations, wire
from marketplace.chat.conduct import ConductRule, rule_of
from marketplace.chat.conduct_words import TEXTS
from marketplace.chat.models import ConversationEvent
from marketplace.chat.states import AuthorKind, CloseReason, EventKind
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from tests.factories.world import make_world
from tests.marketplace.chat.test_messages import talk


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_rule_has_a_name_and_a_sentence_in_both_languages(app: Flask, locale: str) -> None:
    assert set(TEXTS) == set(ConductRule)
    with app.test_request_context(), force_locale(locale):
        texts = [str(text) for rule in TEXTS.values() for text in (rule.name, rule.says)]
    assert len(set(texts)) == len(texts) == 2 * len(ConductRule)


def test_what_is_not_listed_is_no_rule() -> None:
    assert rule_of("rude") is ConductRule.RUDE
    assert rule_of("he did not smile") is rule_of("") is rule_of(None) is None


@pytest.mark.parametrize(("reason", "kept"), [(CloseReason.FORCED, "rude"), (CloseReason.SOLVED, None)])
def test_only_a_forced_close_names_a_rule_and_the_shopper_is_not_told(
    session: Session, database: Database, reason: CloseReason, kept: str | None
) -> None:
    conversation, _shopper, _expert = talk(session, make_world(database))
    session.refresh(conversation)
    conversations.close(
        session, conversation, reason=reason, by=AuthorKind.AGENT, person_id=None, topic=None, now=utcnow(),
        broken_rule=ConductRule.RUDE,
    )  # fmt: skip
    stored = session.scalars(
        select(ConversationEvent.data).where(
            ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind == EventKind.CLOSED
        )
    ).one()
    assert stored.get("broken_rule") == kept
    told = wire.history(session, conversation.id, after=0, locale="en")[-1]
    assert "broken_rule" not in told.get("data", {})
