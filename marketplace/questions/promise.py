"""What may be promised to a shopper, computed from what really happened."""

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


def promise(*, seconds: int | None, live_until: datetime | None, answer_by: datetime | None, now: datetime) -> Promised:
    """The promise as clients read it: `seconds` while somebody is looked for live, `by` (UTC, ISO) once it is dated."""
    if answer_by is not None:
        return {"kind": "later", "by": answer_by.isoformat()}
    if live_until is not None and live_until > now:
        return {"kind": "live", "seconds": seconds, "until": live_until.isoformat()}
    return {"kind": "none"}
