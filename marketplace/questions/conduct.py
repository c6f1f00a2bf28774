"""Manners (S9): an insult is not passed on; the one who wrote it pauses, and is told for how long.

The pause belongs to the visitor, not to an address that a whole office may share. It doubles each time in a day.
"""

import math
from datetime import datetime, timedelta

from marketplace.core.errors import TooMany
from marketplace.questions.intent import insults_in
from marketplace.questions.models import Visitor

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
FORGIVEN_AFTER = timedelta(hours=24)


class CoolDown(TooMany):
    """Somebody insulted somebody; nothing more is taken until the pause is over."""

    code = "cool_down"
    message = "This was not passed on. Let us stay polite: you can write again in %(minutes)s min."


def cool_down(visitor: Visitor, *, now: datetime) -> CoolDown | None:
    """The refusal that stands between this visitor and her next word, if any."""
    if visitor.quiet_until is None or visitor.quiet_until <= now:
        return None
    left = (visitor.quiet_until - now).total_seconds()
    return CoolDown(retry_after=left, minutes=math.ceil(left / 60))


def is_insult(text: str) -> bool:
    """Whether the text holds an insult of the French or English list; whole words only."""
    return bool(insults_in(text))


def note_insult(visitor: Visitor, *, now: datetime) -> CoolDown:
    """Begin the pause: two minutes, twice as long each time, at most an hour; a day without forgives."""
    if visitor.quiet_until is not None and now - visitor.quiet_until > FORGIVEN_AFTER:
        visitor.insults = 0
    pause = min(FIRST_PAUSE * 2 ** min(visitor.insults, 10), LONGEST_PAUSE)
    visitor.insults += 1
    visitor.quiet_until = now + pause
    refusal = cool_down(visitor, now=now)
    assert refusal is not None
    return refusal
