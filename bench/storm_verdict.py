"""What must hold after a storm, by what each side holds and by what the database stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.storm_people import Expert, Shopper
from bench.verdict import _EARNINGS, _GAPS, _OVER_CAPACITY, _QUESTIONS_WITH_TWO, _TWO_WINNERS

_EVENTS = """
    SELECT conversation_id::text, seq, id::text, client_id::text, kind, author, text
    FROM conversation_event ORDER BY conversation_id, seq
"""


def verdict(web: Any, shoppers: Sequence[Shopper], experts: Sequence[Expert]) -> dict[str, Any]:
    """Everything named “wrong:” must be 0."""
    found: dict[str, Any] = {}
    with psycopg.connect(web.database_url()) as connection:
        events = connection.execute(_EVENTS).fetchall()
        for name, query in (
            ("wrong: two people at once", _QUESTIONS_WITH_TWO), ("wrong: gaps in numbers", _GAPS),
            ("wrong: over capacity at the end", _OVER_CAPACITY), ("wrong: earnings per conversation", _EARNINGS),
            ("wrong: two accepted offers", _TWO_WINNERS),
            ("wrong: not closed", "SELECT count(*) FROM conversation WHERE state <> 'closed'"),
        ):  # fmt: skip
            row = connection.execute(query).fetchone()
            found[name] = row[0] if row else None
    acknowledged = _acknowledged(shoppers, experts)
    stored = {client: seq for _, seq, _, client, *_ in events if client}
    messages = [row for row in events if row[4] == "message" and row[1] > 1]
    found["messages acknowledged"] = len(acknowledged)
    found["messages stored"] = len(messages)
    found["wrong: acknowledged and lost"] = sum(1 for client, seq in acknowledged.items() if stored.get(client) != seq)
    found["wrong: stored and never acknowledged"] = len(messages) - len(acknowledged)
    found["wrong: doubled"] = sum(n - 1 for n in Counter((row[0], row[5], row[6]) for row in messages).values())
    found["wrong: doubled on a screen"] = sum(
        side.doubled for side in [*(each.side for each in shoppers), *(each.side for each in experts)]
    )
    found["wrong: out of order"] = _out_of_order(messages)
    found["wrong: sides differ"] = _differences(events, shoppers, experts)
    found["wrong: unfinished stories"] = [each.error for each in shoppers if each.error or each.is_alive()] or 0
    found["wrong: expert errors"] = [error for each in experts for error in each.errors] or 0
    audit = web.flask("ledger", "audit", "--json")
    try:
        found["wrong: ledger violations"] = len(json.loads(audit)["violations"])
    except (ValueError, KeyError):
        found["wrong: ledger violations"] = audit[-200:] or "no answer"
    return found


def _acknowledged(shoppers: Sequence[Shopper], experts: Sequence[Expert]) -> dict[str, int]:
    writers = [each.writer for each in shoppers] + [w for each in experts for w in each.writers.values()]
    return {client: seq for writer in writers for client, seq in writer.acknowledged.items()}


def _out_of_order(messages: Sequence[Any]) -> int:
    """Messages stored under a number that is not in the order in which their writer wrote them."""
    last: dict[tuple[str, str], int] = {}
    wrong = 0
    for conversation, _seq, _id, _client, _kind, author, text in messages:
        number = int(text.split()[1])
        if number <= last.get((conversation, author), 0):
            wrong += 1
        last[conversation, author] = number
    return wrong


def _differences(events: Sequence[Any], shoppers: Sequence[Shopper], experts: Sequence[Expert]) -> int:
    """Conversations of which a side holds other events than the database, up to the closing."""
    truth: dict[str, dict[int, str]] = {}
    ends: dict[str, int] = {}
    for conversation, seq, event_id, _client, kind, *_ in events:
        truth.setdefault(conversation, {})[seq] = event_id
        if kind == "closed":
            ends[conversation] = seq
    sides: list[tuple[str, dict[int, dict[str, Any]]]] = [
        (each.conversation or "", each.side.seen.get(each.conversation or "", {})) for each in shoppers
    ]
    sides += [(conversation, each.side.seen.get(conversation, {})) for each in experts for conversation in each.writers]
    wrong = 0
    for conversation, seen in sides:
        end = ends.get(conversation, 0)
        expected = {seq: event_id for seq, event_id in truth.get(conversation, {}).items() if seq <= end}
        wrong += {seq: event["id"] for seq, event in seen.items() if seq <= end} != expected or not end
    return wrong
