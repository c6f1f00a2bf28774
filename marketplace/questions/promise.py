"""What may be promised to a shopper, computed from what really happened."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.questions.wire import Promised

FEWEST = 5
"""Below this many recent answers nothing is promised."""

_RECENT_WAITS = text(
    """
    SELECT percentile_cont(0.75) WITHIN GROUP (ORDER BY wait) AS wait, count(*) AS answered
    FROM (
        SELECT EXTRACT(EPOCH FROM c.opened_at - q.asked_at) AS wait
        FROM question q JOIN conversation c ON c.question_id = q.id
        WHERE q.brand_id = :brand AND NOT c.by_mail AND q.asked_at > :since
        ORDER BY q.asked_at DESC LIMIT 200
    ) AS recent
    """
)


def usual_wait(session: Session, brand_id: UUID, *, now: datetime) -> int | None:
    """Seconds within which three of four recent live questions found somebody (28 days, last 200); none when few."""
    row = session.execute(_RECENT_WAITS, {"brand": brand_id, "since": now - timedelta(days=28)}).one()
    if row.answered < FEWEST:
        return None
    return max(1, round(float(row.wait)))


LONGEST_LATER = timedelta(hours=24)
"""A question for later is answered within this time, or its shopper is told that it was not."""

_RECENT_LATER = text(
    """
    SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY wait) AS wait, count(*) AS answered
    FROM (
        SELECT EXTRACT(EPOCH FROM c.first_reply_at - q.asked_at) AS wait
        FROM question q JOIN conversation c ON c.question_id = q.id
        WHERE q.brand_id = :brand AND c.by_mail AND c.first_reply_at IS NOT NULL AND q.asked_at > :since
        ORDER BY q.asked_at DESC LIMIT 200
    ) AS recent
    """
)


def later_within(session: Session, brand_id: UUID, *, now: datetime) -> timedelta:
    """Within which time nine of ten recent questions for later were answered, in whole hours, one to 24.

    24 hours while fewer than `FEWEST` tell (28 days, last 200).
    """
    row = session.execute(_RECENT_LATER, {"brand": brand_id, "since": now - timedelta(days=28)}).one()
    if row.answered < FEWEST:
        return LONGEST_LATER
    return min(LONGEST_LATER, timedelta(hours=max(1, math.ceil(float(row.wait) / 3_600))))


def promise(*, seconds: int | None, live_until: datetime | None, answer_by: datetime | None, now: datetime) -> Promised:
    """The promise as clients read it: `seconds` while somebody is looked for live, `by` (UTC, ISO) once it is dated."""
    if answer_by is not None:
        return {"kind": "later", "by": answer_by.isoformat()}
    if live_until is not None and live_until > now:
        return {"kind": "live", "seconds": seconds, "until": live_until.isoformat()}
    return {"kind": "none"}
