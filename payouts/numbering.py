"""Numbers without gap: drawn from a locked row in the transaction that issues, given back when it rolls back."""

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from payouts.chart import NOBODY
from payouts.models import DocumentSeries

PLATFORM_PREFIX = "CPT"


def prefix_of(owner_id: UUID) -> str:
    """Of a supplier's series: eight letters and digits from the random part of the key."""
    if owner_id == NOBODY:
        return PLATFORM_PREFIX
    return base64.b32encode(owner_id.bytes[-5:]).decode()


def draw(session: Session, owner_id: UUID, *, now: datetime) -> tuple[DocumentSeries, str, datetime]:
    """The next number of the supplier's series of the year, and when it counts as given: never before the last one.

    Others who draw from the series wait until this transaction ends.
    """
    year = now.year
    session.execute(
        insert(DocumentSeries)
        .values(id=new_id(), owner_id=owner_id, year=year, prefix=prefix_of(owner_id), last=0)
        .on_conflict_do_nothing()
    )
    series = session.scalars(
        select(DocumentSeries)
        .where(DocumentSeries.owner_id == owner_id, DocumentSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    at = max(now, series.last_at or now)
    series.last += 1
    series.last_at = at
    session.flush()
    return series, f"{series.prefix}-{year}-{series.last:04d}", at
