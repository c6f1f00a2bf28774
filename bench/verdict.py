"""What must hold after a run of conversations, by what each side saw and by what the database holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import psycopg

_QUESTIONS_WITH_TWO = """
    SELECT count(*) FROM (SELECT conversation_id FROM segment WHERE closed_at IS NULL
        GROUP BY conversation_id HAVING count(*) > 1) AS doubled
"""
_GAPS = """
    SELECT count(*) FROM (SELECT c.id FROM conversation c LEFT JOIN conversation_event e ON e.conversation_id = c.id
        GROUP BY c.id HAVING count(e.seq) <> c.last_seq OR max(e.seq) <> c.last_seq) AS gaps
"""
_OVER_CAPACITY = """
    SELECT count(*) FROM expert e WHERE e.live > e.capacity OR e.live <>
        (SELECT count(*) FROM segment s WHERE s.person_id = e.person_id AND s.closed_at IS NULL)
"""
_EARNINGS = """
    SELECT count(*) FROM (SELECT c.id FROM conversation c LEFT JOIN earning n ON n.conversation_id = c.id
        WHERE c.state = 'closed' AND c.shopper_replies > 0 AND c.server_messages > 0
        GROUP BY c.id HAVING count(n.id) <> 1) AS wrong
"""
_TWO_WINNERS = """
    SELECT count(*) FROM (SELECT question_id FROM offer WHERE state = 'accepted'
        GROUP BY question_id HAVING count(*) > 1) AS wrong
"""


def verdict(web: Any, shoppers: Sequence[Any], experts: Sequence[Any]) -> dict[str, Any]:
    """Everything named “wrong:” must be 0."""
    found: dict[str, Any] = {}
    with psycopg.connect(web.database_url()) as connection:
        for name, query in (
            ("wrong: two people at once", _QUESTIONS_WITH_TWO), ("wrong: gaps in numbers", _GAPS),
            ("wrong: over capacity", _OVER_CAPACITY), ("wrong: earnings per conversation", _EARNINGS),
            ("wrong: two accepted offers", _TWO_WINNERS),
        ):  # fmt: skip
            row = connection.execute(query).fetchone()
            found[name] = row[0] if row else None
        stored = {
            str(client): (str(conversation), seq)
            for client, conversation, seq in connection.execute(
                "SELECT client_id, conversation_id, seq FROM conversation_event WHERE client_id IS NOT NULL"
            )
        }
        unclosed = connection.execute("SELECT count(*) FROM conversation WHERE state <> 'closed'").fetchone()
        found["wrong: not closed"] = unclosed[0] if unclosed else None
    acknowledged = {client: seq for each in shoppers for client, seq in each.acknowledged.items()}
    acknowledged |= {client: seq for each in experts for client, (_, seq) in each.acknowledged.items()}
    found["wrong: acknowledged and lost"] = sum(
        1 for c, seq in acknowledged.items() if stored.get(c, ("", 0))[1] != seq
    )
    found["wrong: doubled on a screen"] = sum(each.side.doubled for each in (*shoppers, *experts))
    found["wrong: sides differ"] = _differences(shoppers, experts)
    found["wrong: unfinished stories"] = [each.error for each in shoppers if each.error or each.is_alive()] or 0
    found["wrong: expert errors"] = [error for each in experts for error in each.errors] or 0
    audit = web.flask("ledger", "audit", "--json")
    try:
        found["wrong: ledger violations"] = len(json.loads(audit)["violations"])
    except (ValueError, KeyError):
        found["wrong: ledger violations"] = audit[-200:] or "no answer"
    return found


def _differences(shoppers: Sequence[Any], experts: Sequence[Any]) -> int:
    """Conversations whose two sides hold different events, or whose numbers have holes."""
    wrong = 0
    theirs: dict[str, dict[int, dict[str, Any]]] = {}
    for expert in experts:
        theirs |= expert.side.seen
    for shopper in shoppers:
        mine = {seq: e["id"] for seq, e in shopper.side.seen.get(shopper.conversation or "", {}).items()}
        other = {seq: e["id"] for seq, e in theirs.get(shopper.conversation or "", {}).items()}
        last = max(
            (seq for seq, e in shopper.side.seen.get(shopper.conversation or "", {}).items() if e["kind"] != "rated"),
            default=0,
        )
        whole = all(seq in mine for seq in range(1, last + 1))
        same = all(mine.get(seq, event) == event for seq, event in other.items())
        if not whole or not same:
            wrong += 1
    return wrong
