"""Reads what the site mailed, as its reader would: the link in the newest mail."""

from __future__ import annotations

import re
import time

from sqlalchemy import select

from marketplace.core.db import Database
from marketplace.mail.models import Mail

ARRIVES_WITHIN = 30
"""Seconds: the worker looks for jobs each second."""


def link_in_mail(database: Database, to: str, path: str) -> str:
    """The address that starts with `path` in the newest mail to somebody that holds one; waits for it."""
    deadline = time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < deadline:
        with database.unit_of_work() as session:
            mails = session.scalars(select(Mail).where(Mail.recipient == to).order_by(Mail.id.desc())).all()
            for body in [mail.body for mail in mails]:
                found = re.search(rf"https?://[^\s\"<>]+{re.escape(path)}[^\s\"<>]+", body)
                if found:
                    return found.group()
        time.sleep(0.2)
    raise AssertionError(f"no mail to {to} with a link to {path} arrived")
